"""All benchmarks in turn, each a section of docs/explanation/performance.md: python -m benchmarks [--quick].

Takes about an hour and some gigabytes of disk. With --quick, some MB, a few minutes, and no page is written.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "explanation" / "performance.md"
FULL = {
    "glance": ["--megabytes", "100", "1000", "--rounds", "3"],
    "asking": ["--megabytes", "1000"],
    "browsing": ["--megabytes", "1000"],
    "changing": ["--rounds", "1"],
    "speed": ["--megabytes", "100", "--rounds", "7"],
    "compiled": ["--megabytes", "100", "--rounds", "3"],
    "extremes": [],
    "memory": ["--megabytes", "10", "100", "1000"],
    "stages": ["--megabytes", "100", "--rounds", "3"],
    "exporting": ["--megabytes", "100", "1000"],
    "connecting": [],
}
QUICK = {
    "glance": ["--megabytes", "5", "--rounds", "1"],
    "asking": ["--megabytes", "5"],
    "browsing": ["--megabytes", "5"],
    "changing": ["--megabytes", "5", "--new", "2", "--files", "40", "--frames", "100", "--rounds", "1"],
    "speed": ["--megabytes", "5", "--rounds", "1"],
    "compiled": ["--megabytes", "4", "--large", "0", "--frames", "50", "--rounds", "1"],
    "extremes": ["--megabytes", "2", "--frames", "100", "--points", "500", "--lines", "50"],
    "memory": ["--megabytes", "5"],
    "stages": ["--megabytes", "5", "--rounds", "1"],
    "exporting": ["--megabytes", "5"],
    "connecting": ["--rows", "100", "--files", "100"],
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
