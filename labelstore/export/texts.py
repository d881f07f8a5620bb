"""The texts of data rows."""

from labelstore.export.annotations import Label
from labelstore.export.exporter import Export
from labelstore.files.asset_folder import is_address, names_of


def text_of(export: Export, label: Label) -> str | None:
    """The text of a data row, from the export or from its file in the folder of assets; None where it is not at hand.

    Raises `InputError` for a file that is no text.
    """
    if label.row_data and not is_address(label.row_data):
        return label.row_data
    if export.assets is None:
        return None
    return export.assets.text(
        names_of(
            external_id=label.external_id,
            global_key=label.global_key,
            data_row_id=label.data_row_id,
            row_data=label.row_data,
        )
    )
