"""The view `v1_pieces`, which rebuilds v1 records."""

from labelstore.formats.pieces import ODD_ELEMENTS, pieces_of, shape, shapes
from labelstore.formats.v1 import objects, questions, record
from labelstore.formats.v1.relationships import Relationship

_BRACKETS = "substr(']]]]]]]]', 1, closes)"
_PATH = """case when form is null then ',"{key}":' || coordinates
    when form = 'geo' then ',"geometry":{{"coordinates":' || coordinates || '}}'
    when form = 'wkt' then case when wkt is null then '' else json_quote(wkt) end
    when form = 'wkt_item' then ',"geometry":' || json_quote(wkt)
    when form = 'ring' then coordinates
    else ',"geometry":' || coordinates end"""

GEOMETRY = (
    shape(
        objects.Box,
        "its box",
        """case when coordinates is null then ',"bbox":{' || char(1) || {keys}
    else ',"geometry":{"coordinates":' || coordinates end || {extra} || '}'""",
    ),
    shape("polygons", "its polygon", _PATH.format(key="polygon")),
    shape("polylines", "its line", _PATH.format(key="line")),
    shape(
        objects.Point,
        "its point",
        """case when form is null then ',"point":{' || char(1) || {keys} || coalesce(',' || substr(extra, 2), '}')
    when form = 'geo' then ',"geometry":{"coordinates":[' || json_number(x) || ',' || json_number(y) || ']'
        || coalesce(',' || substr(extra, 2), '}')
    when form = 'wkt' then case when wkt is null then '' else json_quote(wkt) end
    when form = 'wkt_item' then ',"geometry":' || json_quote(wkt)
    when form = 'position' then ',"x":' || json_number(x) || ',"y":' || json_number(y)
    else ',"geometry":{"x":' || json_number(x) || ',"y":' || json_number(y) || coalesce(',' || substr(extra, 2), '}') end""",
    ),
    shape(
        "masks",
        "its mask",
        """case when form is null then ',"instanceURI":' || json_quote(url) else json_quote(url) end""",
    ),
    shape(
        objects.Span,
        "its span of text",
        """',"data":{' || char(1) || case when unit is null then '' else ',"unit":' || json_quote(unit) end || ',"location":'
    || case when location is not null then location else '{' || char(1) || {keys} || coalesce(',' || substr(extra, 2), '}') end || '}'""",
    ),
)

PIECES = (
    *pieces_of(
        record.AboutDataRow,
        "the element: what it says about its data row",
        begin="',{' || char(1) || {keys} || {empties}",
        where="generation = 'v1'",
    ),
    *pieces_of(
        record.Element,
        "the label",
        begin="{keys} || coalesce(',' || substr(nulls, 2, length(nulls) - 2), '') || {extra} || {empties} || {blocks}",
        rank=1,
        ends="always",
        end="case when annotations_id is null or label_form = 'skip' then '}' when label_form = 'frames' then ']}' else '}}' end",
    ),
    *pieces_of(record.WorkflowEvent, "the steps of its data row through the workflow"),
    *pieces_of(record.Review, "its reviews"),
    *pieces_of(record.MediaAttributes, "the media attributes of its data row"),
    *pieces_of(record.MetadataField, "the metadata fields of its data row"),
    *pieces_of(
        record.Annotations,
        "its annotations begin",
        pos="annotations_id",
        begin="""case label_form when 'skip' then ',"Label":"Skip"' when 'frames' then ',"Label":[' || char(1) else ',"Label":{' || char(1) end
    || {keys} || {extra} || case when label_form = 'legacy' then '' else {empties} end""",
        where="annotations_id is not null",
    ),
    *pieces_of(
        record.Frame,
        "a frame begins",
        begin="',{' || char(1) || {keys} || {extra} || {empties}",
        ends="always",
        end="'}'",
    ),
    *pieces_of(
        objects.Object,
        "an object begins",
        begin="""case when form is null then '' when form = 'mask' then case when opens then ',"Masks":{' || char(1) else '' end
    when form = 'part' then '' when opens then ',' || json_quote(name) || ':[' || char(1)
    when opens is null then ',' || json_quote(name) || ':' || char(1) else '' end
    || case form when 'wkt' then ',' when 'ring' then ',' when 'item' then ',{' || char(1) when 'position' then ',{' || char(1)
    when 'part' then '' when 'mask' then '' else ',{' || char(1) || {keys} end || {extra}
    || case when form = 'mask' then ',' || json_quote(name) || ':' else '' end""",
        between=shapes(objects.Object, GEOMETRY),
        alone="""case when form in ('wkt', 'ring', 'part', 'mask') then '' else {empties} || '}' end
    || case when not closes then '' when form = 'mask' then '}' else ']' end""",
        ends="some",
        end="case when closes then '}]' else '}' end",
    ),
    *pieces_of(
        questions.Classification,
        "a question begins",
        begin=f"""case when form = 'scalar' then ',' || json_quote(name) || ':' || char(1)
    when form = 'list' then ',' || json_quote(name) || ':[' || char(1) else {{opens}}
    || case when opens > 0 then replace(substr('########', 1, opens), '#', ',[' || char(1)) else '' end
    || {{starts}} || {{keys}} || {{extra}}
    || case when answer_count is null then '' when kind = 'checklist' then ',"answers":[' || char(1)
        when kind = 'dropdown' then ',"answer":[' || char(1) else ',"answer":' || char(1) end end
    || case when end_id is not null then '' when form = 'list' then ']'
    else case when answer_count = 0 then ']' else '' end || '}}' || {_BRACKETS} end""",
        ends="some",
        end=f"""case form when 'scalar' then '' when 'list' then ']'
    else case when kind = 'checklist' or kind = 'dropdown' then ']}}' else '}}' end || {_BRACKETS} end""",
    ),
    *pieces_of(
        questions.Answer,
        "an answer begins",
        begin="""case when text is not null then ',' || json_quote(text) else ',{' || char(1) || {keys} || {extra}
    || case when end_id is not null then '' else {empties} || '}' end end""",
        ends="some",
        end="'}'",
    ),
    *pieces_of(
        Relationship,
        "a relationship",
        begin="""{opens} || {starts} || {keys}
    || case when kind is null then '' when is_span then ',"format":' || json_quote(kind) else ',"relationshipType":' || json_quote(kind) end
    || case when has_data then ',"data":{' || char(1)
        || case when source_feature_id is null then '' else case when is_span then ',"startFeatureId":' else ',"source":' end || json_quote(source_feature_id) end
        || case when target_feature_id is null then '' else case when is_span then ',"endFeatureId":' else ',"target":' end || json_quote(target_feature_id) end
        || case when text is null then '' else ',"label":' || json_quote(text) end
        || coalesce(',' || substr(data_extra, 2), '}') else '' end
    || {extra} || {closes}""",
    ),
    ODD_ELEMENTS,
)
