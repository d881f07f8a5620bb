"""Texts that are too long to be shown."""


def truncated(text: str, longest: int) -> str:
    """The text, or so much of it that it has `longest` characters with the ellipsis."""
    return text if len(text) <= longest else text[: longest - 1] + "…"
