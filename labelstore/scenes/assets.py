"""The asset of a label: what the store knows of it, and what its file may be called."""

from typing import Any

from labelstore.assets.folder import names_of
from labelstore.scenes.scene import Asset
from labelstore.scenes.source import Source

_ASSET = """
select d.*, m.duration, m.page_count
from data_rows as d
left join media_attributes as m on m.record_id = d.record_id
where d.data_row_id = $data_row_id
"""


def read_asset(source: Source, data_row_id: str | None) -> Asset:
    """The data row as an asset."""
    row = next(iter(source.query(_ASSET, {"data_row_id": data_row_id})), None) or {}
    known: dict[str, Any] = {name: row.get(name) for name in Asset._fields}
    return Asset(**known)._replace(data_row_id=data_row_id, asset_type=known["asset_type"] or "unknown")


def file_names(asset: Asset) -> tuple[str, ...]:
    """Names that the file of a data row may have."""
    return names_of(
        external_id=asset.external_id,
        global_key=asset.global_key,
        data_row_id=asset.data_row_id,
        row_data=asset.row_data,
    )
