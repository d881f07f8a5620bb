"""Commits of a lake: ids that no two loads share, Delta tables, and snapshots that show a load as a whole."""
