"""The asset of a label: what the store knows of it."""

from typing import Any

from labelstore.assets.at_hand import NEWEST_FILE
from labelstore.scenes.scene import Asset
from labelstore.scenes.source import Source

_ASSET = f"""
select d.*, m.duration, m.page_count, f.sha256 as file_sha256, f.media_type as file_type
from data_rows as d
left join media_attributes as m on m.record_id = d.record_id
{NEWEST_FILE.format("d")}
where d.data_row_id = $data_row_id
"""


def read_asset(source: Source, data_row_id: str | None) -> Asset:
    """The data row as an asset."""
    row = next(iter(source.query(_ASSET, {"data_row_id": data_row_id})), None) or {}
    known: dict[str, Any] = {name: row.get(name) for name in Asset._fields}
    return Asset(**known)._replace(data_row_id=data_row_id, asset_type=known["asset_type"] or "unknown")
