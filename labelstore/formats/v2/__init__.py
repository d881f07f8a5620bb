"""Labelbox's current export ("v2"): the shape of its records (`record`), and their rows (`shred`)."""
