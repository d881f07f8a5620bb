"""Texts that are too long for their place."""


def shortened(text: str, longest: int) -> str:
    """The text, or its start and an ellipsis, in at most `longest` characters."""
    return text if len(text) <= longest else text[: longest - 1] + "…"
