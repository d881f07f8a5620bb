"""How much goes in one import: whole labels, and no more of a class in a data row than the SDK lets through."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from typing import Final

from labelstore.connected.pushing.plan import MOST_OF_A_CLASS, Ready

ANNOTATIONS: Final = 10_000
"""Of an import, by default."""
BYTES: Final = 32_000_000
"""Of an import; a single label may be larger."""


def batches(labels: Iterable[list[Ready]], most: int = ANNOTATIONS) -> Iterator[list[Ready]]:
    """The lines of each import; a label with more than `most` lines is an import of its own."""
    batch: list[Ready] = []
    size = 0
    crowds: Counter[tuple[str, str]] = Counter()
    for lines in labels:
        new = Counter((line.data_row, line.name) for line in lines)
        length = sum(len(bytes(line.line)) for line in lines)
        is_crowded = any(crowds[key] + count > MOST_OF_A_CLASS for key, count in new.items())
        if batch and (len(batch) + len(lines) > most or size + length > BYTES or is_crowded):
            yield batch
            batch, size, crowds = [], 0, Counter()
        batch += lines
        size += length
        crowds += new
    if batch:
        yield batch


def name_of(target: str, batch: Sequence[Ready]) -> str:
    """The name of an import: the same for the same lines and the same earlier attempts, so that it is found again."""
    digest = sha256(target.encode())
    for line in batch:
        digest.update(f"\n{line.uuid} {line.content_hash} {line.last}".encode())
    return f"labelstore-{digest.hexdigest()[:32]}"
