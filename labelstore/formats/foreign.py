"""JSON that people take for an export and that is something else: what it is, and the way out."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple


class Kind(NamedTuple):
    """`keys`: one of these sets of keys is in it."""

    name: str
    keys: Sequence[frozenset[str]]
    way_out: str


def _any_of(*sets: str) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(keys.split()) for keys in sets)


_EXPORT = "export the labels of the project, and load that file"

KINDS = (
    Kind(
        "an annotation to import into Labelbox (dataRow), not one exported from it",
        _any_of(
            "uuid dataRow", "dataRow schemaId", "dataRow name", "dataRow answer", "dataRow bbox", "dataRow polygon"
        ),
        "import it into Labelbox, then " + _EXPORT,
    ),
    Kind(
        "a data row to import into Labelbox (row_data)",
        _any_of("row_data global_key", "row_data external_id", "row_data media_type", "row_data metadata_fields"),
        "import it into Labelbox, then " + _EXPORT,
    ),
    Kind("an ontology", _any_of("tools", "classifications relationships"), _EXPORT),
    Kind(
        "a COCO file",
        _any_of("images annotations", "images categories", "annotations categories", "image_id category_id"),
        _EXPORT,
    ),
    Kind(
        "a conversation, which is an asset",
        _any_of("type version messages", "messages version", "messages conversation_id", "messageId content"),
        "export the labels that are about it, and load that file",
    ),
    Kind(
        "the text layer of a PDF, which belongs to an asset",
        _any_of("groups number units", "groups number width", "tokens geometry", "groups height width"),
        "export the labels that are about it, and load that file",
    ),
    Kind("GeoJSON", _any_of("type features", "type geometry properties"), _EXPORT),
    Kind("a task of Label Studio", _any_of("annotations data", "completions data"), _EXPORT),
    Kind("a LabelMe file", _any_of("shapes imagePath"), _EXPORT),
    Kind(
        "the answer of a server that tells of an error",
        _any_of("errors", "error", "message statusCode"),
        "export again",
    ),
)


def kind_of(value: Mapping[str, Any]) -> Kind | None:
    """The kind of a JSON object that is not a record of an export, if its keys are known."""
    return next((kind for kind in KINDS if any(keys <= value.keys() for keys in kind.keys)), None)


def way_out(name: str) -> str:
    """What to do about a kind with this name; "" for what we do not know."""
    return next((kind.way_out for kind in KINDS if kind.name == name), "")
