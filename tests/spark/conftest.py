"""One Spark session for all tests that ask it: it takes seconds to start."""

import shutil
import warnings
from collections.abc import Iterator
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest

from tests.spark.sessions import environment, session_of

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


@pytest.fixture(scope="session")
def needs_spark(request: pytest.FixtureRequest) -> None:
    """Skips where tests of Spark are not asked for, or it cannot run."""
    if "spark" not in request.config.getoption("markexpr"):
        pytest.skip("run by `python -m pytest -m spark`")
    if find_spec("pyspark") is None or shutil.which("java") is None:
        pytest.skip("needs pyspark and Java")


@pytest.fixture(scope="session")
def spark(needs_spark: None) -> "Iterator[SparkSession]":
    """A session of two threads."""
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        for name, value in environment().items():
            patch.setenv(name, value)
        warnings.simplefilter("ignore", FutureWarning)  # pyspark of pandas 3
        session = session_of("local[2,4]")  # threads, and attempts at a task
        yield session
        session.stop()
