"""All benchmarks in turn, each a section of docs/performance.md: python benchmarks [--quick].

Takes about half an hour and some gigabytes of disk. With --quick, 20 MB, a minute or two, and no page is written.
"""

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent
PAGE = FOLDER.parent / "docs" / "performance.md"
FULL = {
    "speed.py": ["--megabytes", "100", "--rounds", "7"],
    "peers.py": ["--megabytes", "100", "--rounds", "3"],
    "stages.py": ["--megabytes", "100", "--rounds", "3"],
    "serial.py": ["--megabytes", "100", "1000"],
    "memory.py": ["--megabytes", "10", "100", "1000"],
    "extremes.py": [],
    "queries.py": ["--megabytes", "1000"],
}
QUICK = {
    "speed.py": ["--megabytes", "20", "--rounds", "1"],
    "stages.py": ["--megabytes", "20", "--rounds", "1"],
    "serial.py": ["--megabytes", "20", "--rounds", "1"],
    "memory.py": ["--megabytes", "20"],
    "queries.py": ["--megabytes", "20"],
}


def main() -> int:
    quick = "--quick" in sys.argv[1:]
    missed = False
    for script, arguments in (QUICK if quick else FULL).items():
        page = [] if quick else ["--write", str(PAGE)]
        missed |= subprocess.run([sys.executable, str(FOLDER / script), *arguments, *page], check=False).returncode != 0
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
