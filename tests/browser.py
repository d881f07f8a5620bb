"""A headless Chromium for tests of pages and drawings; it reaches nothing but loopback."""

import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, Playwright, Request, ViewportSize, sync_playwright

_QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


_SIZE: ViewportSize = {"width": 1200, "height": 900}
_PATIENCE = 5


def executable() -> str | None:
    """The Chromium of this machine."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """What starts browsers: there can be one of it in a process."""
    with sync_playwright() as started:
        yield started


@contextmanager
def _browser(playwright: Playwright) -> Iterator[BrowserContext]:
    """A browser. Without Chromium the test is skipped, but never in CI on Linux."""
    program = executable()
    if program is None:
        assert not (os.environ.get("CI") and sys.platform == "linux"), "no chromium: .ci/run installs it"
        pytest.skip("no chromium on this machine")
    with TemporaryDirectory() as folder:
        context = playwright.chromium.launch_persistent_context(
            folder,
            executable_path=program,
            headless=True,
            args=list(_QUIET),
            viewport=_SIZE,
        )
        yield context
        context.close()


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[BrowserContext]:
    """One browser for all tests of a process."""
    with _browser(playwright) as context:
        yield context


@pytest.fixture
def without_script(chromium: BrowserContext) -> Iterator[Page]:
    """A page in which no script runs."""
    assert chromium.browser is not None
    context = chromium.browser.new_context(java_script_enabled=False, viewport=_SIZE)
    yield context.new_page()
    context.close()


class Watched:
    """A page that remembers what must not happen: requests to elsewhere, errors on the console."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.outside: list[str] = []
        self.errors: list[str] = []
        page.on("request", lambda request: self._see(request.url))
        page.on("requestfailed", self._forget_blocked)
        page.on("console", lambda said: self.errors.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def _see(self, url: str) -> None:
        if not url.startswith(("http://127.0.0.1:", "data:", "about:", "blob:")):
            self.outside.append(url)

    def _forget_blocked(self, request: Request) -> None:
        """A request that a policy of the page forbade has not left the browser."""
        if request.url in self.outside and "csp" in (request.failure or "").lower():
            self.outside.remove(request.url)

    def check(self) -> None:
        assert self.outside == []
        assert self.errors == []


@pytest.fixture
def watched(chromium: BrowserContext) -> Iterator[Watched]:
    """A new page; after the test it must have asked nobody but loopback and logged no error."""
    page = chromium.new_page()
    seen = Watched(page)
    yield seen
    page.close()
    seen.check()


def follow(target: Locator, **options: Any) -> None:
    """Click on what leads to another page, or to a place of this one, and wait until it is there and has its styles.

    A click alone ends before: what is asked next may find the old page, or the new one half read.
    """
    with target.page.expect_navigation():
        target.click(**options)


def becomes(wanted: object, read: Callable[[], object]) -> None:
    """Assert that what is read is what is wanted, at the latest after some seconds: a script may be at work."""
    end = time.monotonic() + _PATIENCE
    while (found := read()) != wanted and time.monotonic() < end:
        time.sleep(0.02)
    assert found == wanted
