"""Labelbox's legacy export ("v1"): the shape of its records (`record`), and their rows (`shred`, `legacy`)."""
