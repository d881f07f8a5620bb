"""Make the wheels of all platforms on one of them: `python -m tools.wheels dist`.

zig (`pip install ziglang`) compiles the core for each, against the oldest C library that a wheel's name promises.
"""

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

from tools.core import PLATFORM, ROOT, SWITCH

TARGETS: Final = {
    "manylinux_2_17_x86_64": "x86_64-linux-gnu.2.17",
    "manylinux_2_17_aarch64": "aarch64-linux-gnu.2.17",
    "musllinux_1_2_x86_64": "x86_64-linux-musl",
    "musllinux_1_2_aarch64": "aarch64-linux-musl",
    "macosx_11_0_x86_64": "x86_64-macos.11.0",
    "macosx_11_0_arm64": "aarch64-macos.11.0",
}
"""What zig calls the platform of each tag of a wheel."""


def make_wheel(platform: str, folder: Path) -> None:
    """Make the wheel of a platform, a key of TARGETS, in a folder; raises CalledProcessError."""
    zig = f"{sys.executable} -m ziglang cc -target {TARGETS[platform]}"
    environment = {**os.environ, "CC": zig, PLATFORM: platform, SWITCH: "0", "LDFLAGS": "-s"}
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, env=environment, check=True)


if __name__ == "__main__":
    for name in TARGETS:
        make_wheel(name, Path(sys.argv[1]).resolve())
