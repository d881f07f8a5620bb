"""The sections of `labelstore --help`; each command's module names its own as `SECTION`."""

from enum import StrEnum


class Section(StrEnum):
    """The sections in the order in which help lists them."""

    START = "Start"
    LOAD = "Load"
    ASK = "Ask"
    LOOK = "Look"
    CHECK = "Check"
    SHARE = "Share"
    MAINTAIN = "Maintain"
