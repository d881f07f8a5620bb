"""The reasons for which records are refused, with JSON pointers; `labelstore.framing` tells its own by the same."""

from labelstore.framing.pointers import located, pointer_at

__all__ = ["located", "pointer_at"]
