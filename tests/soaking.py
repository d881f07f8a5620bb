"""The tests marked `soak`: an ordinary run has them small and always the same, `python -m pytest -m soak` in full.

Of a family of cases marked `sampled(n)` a run of all tests takes every n-th; who names a file gets all of them.
"""

from collections import Counter
from typing import Any, TypeVar

import pytest
from hypothesis import is_hypothesis_test, settings

T = TypeVar("T")
_in_full = False
_all_cases = False

settings.register_profile("ordinary", deadline=None, derandomize=True, max_examples=30)
settings.register_profile("soak", deadline=None, max_examples=1000)


def configure(config: pytest.Config) -> None:
    """Before the modules of tests are imported, which ask for their amounts."""
    global _in_full, _all_cases  # noqa: PLW0603
    _in_full = config.getoption("markexpr") == "soak"
    named = config.args_source is not pytest.Config.ArgsSource.TESTPATHS
    _all_cases = getattr(config, "workerinput", {}).get("all_cases", _in_full or named)
    settings.load_profile("soak" if _in_full else "ordinary")


def tell(node: Any) -> None:
    """Let a process of pytest-xdist, which is always told what to run, know whether that is everything."""
    node.workerinput["all_cases"] = _all_cases


def mark(items: list[pytest.Item]) -> None:
    """All property tests are of this kind, and those of which an ordinary run takes every n-th case, or with 0 none."""
    cases: Counter[str] = Counter()
    for item in list(items):
        sampled = item.get_closest_marker("sampled")
        if sampled or is_hypothesis_test(getattr(item, "obj", None)):
            item.add_marker(pytest.mark.soak)
        if sampled and not _all_cases:
            family = item.nodeid.partition("[")[0]
            every = sampled.args[0]
            if not every or cases[family] % every:
                items.remove(item)
            cases[family] += 1


def amount(full: T, ordinary: T) -> T:
    """How much of something a test that is marked `soak` takes."""
    return full if _in_full else ordinary
