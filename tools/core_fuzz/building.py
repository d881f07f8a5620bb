"""What the fuzzers are made of: the C files of the core, a target of this folder, programs, a dictionary and seeds."""

import struct
import subprocess
import zipfile
from collections.abc import Iterator, Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from labelstore.core.counting import counter_words
from labelstore.core.library import PATH
from labelstore.core.shredding import Words
from labelstore.counting.compiled import what_is_counted
from labelstore.schema.tables import columns
from tools.core import ROOT, compiler

HERE: Final = Path(__file__).parent
SEEDS: Final = ROOT / "tests" / "fixtures" / "core_seeds"
TARGETS: Final = ("same", "shred", "text")
"""Each is a C file of this folder."""

_CHECKED: Final = ("-g", "-O1", "-std=c99", "-fno-omit-frame-pointer", "-fno-sanitize-recover=all")


class BuildError(Exception):
    """A target could not be compiled; its text says why."""


def build_fuzzer(target: str, made: Path) -> None:
    """Compile a target by clang with libFuzzer; raises BuildError."""
    command = ["clang", "-fsanitize=fuzzer,address,undefined", f"-DTARGET=run_{target}"]
    _compile([*command, *_CHECKED, "-o", made, HERE / "fuzzer.c", *_targets()])


def build_replay(made: Path) -> None:
    """Compile a program that runs the targets over files, by any compiler that has sanitizers; raises BuildError."""
    own = [HERE / "replay.c", HERE / "failing.c"]
    included = ("-include", HERE / "failing.h")
    _compile([*_compiler(), "-fsanitize=address,undefined", *included, *_CHECKED, "-o", made, *own, *_targets()])


def build_threads(made: Path) -> None:
    """Compile a load of two threads under ThreadSanitizer; raises BuildError."""
    command = [*_compiler(), "-fsanitize=thread", "-pthread"]
    _compile([*command, *_CHECKED, "-o", made, HERE / "threads.c", *_targets()])


def build_failing(made: Path) -> None:
    """Compile the library with memory that runs out when a test wants it; raises BuildError."""
    flags = ("-O1", "-std=c99", "-fPIC", "-shared", "-ffp-contract=off", "-fvisibility=hidden")
    _compile([*_compiler(), *flags, "-include", HERE / "failing.h", "-o", made, HERE / "failing.c", *_core(), "-lm"])


def _targets() -> list[str | Path]:
    return [f"-I{PATH.parent}", HERE / "rows.c", *(HERE / f"{target}.c" for target in TARGETS), *_core(), "-lm"]


def _core() -> list[Path]:
    return sorted(PATH.parent.glob("*.c"))


def _compiler() -> list[str]:
    return compiler() or ["cc"]


def _compile(command: Sequence[str | Path]) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)
    except OSError as error:
        raise BuildError(f"{command[0]}: {error.strerror}") from error
    except subprocess.CalledProcessError as error:
        raise BuildError(error.stderr.strip()) from error


def programs() -> Iterator[Words]:
    """The programs of the generations that have one."""
    for generation in ("v1", "v2"):
        name = f"labelstore.formats.{generation}.program"
        if find_spec(name):
            yield import_module(name).program()


def write_programs(folder: Path) -> dict[str, str]:
    """Write the programs and the rules of counts into files; the variables by which a target finds them."""
    rules = folder / "rules"
    digests = (list(columns()["records"]).index(name) for name in ("content_hash", "url_hash"))
    rules.write_bytes(struct.pack("=ii", *digests) + bytes(counter_words(*what_is_counted())))
    found = {"LABELSTORE_RULES": str(rules)}
    for number, program in enumerate(programs(), start=1):
        path = folder / f"program_{number}"
        path.write_bytes(
            struct.pack("=ii", len(program.words), len(program.texts)) + bytes(program.words) + program.texts
        )
        found[f"LABELSTORE_PROGRAM_{number}"] = str(path)
    return found


def write_dictionary(path: Path) -> None:
    """Write the keys that the formats declare, and other words of JSON, for the fuzzer to put into its inputs."""
    from labelstore.formats.declaration import DECLARATIONS

    list(programs())  # which declares them
    keys = {one.json_key(name) for one in DECLARATIONS.values() for name in one.members}
    words = {f'"{key}":' for key in keys} | {"true", "false", "null", '\\"', "\\u00e9", "\\ud83d\\ude00", "é", "},{"}
    path.write_text("".join(f'"{_escaped(word)}"\n' for word in sorted(words)), encoding="utf-8")


def _escaped(word: str) -> str:
    return "".join(
        chr(byte) if 0x20 <= byte < 0x7F and byte not in b'"\\' else f"\\x{byte:02x}" for byte in word.encode()
    )


def seeds(target: str) -> Iterator[tuple[str, bytes]]:
    """The inputs of a target that are kept, by their names: those with a story, then those that reach more code."""
    for path in sorted((SEEDS / target).glob("*")):
        yield path.name, path.read_bytes()
    if (archive := SEEDS / f"{target}.zip").exists():
        with zipfile.ZipFile(archive) as packed:
            for name in packed.namelist():
                yield name, packed.read(name)


def write_seeds(target: str, corpus: Path) -> None:
    """Keep the files of a folder as the seeds that fuzzing found."""
    SEEDS.mkdir(exist_ok=True)
    with zipfile.ZipFile(SEEDS / f"{target}.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        for path in sorted(corpus.iterdir()):
            packed.writestr(zipfile.ZipInfo(path.name), path.read_bytes(), zipfile.ZIP_DEFLATED)
