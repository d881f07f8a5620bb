"""The view `v2_pieces`, which rebuilds v2 records."""

from labelstore.formats.pieces import ODD_ELEMENTS, Piece, pieces_of, shape, shapes
from labelstore.formats.v2 import labels, objects, questions, record
from labelstore.formats.v2.relationships import Ends, Relationship

_BRACKETS = "substr(']]]]]]]]', 1, closes)"
_LAST_OF_OBJECTS = "case when not {} then '' when frame_id is null then ']' else '}}' end"


def _path(key: str, geojson: str) -> str:
    return f"""case when form is null then ',"{key}":' || coordinates
    else ',"geojson":{{"type":"{geojson}","coordinates":' || coordinates || '}}' end"""


SHAPES = (
    shape(
        objects.Box,
        "its box",
        """case when coordinates is null then ',"bounding_box":{' || char(1) || {keys}
    else ',"geojson":{"type":"Polygon","coordinates":' || coordinates end || {extra} || '}'""",
    ),
    shape("polygons", "its polygon", _path("polygon", "Polygon")),
    shape("polylines", "its line", _path("line", "LineString")),
    shape(
        objects.Point,
        "its point",
        """case when form is null then ',"point":{' || char(1) || {keys}
    else ',"geojson":{"type":"Point","coordinates":[' || json_number(x) || ',' || json_number(y) || ']' end
    || coalesce(',' || substr(extra, 2), '}')""",
    ),
    shape(objects.Masks, "its mask", "{blocks}"),
    shape(
        objects.TextLocation,
        "its span of text",
        """case when message_id is null then '' else ',"conversational_location":{"message_id":' || json_quote(message_id) end
    || ',"location":{' || char(1) || {keys} || coalesce(',' || substr(extra, 2), '}')
    || case when message_id is null then '' else '}' end""",
    ),
    *pieces_of(
        objects.Message,
        "the messages it picks",
        begin="""case when form = 'single' then ',"selected_message":{' || char(1) || {parent}
    else case when ordinal > 0 then ''
        when form = 'ranked' then ',"ranked_messages":{' || char(1) || {parent} || ',"ranked_messages":[' || char(1)
        else ',"selected_messages":{' || char(1) || {parent} || ',"messages":[' || char(1) end || ',{' || char(1) end
    || {keys} || {extra} || case when closes then '}]}' else '}' end""".replace(
            "{parent}",
            """case when parent_message_id is null then '' else ',"parent_message_id":' || json_quote(parent_message_id) end""",
        ),
    ),
)

_RELATED = """case when has_data then ',"' || kind || '_relationship":{' || char(1) || {ends} else '' end"""

PIECES = (
    *pieces_of(
        record.Line,
        "the line: its data row",
        begin="{starts} || {blocks} || {empties} || {extra}",
        where="generation = 'v2'",
        ends="always",
    ),
    *pieces_of(record.MediaAttributes, "its media attributes"),
    *pieces_of(record.Attachment, "its attachments"),
    *pieces_of(record.MetadataField, "its metadata fields"),
    *pieces_of(record.Embedding, "its embeddings"),
    *pieces_of(record.Project, "a project begins", ends="always"),
    *pieces_of(record.WorkflowEvent, "the steps through its workflow"),
    Piece(
        "the list of labels opens before its first",
        "labels",
        """case when is_prediction then ',"predictions":[' else ',"labels":[' end || char(1)""",
        pos="cast(node_id - 1 as integer)",
        where="ordinal = 0",
    ),
    *pieces_of(
        labels.Label,
        "a label begins",
        begin="{starts} || {keys} || {extra} || {blocks}",
        ends="always",
        end="case when annotations_id is null then '}' else '}}' end",
    ),
    Piece(
        "the list of labels closes after its last", "labels", "']'", pos="cast(end_id + 1 as integer)", where="closes"
    ),
    *pieces_of(labels.Review, "its reviews"),
    *pieces_of(
        labels.Annotations,
        "its annotations begin",
        begin="""',"annotations":{' || char(1) || {extra} || {empties}""",
        pos="annotations_id",
        where="annotations_id is not null",
    ),
    *pieces_of(labels.Group, "a group of frames begins", ends="always"),
    *pieces_of(
        labels.Frame,
        "a frame begins",
        begin="""{opens} || ',"' || frame_number || '":{' || char(1) || {extra} || {empties}""",
        ends="always",
    ),
    *pieces_of(
        labels.Moment,
        "a moment begins",
        begin="""{opens} || case when map_key is null then ',"' || milliseconds || '":' else ',' || json_quote(map_key) || ':' end
    || '{' || char(1) || {extra} || {empties}""",
        ends="always",
    ),
    Piece(
        "the spans of features",
        "segments",
        """case when opens & 4 > 0 then ',"segments":{' || char(1) else '' end
    || case when opens & 2 > 0 and group_name is not null then ',' || json_quote(group_name) || ':{' || char(1) else '' end
    || case when opens & 1 > 0 and feature_id is not null then ',' || json_quote(feature_id) || ':[' || char(1) else '' end
    || case when start_frame is null then '' else ',[' || start_frame || ',' || end_frame || ']' end
    || case when closes & 1 > 0 and feature_id is not null then ']' else '' end
    || case when closes & 2 > 0 and group_name is not null then '}' else '' end
    || case when closes & 4 > 0 then '}' else '' end""",
    ),
    Piece(
        "the key frames of features",
        "key_frames",
        """case when opens & 4 > 0 then ',"key_frame_feature_map":{' || char(1) else '' end
    || case when opens & 2 > 0 then ',' || json_quote(feature_id) || ':' || case form when 'list' then '[' else '{' end || char(1) else '' end
    || case when opens & 1 > 0 and group_name is not null then ',' || json_quote(group_name) || ':{' || char(1) else '' end
    || case when frame_number is null then '' when form = 'list' then ',' || frame_number
        else ',"' || frame_number || case when is_key_frame then '":true' else '":false' end end
    || case when closes & 1 > 0 and group_name is not null then '}' else '' end
    || case when closes & 2 > 0 then case form when 'list' then ']' else '}' end else '' end
    || case when closes & 4 > 0 then '}' else '' end""",
    ),
    *pieces_of(
        objects.Object,
        "an object begins",
        begin="""case when frame_id is null then ',{' else ',' || json_quote(coalesce(map_key, feature_id)) || ':{' end || char(1)
    || {keys}
    || case when page_height is null then '' else ',"page_dimensions":{"height":' || json_number(page_height) || ',"width":' || json_number(page_width) || '}' end
    || {extra}""",
        between=shapes(objects.Object, SHAPES),
        alone="{empties} || '}' || " + _LAST_OF_OBJECTS.format("closes"),
        ends="some",
        end="{empties} || '}' || " + _LAST_OF_OBJECTS.format("closes"),
    ),
    *pieces_of(
        questions.Classification,
        "a question begins",
        begin=f"""{{opens}} || {{starts}} || {{keys}} || {{extra}}
    || case when answer_count is null then '' else case when is_conversational then ',"conversational_' else ',"' end
        || case kind when 'checklist' then 'checklist_answers":[' when 'text' then 'text_answer":' else 'radio_answer":' end || char(1) end
    || case when end_id is not null then '' else case when answer_count = 0 then ']' else '' end || '}}' || {_BRACKETS} end""",
        ends="some",
        end=f"case kind when 'checklist' then ']}}' else '}}' end || {_BRACKETS}",
        also_from="repeated_classifications",
    ),
    *pieces_of(
        questions.Answer,
        "an answer begins",
        begin="{starts} || {keys} || {extra} || case when end_id is not null then '' else {empties} || '}' end",
        ends="some",
        end="'}'",
        also_from="repeated_answers",
    ),
    *pieces_of(
        Relationship,
        "a relationship",
        begin="{opens} || {starts} || {keys} || {empties}\n    || " + _RELATED + " || {extra} || {closes}",
        where="ordinal is not null",
        words_of={"ends": Ends},
    ),
    *pieces_of(
        Relationship,
        "the same at its place among the objects",
        begin="case when frame_id is null then ',' else ',' || json_quote(coalesce(objects_key, feature_id)) || ':' end\n"
        "    || coalesce(objects_json, '{' || char(1) || {keys} || {empties}\n    || "
        + _RELATED
        + " || {extra} || '}')\n"
        "    || " + _LAST_OF_OBJECTS.format("objects_closes"),
        pos="objects_id",
        where="objects_id is not null",
        words_of={"ends": Ends},
    ),
    *pieces_of(record.Experiment, "an experiment begins", ends="always"),
    *pieces_of(record.ModelRun, "a model run begins", ends="always"),
    ODD_ELEMENTS,
)
