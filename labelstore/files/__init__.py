"""Split a file or pipe (array, lines, values; plain, gzip, zstd, zip) into raw records, in constant memory.

    for source in open_sources(["exports/*.json.gz", "-"]):
        with source:
            for item in split(source, decode):
                ...                                     # a Record, or a Broken where there is none

Formats are detected from the content, never from the name. All errors are `labelstore.errors.InputError`.
"""

from labelstore.files.records import split, split_taking
from labelstore.files.sources import Source, digest_of, open_sources
from labelstore.files.walk import Broken, Record

__all__ = ["Broken", "Record", "Source", "digest_of", "open_sources", "split", "split_taking"]
