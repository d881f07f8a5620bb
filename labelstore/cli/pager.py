"""Text that is longer than the screen, through the pager that the user has."""

import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import chain, islice
from typing import TYPE_CHECKING

from labelstore.cli import output

if TYPE_CHECKING:
    from subprocess import Popen
    from threading import Event

_LESS = "FRX"  # leaves what fits one screen, shows colors, keeps the text on the screen at the end


def pager() -> list[str] | None:
    """The program of $PAGER, else less, with its arguments.

    None where there is none or the user wants none: an empty PAGER, cat, a dumb terminal.
    """
    import shlex

    try:
        command = shlex.split(os.environ.get("PAGER", "less"))
    except ValueError:  # a quote that is not closed
        return None
    if not command or os.environ.get("TERM") == "dumb" or os.path.basename(command[0]) == "cat":
        return None
    return command if shutil.which(command[0]) else None


def write_paged(lines: Iterable[str], height: int, give_up: Callable[[], None], command: list[str] | None) -> None:
    """Write lines; through the pager, if there is one, where they are more than `height`.

    A user who leaves the pager wants no more lines: `give_up` is then called, by another thread, and what `lines`
    raises is none of the user's business.
    """
    remaining = iter(lines)
    if command is None:
        output.write_lines(remaining)
        return
    first = list(islice(remaining, height))
    if len(first) < height:  # one line is the prompt's
        output.write_lines(first)
        return
    _page(chain(first, remaining), command, give_up)


def _page(lines: Iterator[str], command: list[str], give_up: Callable[[], None]) -> None:
    from subprocess import PIPE, Popen
    from threading import Event, Thread

    sys.stdout.flush()
    process = Popen(command, stdin=PIPE, env={"LESS": _LESS, **os.environ})
    assert process.stdin is not None
    is_written = Event()
    watch = Thread(target=_watch, args=(process, is_written, give_up), daemon=True)
    watch.start()
    with _ignoring_interrupts(), suppress(BrokenPipeError):
        try:
            for line in lines:
                process.stdin.write(f"{line}\n".encode("utf-8", "backslashreplace"))
        except Exception:
            if process.poll() is None:
                raise
        finally:
            is_written.set()
            with suppress(BrokenPipeError):
                process.stdin.close()
            watch.join()


def _watch(process: "Popen[bytes]", is_written: "Event", give_up: Callable[[], None]) -> None:
    process.wait()
    if not is_written.is_set():
        give_up()


@contextmanager
def _ignoring_interrupts() -> Iterator[None]:
    """Leave Ctrl-C to the pager, which stops waiting for more at it."""
    import signal

    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
