"""The command line: `app` and the modules that commands share; the commands themselves are in `commands`."""

from labelstore.cli.app import app, main

__all__ = ["app", "main"]
