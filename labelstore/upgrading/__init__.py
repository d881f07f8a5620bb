"""Upgrading: a store of an older schema version, rebuilt from its own views into a new file that takes its place."""

from labelstore.upgrading.upgrade import Upgrade, upgrade

__all__ = ["Upgrade", "upgrade"]
