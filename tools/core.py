"""Compile the core into the checkout: `python -m tools.core`.

After a change of labelstore/core/*.c and *.h; the tests do so by themselves. Until then a changed core is not used.
`CC`, `CFLAGS`, `ARCHFLAGS` and `LDFLAGS` of the environment say by what and how.
"""

import os
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).resolve().parent.parent / "labelstore" / "core"
LIBRARY: Final = FOLDER / "_core.so"
FLAGS: Final = ("-O2", "-std=c99", "-fPIC", "-shared", "-ffp-contract=off", "-fvisibility=hidden")
COMPILERS: Final = ("cc", "gcc", "clang")


class CompileError(Exception):
    """The core could not be compiled; its text is one line, or what the compiler said."""


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
    started = time.time_ns()
    made = library.with_name(f"{library.name}.{os.getpid()}")
    flags = [*FLAGS, *_of_environment("CFLAGS"), *_of_environment("ARCHFLAGS")]
    files = [str(path) for path in sorted(FOLDER.glob("*.c"))]
    try:
        _run([*command, *flags, "-o", str(made), *files, "-lm", *_of_environment("LDFLAGS")])
        os.utime(made, ns=(started, started))  # older than a source that was saved meanwhile
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
