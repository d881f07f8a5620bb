"""Scenes: what a drawing needs of a label, read from a store by plain SQL that both engines run."""

from labelstore.scenes.reading import read_scene
from labelstore.scenes.scene import Scene
from labelstore.scenes.source import ConnectionSource, Source

__all__ = ["ConnectionSource", "Scene", "Source", "read_scene"]
