"""JSON pointers (RFC 6901)."""


def token(key: str | int) -> str:
    """One step of a pointer: a key or an index."""
    return str(key).replace("~", "~0").replace("/", "~1")
