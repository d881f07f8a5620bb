"""Build the site of docs/ into site/: `python -m tools.site`; show it while you write: `python -m tools.site serve`.

Every dead link, missing anchor and page that no list has ends the build.
"""

import sys
from pathlib import Path

from mkdocs.__main__ import cli

CONFIG = Path(__file__).with_name("mkdocs.yml")

if __name__ == "__main__":
    command, *options = sys.argv[1:] or ["build"]
    cli([command, "--strict", "--config-file", str(CONFIG), *options])
