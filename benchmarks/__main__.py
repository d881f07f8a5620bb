"""All benchmarks in turn, each a section of docs/performance.md: python -m benchmarks [--quick].

Takes about half an hour and some gigabytes of disk. With --quick, 20 MB, a minute or two, and no page is written.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "performance.md"
FULL = {
    "speed": ["--megabytes", "100", "--rounds", "7"],
    "peers": ["--megabytes", "100", "--rounds", "3"],
    "stages": ["--megabytes", "100", "--rounds", "3"],
    "serial": ["--megabytes", "100", "1000"],
    "memory": ["--megabytes", "10", "100", "1000"],
    "extremes": [],
    "queries": ["--megabytes", "1000"],
}
QUICK = {
    "speed": ["--megabytes", "20", "--rounds", "1"],
    "stages": ["--megabytes", "20", "--rounds", "1"],
    "serial": ["--megabytes", "20", "--rounds", "1"],
    "memory": ["--megabytes", "20"],
    "queries": ["--megabytes", "20"],
}


def main() -> int:
    quick = "--quick" in sys.argv[1:]
    missed = False
    for name, arguments in (QUICK if quick else FULL).items():
        command = [sys.executable, "-m", f"benchmarks.{name}", *arguments, *([] if quick else ["--write", str(PAGE)])]
        missed |= subprocess.run(command, cwd=ROOT, check=False).returncode != 0
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
