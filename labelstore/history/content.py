"""What of a label's JSON counts as its content.

The tokens of signed URLs, and the export task in the URLs of composite masks, are new in each export and therefore no
change.
"""

import re

from labelstore.formats.signed_urls import without_tokens
from labelstore.json.equality import same

_TASK = re.compile(r'(/tasks/)[^/"?\s]+(?=/masks/)')


def content_of(text: str) -> str:
    """A label's JSON without what each export writes anew."""
    return _TASK.sub(r"\1", without_tokens(text))


def is_same(before: str, after: str) -> bool:
    """Whether two states of a label have the same content."""
    left, right = content_of(before), content_of(after)
    return left == right or same(left.encode(), right.encode())
