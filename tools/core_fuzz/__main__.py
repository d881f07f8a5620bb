"""Run a fuzzer on the compiled core: `python -m tools.core_fuzz shred --minutes 60`.

Needs clang and its libraries (Debian: `apt-get install clang libclang-rt-14-dev`). It starts with the seeds of
tests/fixtures/core_seeds, keeps what it found in a folder of its own, and puts what reaches more code into the seeds.
An input that crashes the core is left in that folder as `crash-…`: mend the core, and give the input a name in
tests/fixtures/core_seeds/TARGET.
"""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

from tools.core_fuzz.building import (
    TARGETS,
    BuildError,
    build_fuzzer,
    seeds,
    write_dictionary,
    write_programs,
    write_seeds,
)


def main(arguments: list[str]) -> int:
    """The exit code: that of the fuzzer, 2 where there is none."""
    parser = argparse.ArgumentParser(prog="python -m tools.core_fuzz", description=__doc__.partition("\n")[0])
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--folder", type=Path, default=Path("/tmp/core_fuzz"), help="for what it makes and finds")
    parser.add_argument("--longest", type=int, default=4096, help="bytes of an input")
    given = parser.parse_args(arguments)
    folder: Path = given.folder / given.target
    corpus = folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    try:
        build_fuzzer(given.target, folder / "fuzzer")
    except BuildError as error:
        print(error, file=sys.stderr)
        return 2
    environment = os.environ | write_programs(folder)
    write_dictionary(folder / "words")
    for name, content in seeds(given.target):
        (corpus / name).write_bytes(content)
    limits = [
        f"-max_total_time={given.minutes * 60:.0f}",
        f"-max_len={given.longest}",
        "-timeout=20",
        "-rss_limit_mb=3000",
    ]
    options = [f"-artifact_prefix={folder}/", f"-dict={folder / 'words'}", "-print_final_stats=1", *limits]
    code = subprocess.run([folder / "fuzzer", *options, corpus], env=environment, check=False).returncode
    if code == 0:
        smallest = folder / f"smallest-{time.time_ns()}"
        smallest.mkdir()
        subprocess.run(
            [folder / "fuzzer", "-merge=1", "-use_counters=0", smallest, corpus], env=environment, check=True
        )
        write_seeds(given.target, smallest)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
