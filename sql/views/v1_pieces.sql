-- one piece of the JSON text of a v1 record: the pieces of a record, of a label or of a frame, joined in the
-- order of pos and rank, are its JSON. Each member and each element is written with a comma before it, and each bracket
-- that opens with the control character 1 after it; whoever joins them removes "1," and then "1", which no JSON
-- text contains. So a row can be missing without breaking the others.
-- node_id is the row's own number: filter by it, it is indexed.
-- This file is written by `python -m tools.views` from the declarations in labelstore/formats/v1.
create view v1_pieces as
-- the element: what it says about its data row
select
    node_id as node_id,
    node_id as pos,
    0 as rank,
    ',{' || char(1)
        || case when not derived_id then case when data_row_id is null then '' else ',"DataRow ID":' || json_quote(data_row_id) end else '' end
        || case when row_data is null then '' else ',"Labeled Data":' || json_quote(row_data) end
        || case when external_id is null then '' else ',"External ID":' || json_quote(external_id) end
        || case when global_key is null then '' else ',"Global Key":' || json_quote(global_key) end
        || case when dataset_name is null then '' else ',"Dataset Name":' || json_quote(dataset_name) end
        || case metadata_field_count when 0 then ',"DataRow Metadata":[]' else '' end as piece
from records
where (node_id >> 24) & 15 = 0 and generation = 'v1'
union all
-- the label
select
    node_id as node_id,
    node_id as pos,
    1 as rank,
    case when not derived_id then case when label_id is null then '' else ',"ID":' || json_quote(label_id) end else '' end
        || case when project_name is null then '' else ',"Project Name":' || json_quote(project_name) end
        || case when created_by is null then '' else ',"Created By":' || json_quote(created_by) end
        || case when coalesce(in_extra, 0) & 1 = 0 then case when created_at is null then '' else ',"Created At":' || json_quote(created_at) end else '' end
        || case when coalesce(in_extra, 0) & 2 = 0 then case when updated_at is null then '' else ',"Updated At":' || json_quote(updated_at) end else '' end
        || case when view_label is null then '' else ',"View Label":' || json_quote(view_label) end
        || case when data_split is null then '' else ',"Data Split":' || json_quote(data_split) end
        || case when coalesce(in_extra, 0) & 4 = 0 then case when seconds_to_label is null then '' else ',"Seconds to Label":' || json_number(seconds_to_label) end else '' end
        || case when seconds_to_review is null then '' else ',"Seconds to Review":' || json_number(seconds_to_review) end
        || case when seconds_to_create is null then '' else ',"Seconds to Create":' || json_number(seconds_to_create) end
        || case when agreement is null then '' else ',"Agreement":' || json_number(agreement) end
        || case when is_benchmark is null then '' else ',"Is Benchmark":' || json_number(is_benchmark) end
        || case when benchmark_agreement is null then '' else ',"Benchmark Agreement":' || json_number(benchmark_agreement) end
        || case when benchmark_id is null then '' else ',"Benchmark ID":' || json_quote(benchmark_id) end
        || case when benchmark_reference_id is null then '' else ',"Benchmark Reference ID":' || json_quote(benchmark_reference_id) end
        || case when has_open_issues is null then '' else ',"Has Open Issues":' || json_number(has_open_issues) end
        || case when coalesce(label_form, '') <> 'skip' then case when skipped then ',"Skipped":true' when not skipped then ',"Skipped":false' else '' end else '' end
        || coalesce(',' || substr(nulls, 2, length(nulls) - 2), '')
        || coalesce(',' || substr(extra, 2, length(extra) - 2), '')
        || case review_count when 0 then ',"Reviews":[]' else '' end
        || case when has_workflow_info then ',"DataRow Workflow Info":{' || char(1)
            || case when workflow_task_name is null then '' else ',"taskName":' || json_quote(workflow_task_name) end
            || coalesce(',' || substr(workflow_extra, 2, length(workflow_extra) - 2), '')
            || case when workflow_event_count > 0 then '' when workflow_event_count = 0 then ',"Workflow History":[]}' else '}' end else '' end as piece
from labels
where (node_id >> 24) & 15 = 0
union all
-- and ends
select
    node_id as node_id,
    end_id as pos,
    0 as rank,
    case when annotations_id is null or label_form = 'skip' then '}' when label_form = 'frames' then ']}' else '}}' end as piece
from labels
where (node_id >> 24) & 15 = 0
union all
-- the steps of its data row through the workflow
select
    node_id as node_id,
    node_id as pos,
    0 as rank,
    case ordinal when 0 then ',"Workflow History":[' || char(1) else '' end
        || ',{' || char(1)
        || case when created_by is null then '' else ',"actorId":' || json_quote(created_by) end
        || case when action is null then '' else ',"action":' || json_quote(action) end
        || case when created_at is null then '' else ',"createdAt":' || json_quote(created_at) end
        || case when previous_task_id is null then '' else ',"previousTaskId":' || json_quote(previous_task_id) end
        || case when previous_task_name is null then '' else ',"previousTaskName":' || json_quote(previous_task_name) end
        || case when next_task_id is null then '' else ',"nextTaskId":' || json_quote(next_task_id) end
        || case when next_task_name is null then '' else ',"nextTaskName":' || json_quote(next_task_name) end
        || coalesce(',' || substr(extra, 2, length(extra) - 2), '')
        || case when closes then '}]}' else '}' end as piece
from workflow_events
where (node_id >> 24) & 15 = 0
union all
-- its reviews
select
    node_id as node_id,
    node_id as pos,
    0 as rank,
    case ordinal when 0 then ',"Reviews":[' || char(1) else '' end
        || ',{' || char(1)
        || case when review_id is null then '' else ',"id":' || json_quote(review_id) end
        || case when score is null then '' else ',"score":' || json_number(score) end
        || case when created_at is null then '' else ',"createdAt":' || json_quote(created_at) end
        || case when created_by is null then '' else ',"createdBy":' || json_quote(created_by) end
        || case when reviewed_label_id is null then '' else ',"labelId":' || json_quote(reviewed_label_id) end
        || coalesce(',' || substr(extra, 2, length(extra) - 2), '')
        || case when closes then '}]' else '}' end as piece
from reviews
where (node_id >> 24) & 15 = 0
union all
-- the media attributes of its data row
select
    node_id as node_id,
    node_id as pos,
    0 as rank,
    ',"Media Attributes":{' || char(1)
        || case when asset_type is null then '' else ',"assetType":' || json_quote(asset_type) end
        || case when super_type is null then '' else ',"superType":' || json_quote(super_type) end
        || case when sub_type is null then '' else ',"subType":' || json_quote(sub_type) end
        || case when mime_type is null then '' else ',"mimeType":' || json_quote(mime_type) end
        || case when content_length is null then '' else ',"contentLength":' || json_number(content_length) end
        || case when width is null then '' else ',"width":' || json_number(width) end
        || case when height is null then '' else ',"height":' || json_number(height) end
        || case when page_count is null then '' else ',"pageCount":' || json_number(page_count) end
        || case when frame_rate is null then '' else ',"frameRate":' || json_number(frame_rate) end
        || case when frame_count is null then '' else ',"frameCount":' || json_number(frame_count) end
        || case when duration is null then '' else ',"duration":' || json_number(duration) end
        || case when codec is null then '' else ',"codec":' || json_quote(codec) end
        || case when codec_name is null then '' else ',"codecName":' || json_quote(codec_name) end
        || case when codec_tag is null then '' else ',"codecTag":' || json_quote(codec_tag) end
        || case when sample_aspect_ratio is null then '' else ',"sampleAspectRatio":' || json_quote(sample_aspect_ratio) end
        || case when exif_rotation is null then '' else ',"exifRotation":' || json_quote(exif_rotation) end
        || coalesce(',' || substr(extra, 2, length(extra) - 2), '')
        || '}' as piece
from media_attributes
where (node_id >> 24) & 15 = 0
union all
-- the metadata fields of its data row
select
    node_id as node_id,
    node_id as pos,
    0 as rank,
    case ordinal when 0 then ',"DataRow Metadata":[' || char(1) else '' end
        || ',{' || char(1)
        || case when schema_id is null then '' else ',"schemaId":' || json_quote(schema_id) end
        || case when schema_name is null then '' else ',"name":' || json_quote(schema_name) end
        || case when value is null then '' else ',"value":' || case when value_is_json then value else json_quote(value) end end
        || coalesce(',' || substr(extra, 2, length(extra) - 2), '')
        || case when closes then '}]' else '}' end as piece
from metadata_fields
where (node_id >> 24) & 15 = 0
union all
-- its annotations begin
select
    node_id as node_id,
    annotations_id as pos,
    0 as rank,
    case label_form when 'skip' then ',"Label":"Skip"' when 'frames' then ',"Label":[' || char(1) else ',"Label":{' || char(1) end
        || case when frames_url is null then '' else ',"frames":' || json_quote(frames_url) end
        || coalesce(',' || substr(annotations_extra, 2, length(annotations_extra) - 2), '')
        || case when label_form = 'legacy' then '' else case classification_count when 0 then ',"classifications":[]' else '' end
        || case relationship_count when 0 then ',"relationships":[]' else '' end
        || case when object_count = 0 then ',"objects":[]' when object_count > 0 then ',"objects":[' || char(1) else '' end end as piece
from labels
where (node_id >> 24) & 15 = 0 and annotations_id is not null
union all
-- a frame begins
select
    frame_id as node_id,
    frame_id as pos,
    0 as rank,
    ',{' || char(1)
        || coalesce(',"frameNumber":' || frame_number, '')
        || coalesce(',' || substr(extra, 2, length(extra) - 2), '')
        || case classification_count when 0 then ',"classifications":[]' else '' end
        || case relationship_count when 0 then ',"relationships":[]' else '' end
        || case when object_count = 0 then ',"objects":[]' when object_count > 0 then ',"objects":[' || char(1) else '' end as piece
from frames
where (frame_id >> 24) & 15 = 0
union all
-- and ends
select
    frame_id as node_id,
    end_id as pos,
    0 as rank,
    '}' as piece
from frames
where (frame_id >> 24) & 15 = 0
union all
-- an object begins
select
    object_id as node_id,
    object_id as pos,
    0 as rank,
    case when form is null then '' when form = 'mask' then case when opens then ',"Masks":{' || char(1) else '' end
        when form = 'part' then '' when opens then ',' || json_quote(name) || ':[' || char(1)
        when opens is null then ',' || json_quote(name) || ':' || char(1) else '' end
        || case form when 'wkt' then ',' when 'ring' then ',' when 'item' then ',{' || char(1) when 'position' then ',{' || char(1)
        when 'part' then '' when 'mask' then '' else ',{' || char(1)
        || case when feature_id is null then '' else ',"featureId":' || json_quote(feature_id) end
        || case when schema_id is null then '' else ',"schemaId":' || json_quote(schema_id) end
        || case when name is null then '' else ',"title":' || json_quote(name) end
        || case when value is null then '' else ',"value":' || json_quote(value) end
        || case when color is null then '' else ',"color":' || json_quote(color) end
        || case when instance_uri is null then '' else ',"instanceURI":' || json_quote(instance_uri) end
        || case when uuid is null then '' else ',"uuid":' || json_quote(uuid) end
        || case when keyframe then ',"keyframe":true' when not keyframe then ',"keyframe":false' else '' end
        || case when page is null then '' else ',"page":' || json_number(page) end
        || case when unit is null then '' else ',"unit":' || json_quote(unit) end
        || case when format is null then '' else ',"format":' || json_quote(format) end
        || case when version is null then '' else ',"version":' || json_number(version) end
        || case when annotation_kind is null then '' else ',"type":' || json_quote(annotation_kind) end end
        || coalesce(',' || substr(extra, 2, length(extra) - 2), '')
        || case when form = 'mask' then ',' || json_quote(name) || ':' else '' end as piece
from objects
where (object_id >> 24) & 15 = 0
union all
-- its box
select
    object_id as node_id,
    object_id as pos,
    1 as rank,
    case when coordinates is null then ',"bbox":{' || char(1)
        || case when "top" is null then '' else ',"top":' || json_number("top") end
        || case when "left" is null then '' else ',"left":' || json_number("left") end
        || case when height is null then '' else ',"height":' || json_number(height) end
        || case when width is null then '' else ',"width":' || json_number(width) end
        else ',"geometry":{"coordinates":' || coordinates end
        || coalesce(',' || substr(extra, 2, length(extra) - 2), '')
        || '}' as piece
from bounding_boxes
where (object_id >> 24) & 15 = 0
union all
-- its polygon
select
    object_id as node_id,
    object_id as pos,
    1 as rank,
    case when form is null then ',"polygon":' || coordinates
        when form = 'geo' then ',"geometry":{"coordinates":' || coordinates || '}'
        when form = 'wkt' then case when wkt is null then '' else json_quote(wkt) end
        when form = 'wkt_item' then ',"geometry":' || json_quote(wkt)
        when form = 'ring' then coordinates
        else ',"geometry":' || coordinates end as piece
from polygons
where (object_id >> 24) & 15 = 0
union all
-- its line
select
    object_id as node_id,
    object_id as pos,
    1 as rank,
    case when form is null then ',"line":' || coordinates
        when form = 'geo' then ',"geometry":{"coordinates":' || coordinates || '}'
        when form = 'wkt' then case when wkt is null then '' else json_quote(wkt) end
        when form = 'wkt_item' then ',"geometry":' || json_quote(wkt)
        when form = 'ring' then coordinates
        else ',"geometry":' || coordinates end as piece
from polylines
where (object_id >> 24) & 15 = 0
union all
-- its point
select
    object_id as node_id,
    object_id as pos,
    1 as rank,
    case when form is null then ',"point":{' || char(1)
        || case when x is null then '' else ',"x":' || json_number(x) end
        || case when y is null then '' else ',"y":' || json_number(y) end
        || coalesce(',' || substr(extra, 2), '}')
        when form = 'geo' then ',"geometry":{"coordinates":[' || json_number(x) || ',' || json_number(y) || ']'
            || coalesce(',' || substr(extra, 2), '}')
        when form = 'wkt' then case when wkt is null then '' else json_quote(wkt) end
        when form = 'wkt_item' then ',"geometry":' || json_quote(wkt)
        when form = 'position' then ',"x":' || json_number(x) || ',"y":' || json_number(y)
        else ',"geometry":{"x":' || json_number(x) || ',"y":' || json_number(y) || coalesce(',' || substr(extra, 2), '}') end as piece
from points
where (object_id >> 24) & 15 = 0
union all
-- its mask
select
    object_id as node_id,
    object_id as pos,
    1 as rank,
    case when form is null then ',"instanceURI":' || json_quote(url) else json_quote(url) end as piece
from masks
where (object_id >> 24) & 15 = 0
union all
-- its span of text
select
    object_id as node_id,
    object_id as pos,
    1 as rank,
    ',"data":{' || char(1) || case when unit is null then '' else ',"unit":' || json_quote(unit) end || ',"location":'
        || case when location is not null then location else '{' || char(1)
        || coalesce(',"start":' || start, '')
        || coalesce(',"end":' || "end", '')
        || case when message_id is null then '' else ',"messageId":' || json_quote(message_id) end
        || coalesce(',' || substr(extra, 2), '}') end || '}' as piece
from text_entities
where (object_id >> 24) & 15 = 0
union all
-- its cuboid
select
    object_id as node_id,
    object_id as pos,
    1 as rank,
    ',"cuboid":{' || char(1)
        || coalesce(',' || substr(body, 2, length(body) - 2), '')
        || '}' as piece
from cuboids
where (object_id >> 24) & 15 = 0
union all
-- one without others in it ends
select
    object_id as node_id,
    object_id as pos,
    2 as rank,
    case when form in ('wkt', 'ring', 'part', 'mask') then '' else case classification_count when 0 then ',"classifications":[]' else '' end
        || '}' end
        || case when not closes then '' when form = 'mask' then '}' else ']' end as piece
from objects
where (object_id >> 24) & 15 = 0 and end_id is null
union all
-- and ends
select
    object_id as node_id,
    end_id as pos,
    0 as rank,
    case when closes then '}]' else '}' end as piece
from objects
where (object_id >> 24) & 15 = 0 and end_id is not null
union all
-- a question begins
select
    classification_id as node_id,
    classification_id as pos,
    0 as rank,
    case when form = 'scalar' then ',' || json_quote(name) || ':' || char(1)
        when form = 'list' then ',' || json_quote(name) || ':[' || char(1) else case ordinal when 0 then ',"classifications":[' || char(1) else '' end
        || case when opens > 0 then replace(substr('########', 1, opens), '#', ',[' || char(1)) else '' end
        || ',{' || char(1)
        || case when feature_id is null then '' else ',"featureId":' || json_quote(feature_id) end
        || case when schema_id is null then '' else ',"schemaId":' || json_quote(schema_id) end
        || case when name is null then '' else ',"title":' || json_quote(name) end
        || case when value is null then '' else ',"value":' || json_quote(value) end
        || case when message_id is null then '' else ',"messageId":' || json_quote(message_id) end
        || case when scope is null then '' else ',"scope":' || json_quote(scope) end
        || case when uuid is null then '' else ',"uuid":' || json_quote(uuid) end
        || case when keyframe then ',"keyframe":true' when not keyframe then ',"keyframe":false' else '' end
        || coalesce(',' || substr(extra, 2, length(extra) - 2), '')
        || case when answer_count is null then '' when kind = 'checklist' then ',"answers":[' || char(1)
            when kind = 'dropdown' then ',"answer":[' || char(1) else ',"answer":' || char(1) end end
        || case when end_id is not null then '' when form = 'list' then ']'
        else case when answer_count = 0 then ']' else '' end || '}' || substr(']]]]]]]]', 1, closes) end as piece
from classifications
where (classification_id >> 24) & 15 = 0
union all
-- and ends
select
    classification_id as node_id,
    end_id as pos,
    0 as rank,
    case form when 'scalar' then '' when 'list' then ']'
        else case when kind = 'checklist' or kind = 'dropdown' then ']}' else '}' end || substr(']]]]]]]]', 1, closes) end as piece
from classifications
where (classification_id >> 24) & 15 = 0 and end_id is not null
union all
-- an answer begins
select
    answer_id as node_id,
    answer_id as pos,
    0 as rank,
    case when text is not null then ',' || json_quote(text) else ',{' || char(1)
        || case when feature_id is null then '' else ',"featureId":' || json_quote(feature_id) end
        || case when schema_id is null then '' else ',"schemaId":' || json_quote(schema_id) end
        || case when name is null then '' else ',"title":' || json_quote(name) end
        || case when value is null then '' else ',"value":' || json_quote(value) end
        || case when keyframe then ',"keyframe":true' when not keyframe then ',"keyframe":false' else '' end
        || case when position is null then '' else ',"position":' || json_number(position) end
        || case when uuid is null then '' else ',"uuid":' || json_quote(uuid) end
        || coalesce(',' || substr(extra, 2, length(extra) - 2), '')
        || case when end_id is not null then '' else case classification_count when 0 then ',"classifications":[]' else '' end
        || '}' end end as piece
from answers
where (answer_id >> 24) & 15 = 0
union all
-- and ends
select
    answer_id as node_id,
    end_id as pos,
    0 as rank,
    '}' as piece
from answers
where (answer_id >> 24) & 15 = 0 and end_id is not null
union all
-- a relationship
select
    node_id as node_id,
    node_id as pos,
    0 as rank,
    case ordinal when 0 then ',"relationships":[' || char(1) else '' end
        || ',{' || char(1)
        || case when feature_id is null then '' else ',"featureId":' || json_quote(feature_id) end
        || case when schema_id is null then '' else ',"schemaId":' || json_quote(schema_id) end
        || case when name is null then '' else ',"title":' || json_quote(name) end
        || case when value is null then '' else ',"value":' || json_quote(value) end
        || case when color is null then '' else ',"color":' || json_quote(color) end
        || case when instance_uri is null then '' else ',"instanceURI":' || json_quote(instance_uri) end
        || case when version is null then '' else ',"version":' || json_number(version) end
        || case when kind is null then '' when is_span then ',"format":' || json_quote(kind) else ',"relationshipType":' || json_quote(kind) end
        || case when has_data then ',"data":{' || char(1)
            || case when source_feature_id is null then '' else case when is_span then ',"startFeatureId":' else ',"source":' end || json_quote(source_feature_id) end
            || case when target_feature_id is null then '' else case when is_span then ',"endFeatureId":' else ',"target":' end || json_quote(target_feature_id) end
            || case when text is null then '' else ',"label":' || json_quote(text) end
            || coalesce(',' || substr(data_extra, 2), '}') else '' end
        || coalesce(',' || substr(extra, 2, length(extra) - 2), '')
        || case when closes then '}]' else '}' end as piece
from relationships
where (node_id >> 24) & 15 = 0
union all
-- an element of a list or map that is none of what belongs there
select
    node_id as node_id,
    node_id as pos,
    0 as rank,
    ',' || coalesce(opens, '') || case when map_key is null then '' else json_quote(map_key) || ':' end || json || coalesce(closes, '') as piece
from odd_elements
where (node_id >> 24) & 15 = 0
;
