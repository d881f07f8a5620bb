"""Reading files, one after another."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from labelstore.formats.decoding import bounded_depth
from labelstore.inputs.gathering import exports
from labelstore.loading.loader import Loader


def load_sources(loader: Loader, arguments: list[str], max_ratio: float | None) -> None:
    """Let a loader read all files."""
    with bounded_depth(), _no_cycle_search():
        for number, argument in enumerate(arguments):
            for source in exports([argument], max_ratio=max_ratio, notify=loader.report.notes.append):
                with source:
                    loader.load_file(source, loader.share.stretch(number))


@contextmanager
def _no_cycle_search() -> Iterator[None]:
    """Records and rows hold no cycles: looking for some among them takes a fifth of a load's time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
