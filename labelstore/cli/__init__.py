"""The command line: options → one call → print. One module per group of commands; none imports an engine."""

from labelstore.cli.app import app, main

__all__ = ["app", "main"]
