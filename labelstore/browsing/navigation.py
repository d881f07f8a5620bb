"""The entries of the header of every page: what one can go to from anywhere."""

from collections.abc import Callable
from typing import NamedTuple

from labelstore.browsing.paths import Paths


class Entry(NamedTuple):
    """A link of the header, and how its address is made."""

    title: str
    address: Callable[[Paths], str]


ENTRIES = (
    Entry("Home", Paths.overview),
    Entry("Gallery", Paths.newest),
    Entry("Labelers", lambda paths: paths.scorecard("labelers")),
    Entry("Projects", lambda paths: paths.scorecard("projects")),
    Entry("Reviewers", lambda paths: paths.scorecard("reviewers")),
    Entry("Queries", Paths.queries),
    Entry("Disagreement", Paths.disagreement),
    Entry("Tables and SQL", Paths.database_page),
)
