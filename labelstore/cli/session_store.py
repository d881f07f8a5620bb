"""The store of a session: the one that LABELSTORE_DB names is meant where a command line names none."""

import os
from pathlib import Path
from typing import Any

VARIABLE = "LABELSTORE_DB"
SUFFIXES = (".db", ".sqlite", ".sqlite3", ".duckdb", ".ddb")
"""How the names of stores end; a name that ends so is never taken for anything else."""


def session_store() -> str | None:
    """What LABELSTORE_DB says, never an option; None where it is not set or empty."""
    named = os.environ.get(VARIABLE)
    return f"./{named}" if named and named.startswith("-") else named or None


def takes_store(param: Any) -> bool:
    """Whether a parameter is the store of a command: an argument that help calls DB."""
    return param.param_type_name == "argument" and str(param.metavar).partition("|")[0] == "DB"


def names_store(word: str) -> bool:
    """Whether an argument is a store: a file that is one, or a name that ends as those of stores do."""
    from labelstore.engines import is_store

    return Path(word).suffix.lower() in SUFFIXES or is_store(word)


def is_left_out(first: str | None, *, others: bool, files: bool) -> bool:
    """Whether the store is left out where these are the arguments of a command that begins with a store.

    `others`: it has further arguments, so that the first one may be one of those. `files`: its first argument may be an
    export in the place of a store. What could be meant as a store is never taken for something else, so that a command
    that writes writes into no other one.
    """
    if first is None:
        return True
    if not others or names_store(first):
        return False
    return not (files and Path(first).exists())
