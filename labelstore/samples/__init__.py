"""Synthetic Labelbox exports of any size: every asset type, object kind, classification kind and oddity.

The same arguments give the same records. Nothing in them is real; the references of both formats say where
each shape was seen.
"""

from labelstore.samples.streams import (
    ASSET_TYPES,
    GENERATIONS,
    frame_lines,
    legacy_labels,
    v1_labels,
    v2_data_rows,
)
from labelstore.samples.writing import SampleFile, write

__all__ = [
    "ASSET_TYPES",
    "GENERATIONS",
    "SampleFile",
    "frame_lines",
    "legacy_labels",
    "v1_labels",
    "v2_data_rows",
    "write",
]
