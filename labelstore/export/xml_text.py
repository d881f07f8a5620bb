"""Text that XML can hold."""

import re
from typing import Final

_IMPOSSIBLE: Final = re.compile("[^\\t\\n\\r\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")


def xml_text(text: str) -> str:
    """The text with U+FFFD for each character that XML 1.0 has no way to write, such as NUL. It is not escaped."""
    return _IMPOSSIBLE.sub("\ufffd", text)
