"""A headless Chromium for tests of pages and drawings; it reaches nothing but loopback."""

import os
import shutil
import sys
from collections.abc import Iterator
from tempfile import TemporaryDirectory

import pytest
from playwright.sync_api import BrowserContext, Page, Request, ViewportSize, sync_playwright

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


def executable() -> str | None:
    """The Chromium of this machine."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.fixture(scope="session")
def chromium() -> Iterator[BrowserContext]:
    """One browser for all tests of a process. Without Chromium the test is skipped, but never in CI on Linux."""
    program = executable()
    if program is None:
        assert not (os.environ.get("CI") and sys.platform == "linux"), "no chromium: .ci/run installs it"
        pytest.skip("no chromium on this machine")
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            folder,
            executable_path=program,
            headless=True,
            args=list(_QUIET),
            viewport={"width": 1200, "height": 900},
        )
        yield context
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
