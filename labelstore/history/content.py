"""What of a label's JSON counts as its content.

The tokens of signed URLs, and the export task in the URLs of composite masks, are new in each export and therefore no
change.
"""

import re

from labelstore.formats.signed_urls import split_tokens
from labelstore.json.equality import same

_TASK = re.compile(rb'(/tasks/)[^/"?\s]+(?=/masks/)')


def content_of(raw: bytes) -> bytes:
    """A label's JSON without what each export writes anew."""
    return _TASK.sub(rb"\1", b"?".join(split_tokens(raw)[0]))


def is_same(before: bytes, after: bytes) -> bool:
    """Whether two states of a label have the same content."""
    left, right = content_of(before), content_of(after)
    return left == right or same(left, right)
