"""The shared library that the C files beside this module make, where it was built and fits."""

import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from ctypes import CDLL

VERSION: Final = 6
"""`CORE_VERSION` of core.h: a library with another number has other functions."""

PATH: Final = Path(__file__).with_name("_core.so")
"""The library, on macOS too; `tools/core.py` compiles it."""

SWITCH: Final = "LABELSTORE_PURE"
"""The variable of the environment that switches the library off, unless it is empty or 0."""


def library() -> "CDLL | None":
    """The compiled core; None where it was not built, does not fit or is switched off, which can change at any time."""
    core = _found()
    return None if isinstance(core, str) else core


def told() -> str:
    """Which of the two does the work, for people: `compiled core`, or `pure Python` and why."""
    core = _found()
    return f"pure Python: {core}" if isinstance(core, str) else "compiled core"


def declared(core: "CDLL", functions: "Mapping[str, tuple[Any, tuple[Any, ...]]]") -> "CDLL":
    """The library, which knows from now on what some of its functions give and take."""
    for name, (gives, takes) in functions.items():
        function = getattr(core, name)
        function.restype, function.argtypes = gives, takes
    return core


def is_switched_off() -> bool:
    """Whether the environment wants pure Python."""
    return os.environ.get(SWITCH, "0") not in {"", "0"}


def sources() -> list[Path]:
    """The C files and headers, which only a checkout or a source distribution has."""
    return sorted(path for path in PATH.parent.iterdir() if path.suffix in {".c", ".h"})


def is_stale() -> bool:
    """Whether the library is there, and one of its sources changed since."""
    try:
        built = PATH.stat().st_mtime_ns
    except FileNotFoundError:
        return False
    return any(source.stat().st_mtime_ns > built for source in sources())


def _found() -> "CDLL | str":
    """The library, or the reason why there is none."""
    return f"{SWITCH} is set" if is_switched_off() else _loaded()


@cache
def _loaded() -> "CDLL | str":
    if not PATH.exists():
        return "the core is not compiled"
    if is_stale():  # of an older checkout: its functions may be other ones
        return "the compiled core is older than its sources"
    from ctypes import CDLL

    try:
        core = CDLL(str(PATH))
        version = core.core_version()
    except (OSError, AttributeError) as error:
        return f"the compiled core cannot be loaded: {error}"
    return core if version == VERSION else f"the compiled core is number {version}, not {VERSION}"
