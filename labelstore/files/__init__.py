"""A file (array, lines, values; plain, gzip, zstd, zip; a pipe) as raw records, in constant memory.

    for source in open_sources(["exports/*.json.gz", "-"]):
        with source:
            for item in split(source, decode):
                ...                                     # a Record, or a Broken for what is none

What a file is follows from its content, never from its name. All errors are `labelstore.errors.InputError`.
"""

from labelstore.files.records import split
from labelstore.files.sources import Source, digest_of, open_sources
from labelstore.files.walk import Broken, Record

__all__ = ["Broken", "Record", "Source", "digest_of", "open_sources", "split"]
