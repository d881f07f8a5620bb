"""Scenes: what a drawing needs of a label, read from a store by plain SQL that both engines run."""

from labelstore.scenes.reading import ConnectionSource, Source, read_scene

__all__ = ["ConnectionSource", "Source", "read_scene"]
