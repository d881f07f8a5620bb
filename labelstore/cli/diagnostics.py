"""Errors as one line on standard error and an exit code; nothing else in this package does that."""

import os
import re
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import typer

from labelstore.cli.colors import Style, colored, paint, unpainted
from labelstore.cli.session_store import VARIABLE, names_store, takes_store
from labelstore.displaying.cells import visible
from labelstore.errors import LabelstoreError
from labelstore.json.truncate import truncated

FAILED = 1
WRONG_USAGE = 2
REJECTED = 3
LEFT_OUT = 4
BUSY = 75
INTERRUPTED = 130

_LONGEST = 1000
_TOLD = "what was kept is told"  # argument of a KeyboardInterrupt
_CALL: Any = typer.BadParameter.__base__  # the parser's error about a call that it does not understand
_INTERRUPTED_DUCKDB = "Query interrupted"  # the RuntimeError that DuckDB makes of a KeyboardInterrupt
_ENGINES = (
    ("sqlite3", "SQLite", ("Error", "Warning")),
    ("apsw", "SQLite", ("Error",)),
    ("duckdb", "DuckDB", ("Error",)),
)
_WAYS_OUT = (("'pytz'", "cast timestamps with a time zone to varchar, or run: pip install pytz"),)


def open_closed_streams() -> None:
    """Open closed standard streams (`>&-`) on the null device; else the next opened file would get their number."""
    for number, (name, mode) in enumerate((("stdin", "r"), ("stdout", "w"), ("stderr", "w"))):
        if getattr(sys, name) is None:
            nowhere = os.open(os.devnull, os.O_RDWR)
            if nowhere != number:
                os.dup2(nowhere, number)
                os.close(nowhere)
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115


@contextmanager
def reported(session_store: Callable[[], str | None] = lambda: None) -> Iterator[None]:
    """Turn every error that a call, a file, a path, a query or the machine can cause into `typer.Exit`.

    `session_store` names the store where the command line did not.
    """
    try:
        yield
        sys.stdout.flush()
    except KeyboardInterrupt as stop:
        if _TOLD not in stop.args:
            say("stopped")
        raise typer.Exit(INTERRUPTED) from None
    except BrokenPipeError:
        raise typer.Exit(FAILED) from None
    except Exception as error:
        if str(error) == _INTERRUPTED_DUCKDB:
            say("stopped")
            raise typer.Exit(INTERRUPTED) from None
        text = explained(error)
        if text is None:
            raise
        say(text, Style.ERROR)
        show(getattr(error, "excerpt", ""))
        _show_usage(error)
        if isinstance(error, (LabelstoreError, _CALL)) and (store := session_store()):
            say(f"the store is {store}, as {VARIABLE} says")
        raise typer.Exit(getattr(error, "exit_code", FAILED)) from None
    finally:
        _settle_output()


@contextmanager
def stopped(told: Callable[[str], str]) -> Iterator[None]:
    """Report after Ctrl-C what was kept; `told` gets the time of the start, UTC in ISO 8601."""
    from labelstore.clock import now

    since = now()
    try:
        yield
    except KeyboardInterrupt:
        say(f"stopped; {told(since)}")
        raise KeyboardInterrupt(_TOLD) from None
    except Exception as error:
        if str(error) == _INTERRUPTED_DUCKDB:
            say(f"stopped; {told(since)}")
            raise KeyboardInterrupt(_TOLD) from None
        raise


@contextmanager
def interruptible(out: str = "-") -> Iterator[None]:
    """Let Ctrl-C end the process at once, since a computing engine does not look at Python's signals.

    Only for what merely reads and prints, since nothing is tidied up: with a file as `out` this does nothing.
    """
    if out != "-":
        yield
        return
    read, write = os.pipe()
    os.set_blocking(write, False)
    wakeup, before = signal.set_wakeup_fd(write), signal.signal(signal.SIGINT, lambda *_: None)
    waiting = threading.Thread(target=_end_at_signal, args=(read,), daemon=True)
    waiting.start()
    try:
        yield
    finally:
        signal.set_wakeup_fd(wakeup)
        signal.signal(signal.SIGINT, before)
        os.close(write)
        waiting.join()
        os.close(read)


def _end_at_signal(read: int) -> None:
    """End the process when a signal writes its number; at the end of the pipe nothing happened."""
    while number := os.read(read, 1):
        if number[0] == signal.SIGINT:
            say("stopped")
            os._exit(INTERRUPTED)


def say(text: str, style: Style = Style.NOTE) -> None:
    """Print one line on standard error, whatever the text contains; `style` is that of what it begins with."""
    print(paint("labelstore:", style, sys.stderr), truncated(visible(text), _LONGEST), file=sys.stderr)


def show(excerpt: str) -> None:
    """Print a line of SQL and the carets under its mistake, indented; unprintable characters become dots."""
    for line in excerpt.splitlines():
        print("  " + "".join(char if char.isprintable() else "·" for char in line), file=sys.stderr)


def explained(error: Exception) -> str | None:
    """The message for an error; None for one that only a defect of this package can cause."""
    match error:
        case LabelstoreError():
            return str(error)
        case OSError():
            name = f"{os.fsdecode(error.filename)}: " if isinstance(error.filename, str | bytes) else ""
            return f"{name}{error.strerror or error}"
        case MemoryError():
            return "there is not enough memory for this"
        case UnicodeError():
            return f"a text that is not valid UTF-8: {error}"
    if isinstance(error, _CALL):
        return _explained_call(error)
    return _explained_by_engine(error)


def _explained_call(error: Any) -> str:
    """What is wrong with a call, with the way out where the parser knows none."""
    text = str(error.format_message()).strip().rstrip(".").replace("\n\t", " ")
    text = text.replace(": Value error, ", ": ").replace(": Input should", ": should").partition(", unable to")[0]
    text = re.sub(r"( \(Possible options|\. Did you mean):? (.+?)[)?]$", r"; did you mean \2?", text)
    param = getattr(error, "param", None)
    lacks_store = text.startswith("Missing") and param is not None and takes_store(param)
    way_out = f"; name the store, or set {VARIABLE} to its name" if lacks_store else ""
    taken = error.ctx.params.get("db") if text.startswith("Missing") and error.ctx is not None else None
    if taken is not None and not names_store(str(taken)):
        way_out = f"; {taken} is taken for the store: name one before it, or set {VARIABLE}"
    return text[:1].lower() + text[1:] + way_out


def _show_usage(error: Any) -> None:
    """How the command is called, after an error of the parser."""
    if isinstance(error, _CALL) and error.ctx is not None:
        tell(f"{error.ctx.get_usage()}\nHelp: {error.ctx.command_path} --help")


def tell(text: str) -> None:
    """Print lines of ours on standard error, in their colors if it shows some."""
    print(text if colored(sys.stderr) else unpainted(text), file=sys.stderr)


def _explained_by_engine(error: Exception) -> str | None:
    """Errors of an engine that was imported. Its text up to the first blank line, and the way out."""
    for module_name, engine, classes in _ENGINES:
        module = sys.modules.get(module_name)
        if module is not None and isinstance(error, tuple(getattr(module, name) for name in classes)):
            text = " ".join(str(error).split("Traceback")[0].split("\n\n")[0].split())
            ways_out = [f"; {way_out}" for part, way_out in _WAYS_OUT if part in text]
            return f"{engine}: {text}{''.join(ways_out)}"
    return None


def _settle_output() -> None:
    """Drop output that nobody can read (a closed pipe, a full disk), so that it does not fail again at exit."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
