"""Compile the core into the checkout: `python -m tools.core`.

After a change of labelstore/core/*.c and *.h; the tests do so by themselves. Until then a changed core is not used.
`CC`, `CFLAGS`, `ARCHFLAGS` and `LDFLAGS` of the environment say by what and how.

hatchling takes the build hook of wheels from this file, where neither `tools` nor `labelstore` can be imported.
"""

import os
import runpy
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT: Final = Path(__file__).resolve().parent.parent
CORE: Final = runpy.run_path(str(ROOT / "labelstore" / "core" / "library.py"))
LIBRARY: Final[Path] = CORE["PATH"]
FLAGS: Final = ("-O2", "-std=c99", "-fPIC", "-shared", "-ffp-contract=off", "-fvisibility=hidden")
COMPILERS: Final = ("cc", "gcc", "clang")

SWITCH: Final[str] = CORE["SWITCH"]
"""The variable of the environment by which a build is pure (1), or fails where it would be (0)."""

PLATFORM: Final = "LABELSTORE_PLATFORM"
"""The variable with the tag of the platform that `CC` compiles for, where that is not this one."""


class CompileError(Exception):
    """The core could not be compiled; its text is one line, or what the compiler said."""


class CoreHook(BuildHookInterface[Any]):
    """Puts the compiled core into a wheel, or beside its sources for an editable installation.

    Where it cannot be compiled, the wheel is a pure one.
    """

    _folder: tempfile.TemporaryDirectory[str] | None = None

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile before the wheel is written; `version` is `standard` or `editable`."""
        if CORE["is_switched_off"]():
            self._tell(f"{SWITCH} is set")
        elif version == "editable":
            self._compile(LIBRARY)
        else:
            self._folder = tempfile.TemporaryDirectory()
            library = Path(self._folder.name, LIBRARY.name)
            if self._compile(library):
                build_data["force_include"][str(library)] = str(LIBRARY.relative_to(ROOT))
                build_data["pure_python"] = False
                build_data["tag"] = f"py3-none-{self._platform()}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove what is in the wheel now."""
        if self._folder:
            self._folder.cleanup()

    def _compile(self, library: Path) -> bool:
        """Whether it could be compiled."""
        try:
            compile_core(library)
        except CompileError as error:
            if os.environ.get(SWITCH) == "0":
                self.app.abort(f"labelstore: {SWITCH}=0 wants the core, which did not compile: {error}")
            self._tell(str(error).partition("\n")[0])
            return False
        return True

    def _platform(self) -> str:
        best: str = self.build_config.builder.get_best_matching_tag()
        return os.environ.get(PLATFORM) or best.rpartition("-")[2]

    def _tell(self, reason: str) -> None:
        self.app.display_warning(f"labelstore is pure Python: {reason}")


def compiler() -> list[str] | None:
    """The command of the C compiler: `CC`, which may have arguments, or one that is on the path."""
    if named := shlex.split(os.environ.get("CC", "")):
        return named
    return next(([name] for name in COMPILERS if shutil.which(name)), None)


def compile_core(library: Path = LIBRARY) -> None:
    """Compile the sources into a library, whole or not at all; raises CompileError."""
    command = compiler()
    if not command:
        raise CompileError(f"no C compiler ({', '.join(COMPILERS)}) on the path")
    newest = max(time.time_ns(), *(source.stat().st_mtime_ns for source in CORE["sources"]()))
    made = library.with_name(f"{library.name}.{os.getpid()}")
    flags = [*FLAGS, *_of_environment("CFLAGS"), *_of_environment("ARCHFLAGS")]
    files = [str(path) for path in sorted(LIBRARY.parent.glob("*.c"))]
    try:
        _run([*command, *flags, "-o", str(made), *files, "-lm", *_of_environment("LDFLAGS")])
        os.utime(made, ns=(newest, newest))  # older than a source that is saved meanwhile
        made.replace(library)
    finally:
        made.unlink(missing_ok=True)


def _of_environment(name: str) -> list[str]:
    return shlex.split(os.environ.get(name, ""))


def _run(command: list[str]) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)
    except OSError as error:
        raise CompileError(f"{command[0]}: {error.strerror}") from error
    except subprocess.CalledProcessError as error:
        raise CompileError(error.stderr.strip() or f"{command[0]}: exit code {error.returncode}") from error


if __name__ == "__main__":
    try:
        compile_core()
    except CompileError as problem:
        sys.exit(str(problem))
