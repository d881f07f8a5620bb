"""The tests marked `soak`: an ordinary run has them small and always the same, `python -m pytest -m soak` in full, and
`python -m pytest -m "spark and soak"` those of them that ask Spark.

Of a family of cases marked `sampled(n)` a run of all tests takes every n-th, with 0 none; of the cases on DuckDB, which
takes thrice the time of SQLite, every tenth, but for modules marked `both_engines`. Who names a file gets all of them.
"""

import re
from collections import Counter
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import is_hypothesis_test, settings

T = TypeVar("T")
_in_full = False
_all_cases = False

settings.register_profile("ordinary", deadline=None, derandomize=True, max_examples=8)
settings.register_profile("soak", deadline=None, max_examples=1000)


def configure(config: pytest.Config) -> None:
    """Before the modules of tests are imported, which ask for their amounts."""
    global _in_full, _all_cases  # noqa: PLW0603
    _in_full = re.search(r"(?<!not )\bsoak\b", config.getoption("markexpr")) is not None
    named = any(Path(argument.partition("::")[0]).is_file() for argument in config.args)
    _all_cases = getattr(config, "workerinput", {}).get("all_cases", _in_full or named)
    settings.load_profile("soak" if _in_full else "ordinary")


def tell(node: Any) -> None:
    """Let a process of pytest-xdist, which is always told what to run, know whether that is everything."""
    node.workerinput["all_cases"] = _all_cases


def mark(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what an ordinary run takes small or leaves out; all property tests are of this kind."""
    cases: Counter[str] = Counter()
    kept: list[pytest.Item] = []
    others: list[pytest.Item] = []
    for item in items:
        left_out = _is_left_out(item, cases)
        if left_out or item.get_closest_marker("sampled") or is_hypothesis_test(getattr(item, "obj", None)):
            item.add_marker(pytest.mark.soak)
        (others if left_out and not _all_cases else kept).append(item)
    items[:] = kept
    config.hook.pytest_deselected(items=others)


def _is_left_out(item: pytest.Item, cases: Counter[str]) -> bool:
    """Whether the next case of its family, counted in `cases`, is none of those that an ordinary run takes."""
    family, _, case = item.nodeid.partition("[")
    sampled = item.get_closest_marker("sampled")
    if sampled:
        (every,) = sampled.args
    elif "duckdb" in case and not item.get_closest_marker("both_engines"):
        family, every = "duckdb", 10
    else:
        return False
    cases[family] += 1
    return not every or (cases[family] - 1) % every > 0


def amount(full: T, ordinary: T) -> T:
    """How much of something a test that is marked `soak` takes."""
    return full if _in_full else ordinary
