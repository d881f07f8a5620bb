-- one piece of the JSON text of a v2 record: the pieces of a record, of a label or of a frame, joined in the
-- order of pos and rank, are its JSON. Each member and each element is written with a comma before it, and each bracket
-- that opens with the control character 1 after it; whoever joins them removes "1," and then "1", which no JSON
-- text contains. So a row can be missing without breaking the others.
-- node_id is the row's own number: filter by it, it is indexed.
-- This file is written by `python -m tools.views` from the declarations in labelstore/formats/v2.
create view v2_pieces as
-- the line: its data row
select
    node_id as node_id,
    node_id as pos,
    0 as rank,
    ',{' || char(1)
        || ',"data_row":{' || char(1)
            || case when not derived_id then case when data_row_id is null then '' else ',"id":' || json_quote(data_row_id) end else '' end
            || case when external_id is null then '' else ',"external_id":' || json_quote(external_id) end
            || case when global_key is null then '' else ',"global_key":' || json_quote(global_key) end
            || case when row_data is null then '' else ',"row_data":' || json_quote(row_data) end
            || case when has_details then ',"details":{' || char(1)
            || case when dataset_id is null then '' else ',"dataset_id":' || json_quote(dataset_id) end
            || case when dataset_name is null then '' else ',"dataset_name":' || json_quote(dataset_name) end
            || case when created_at is null then '' else ',"created_at":' || json_quote(created_at) end
            || case when updated_at is null then '' else ',"updated_at":' || json_quote(updated_at) end
            || case when last_activity_at is null then '' else ',"last_activity_at":' || json_quote(last_activity_at) end
            || case when created_by is null then '' else ',"created_by":' || json_quote(created_by) end
            || coalesce(',' || substr(details_extra, 2), '}') else '' end
            || coalesce(',' || substr(data_row_extra, 2), '}')
        || case attachment_count when 0 then ',"attachments":[]' else '' end
        || case metadata_field_count when 0 then ',"metadata_fields":[]' else '' end
        || case embedding_count when 0 then ',"embeddings":[]' else '' end
        || case project_count when 0 then ',"projects":{}' else '' end
        || case experiment_count when 0 then ',"experiments":{}' else '' end
        || coalesce(',' || substr(extra, 2, length(extra) - 2), '') as piece
from records
where (node_id >> 24) & 15 = 1 and generation = 'v2'
union all
-- and ends
select
    node_id as node_id,
    end_id as pos,
    0 as rank,
    '}' as piece
from records
where (node_id >> 24) & 15 = 1 and generation = 'v2'
union all
-- its media attributes
select
    node_id as node_id,
    node_id as pos,
    0 as rank,
    ',"media_attributes":{' || char(1)
        || case when asset_type is null then '' else ',"asset_type":' || json_quote(asset_type) end
        || case when mime_type is null then '' else ',"mime_type":' || json_quote(mime_type) end
        || case when width is null then '' else ',"width":' || json_number(width) end
        || case when height is null then '' else ',"height":' || json_number(height) end
        || case when exif_rotation is null then '' else ',"exif_rotation":' || json_quote(exif_rotation) end
        || case when frame_rate is null then '' else ',"frame_rate":' || json_number(frame_rate) end
        || case when frame_count is null then '' else ',"frame_count":' || json_number(frame_count) end
        || case when duration is null then '' else ',"duration":' || json_number(duration) end
        || case when bit_rate is null then '' else ',"bit_rate":' || json_number(bit_rate) end
        || case when bits_per_sample is null then '' else ',"bits_per_sample":' || json_number(bits_per_sample) end
        || case when channel_count is null then '' else ',"channel_count":' || json_number(channel_count) end
        || case when page_count is null then '' else ',"page_count":' || json_number(page_count) end
        || case when message_count is null then '' else ',"message_count":' || json_number(message_count) end
        || coalesce(',"labelable_ids":' || labelable_ids, '')
        || case when content_length is null then '' else ',"content_length":' || json_number(content_length) end
        || case when super_type is null then '' else ',"super_type":' || json_quote(super_type) end
        || case when sub_type is null then '' else ',"sub_type":' || json_quote(sub_type) end
        || case when codec is null then '' else ',"codec":' || json_quote(codec) end
        || case when codec_name is null then '' else ',"codec_name":' || json_quote(codec_name) end
        || case when codec_tag is null then '' else ',"codec_tag":' || json_quote(codec_tag) end
        || case when sample_aspect_ratio is null then '' else ',"sample_aspect_ratio":' || json_quote(sample_aspect_ratio) end
        || coalesce(',' || substr(extra, 2, length(extra) - 2), '')
        || '}' as piece
from media_attributes
where (node_id >> 24) & 15 = 1
union all
-- its attachments
select
    node_id as node_id,
    node_id as pos,
    0 as rank,
    case ordinal when 0 then ',"attachments":[' || char(1) else '' end
        || ',{' || char(1)
        || case when type is null then '' else ',"type":' || json_quote(type) end
        || case when value is null then '' else ',"value":' || json_quote(value) end
        || case when name is null then '' else ',"name":' || json_quote(name) end
        || coalesce(',' || substr(extra, 2, length(extra) - 2), '')
        || case when closes then '}]' else '}' end as piece
from attachments
where (node_id >> 24) & 15 = 1
union all
-- its metadata fields
select
    node_id as node_id,
    node_id as pos,
    0 as rank,
    case ordinal when 0 then ',"metadata_fields":[' || char(1) else '' end
        || ',{' || char(1)
        || case when schema_id is null then '' else ',"schema_id":' || json_quote(schema_id) end
        || case when schema_name is null then '' else ',"schema_name":' || json_quote(schema_name) end
        || case when schema_kind is null then '' else ',"schema_kind":' || json_quote(schema_kind) end
        || case when value is null then '' else ',"value":' || case when value_is_json then value else json_quote(value) end end
        || coalesce(',' || substr(extra, 2, length(extra) - 2), '')
        || case when closes then '}]' else '}' end as piece
from metadata_fields
where (node_id >> 24) & 15 = 1
union all
-- its embeddings
select
    node_id as node_id,
    node_id as pos,
    0 as rank,
    case ordinal when 0 then ',"embeddings":[' || char(1) else '' end
        || ',{' || char(1)
        || case when embedding_id is null then '' else ',"id":' || json_quote(embedding_id) end
        || case when name is null then '' else ',"name":' || json_quote(name) end
        || coalesce(',"dimensions":' || dimensions, '')
        || case when is_custom then ',"is_custom":true' when not is_custom then ',"is_custom":false' else '' end
        || coalesce(',"values":' || "values", '')
        || coalesce(',' || substr(extra, 2, length(extra) - 2), '')
        || case when closes then '}]' else '}' end as piece
from embeddings
where (node_id >> 24) & 15 = 1
union all
-- a project begins
select
    node_id as node_id,
    node_id as pos,
    0 as rank,
    case ordinal when 0 then ',"projects":{' || char(1) else '' end
        || ',' || json_quote(project_id) || ':{' || char(1)
        || case when name is null then '' else ',"name":' || json_quote(name) end
        || coalesce(',"project_tags":' || project_tags, '')
        || coalesce(',' || substr(extra, 2, length(extra) - 2), '')
        || case label_count when 0 then ',"labels":[]' else '' end
        || case when has_details then ',"project_details":{' || char(1)
            || case when ontology_id is null then '' else ',"ontology_id":' || json_quote(ontology_id) end
            || case when task_id is null then '' else ',"task_id":' || json_quote(task_id) end
            || case when task_name is null then '' else ',"task_name":' || json_quote(task_name) end
            || case when batch_id is null then '' else ',"batch_id":' || json_quote(batch_id) end
            || case when batch_name is null then '' else ',"batch_name":' || json_quote(batch_name) end
            || case when workflow_status is null then '' else ',"workflow_status":' || json_quote(workflow_status) end
            || case when selected_label_id is null then '' else ',"selected_label_id":' || json_quote(selected_label_id) end
            || case when priority is null then '' else ',"priority":' || json_number(priority) end
            || case when consensus_expected_label_count is null then '' else ',"consensus_expected_label_count":' || json_number(consensus_expected_label_count) end
            || coalesce(',' || substr(details_extra, 2, length(details_extra) - 2), '')
            || case when workflow_event_count > 0 then '' when workflow_event_count = 0 then ',"workflow_history":[]}' else '}' end else '' end as piece
from data_row_projects
where (node_id >> 24) & 15 = 1
union all
-- and ends
select
    node_id as node_id,
    end_id as pos,
    0 as rank,
    case when closes then '}}' else '}' end as piece
from data_row_projects
where (node_id >> 24) & 15 = 1
union all
-- the steps through its workflow
select
    node_id as node_id,
    node_id as pos,
    0 as rank,
    case ordinal when 0 then ',"workflow_history":[' || char(1) else '' end
        || ',{' || char(1)
        || case when action is null then '' else ',"action":' || json_quote(action) end
        || case when created_at is null then '' else ',"created_at":' || json_quote(created_at) end
        || case when created_by is null then '' else ',"created_by":' || json_quote(created_by) end
        || case when previous_task_id is null then '' else ',"previous_task_id":' || json_quote(previous_task_id) end
        || case when previous_task_name is null then '' else ',"previous_task_name":' || json_quote(previous_task_name) end
        || case when next_task_id is null then '' else ',"next_task_id":' || json_quote(next_task_id) end
        || case when next_task_name is null then '' else ',"next_task_name":' || json_quote(next_task_name) end
        || coalesce(',' || substr(extra, 2, length(extra) - 2), '')
        || case when closes then '}]}' else '}' end as piece
from workflow_events
where (node_id >> 24) & 15 = 1
union all
-- the list of labels opens before its first
select
    node_id as node_id,
    cast(node_id - 1 as integer) as pos,
    0 as rank,
    case when is_prediction then ',"predictions":[' else ',"labels":[' end || char(1) as piece
from labels
where (node_id >> 24) & 15 = 1 and ordinal = 0
union all
-- a label begins
select
    node_id as node_id,
    node_id as pos,
    0 as rank,
    ',{' || char(1)
        || case when not derived_id then case when label_id is null then '' else ',"id":' || json_quote(label_id) end else '' end
        || case when label_kind is null then '' else ',"label_kind":' || json_quote(label_kind) end
        || case when version is null then '' else ',"version":' || json_quote(version) end
        || coalesce(',"z_order":' || z_order, '')
        || case when coalesce(performance_form, 0) & 17 = 0 then case when agreement is null then '' else ',"consensus_score":' || json_number(agreement) end else '' end
        || case when coalesce(performance_form, 0) & 34 = 0 then case when benchmark_agreement is null then '' else ',"benchmark_score":' || json_number(benchmark_agreement) end else '' end
        || coalesce(',' || substr(extra, 2, length(extra) - 2), '')
        || case when has_performance_details then ',"performance_details":{' || char(1)
            || case when seconds_to_create is null then '' else ',"seconds_to_create":' || json_number(seconds_to_create) end
            || case when performance_form & 4 > 0 then case when seconds_to_review is null then '' else ',"seconds_to_review":' || json_number(seconds_to_review) end else '' end
            || case when performance_form & 8 > 0 then case when skipped then ',"skipped":true' when not skipped then ',"skipped":false' else '' end else '' end
            || case when performance_form & 1 > 0 then case when agreement is null then '' else ',"consensus_score":' || json_number(agreement) end else '' end
            || case when performance_form & 2 > 0 then case when benchmark_agreement is null then '' else ',"benchmark_score":' || json_number(benchmark_agreement) end else '' end
            || case when benchmark_id is null then '' else ',"benchmark_reference_label":' || json_quote(benchmark_id) end
            || coalesce(',' || substr(performance_details_extra, 2), '}') else '' end
        || case when has_performance_details_v2 then ',"performance_details_v2":{' || char(1)
            || case when seconds_labeling is null then '' else ',"seconds_to_label":' || json_number(seconds_labeling) end
            || case when performance_form & 64 > 0 then case when seconds_to_review is null then '' else ',"seconds_to_review":' || json_number(seconds_to_review) end else '' end
            || case when seconds_to_rework is null then '' else ',"seconds_to_rework":' || json_number(seconds_to_rework) end
            || case when seconds_total is null then '' else ',"seconds_total":' || json_number(seconds_total) end
            || case when performance_form & 128 > 0 then case when skipped then ',"skipped":true' when not skipped then ',"skipped":false' else '' end else '' end
            || case when performance_form & 16 > 0 then case when agreement is null then '' else ',"consensus_score":' || json_number(agreement) end else '' end
            || case when performance_form & 32 > 0 then case when benchmark_agreement is null then '' else ',"benchmark_score":' || json_number(benchmark_agreement) end else '' end
            || coalesce(',' || substr(performance_details_v2_extra, 2), '}') else '' end
        || case when has_label_details then ',"label_details":{' || char(1)
            || case when created_at is null then '' else ',"created_at":' || json_quote(created_at) end
            || case when updated_at is null then '' else ',"updated_at":' || json_quote(updated_at) end
            || case when created_by is null then '' else ',"created_by":' || json_quote(created_by) end
            || case when content_last_updated_at is null then '' else ',"content_last_updated_at":' || json_quote(content_last_updated_at) end
            || case when has_scores then ',"scores":{' || char(1)
            || case when quality_score is null then '' else ',"quality_score":' || json_number(quality_score) end
            || case when violation_count is null then '' else ',"violation_count":' || json_number(violation_count) end
            || coalesce(',' || substr(scores_extra, 2), '}') else '' end
            || coalesce(',' || substr(label_details_extra, 2, length(label_details_extra) - 2), '')
            || case when review_count > 0 then '' when review_count = 0 then ',"reviews":[]}' else '}' end else '' end as piece
from labels
where (node_id >> 24) & 15 = 1
union all
-- and ends
select
    node_id as node_id,
    end_id as pos,
    0 as rank,
    case when annotations_id is null then '}' else '}}' end as piece
from labels
where (node_id >> 24) & 15 = 1
union all
-- the list of labels closes after its last
select
    node_id as node_id,
    cast(end_id + 1 as integer) as pos,
    0 as rank,
    ']' as piece
from labels
where (node_id >> 24) & 15 = 1 and closes
union all
-- its reviews
select
    node_id as node_id,
    node_id as pos,
    0 as rank,
    case ordinal when 0 then ',"reviews":[' || char(1) else '' end
        || ',{' || char(1)
        || case when review_id is null then '' else ',"id":' || json_quote(review_id) end
        || case when score is null then '' else ',"score":' || json_number(score) end
        || case when created_at is null then '' else ',"reviewed_at":' || json_quote(created_at) end
        || case when created_by is null then '' else ',"reviewed_by":' || json_quote(created_by) end
        || coalesce(',' || substr(extra, 2, length(extra) - 2), '')
        || case when closes then '}]}' else '}' end as piece
from reviews
where (node_id >> 24) & 15 = 1
union all
-- its annotations begin
select
    node_id as node_id,
    annotations_id as pos,
    0 as rank,
    ',"annotations":{' || char(1)
        || coalesce(',' || substr(annotations_extra, 2, length(annotations_extra) - 2), '')
        || case classification_count when 0 then ',"classifications":[]' else '' end
        || case relationship_count when 0 then ',"relationships":[]' else '' end
        || case frame_count when 0 then ',"frames":{}' else '' end
        || case group_count when 0 then ',"groups":{}' else '' end
        || case segment_count when 0 then ',"segments":{}' else '' end
        || case key_frame_count when 0 then ',"key_frame_feature_map":{}' else '' end
        || case moment_count when 0 then ',"timestamp":{}' else '' end
        || case when object_count + coalesce(object_relationship_count, 0) = 0 then ',"objects":[]' when object_count + coalesce(object_relationship_count, 0) > 0 then ',"objects":[' || char(1) else '' end as piece
from labels
where (node_id >> 24) & 15 = 1 and annotations_id is not null
union all
-- a group of frames begins
select
    node_id as node_id,
    node_id as pos,
    0 as rank,
    case ordinal when 0 then ',"groups":{' || char(1) else '' end
        || ',' || json_quote(group_name) || ':{' || char(1)
        || case when name is null then '' else ',"name":' || json_quote(name) end
        || coalesce(',' || substr(extra, 2, length(extra) - 2), '')
        || case classification_count when 0 then ',"classifications":[]' else '' end
        || case frame_count when 0 then ',"frames":{}' else '' end
        as piece
from frame_groups
where (node_id >> 24) & 15 = 1
union all
-- and ends
select
    node_id as node_id,
    end_id as pos,
    0 as rank,
    case when closes then '}}' else '}' end as piece
from frame_groups
where (node_id >> 24) & 15 = 1
union all
-- a frame begins
select
    frame_id as node_id,
    frame_id as pos,
    0 as rank,
    case ordinal when 0 then ',"frames":{' || char(1) else '' end
        || ',"' || frame_number || '":{' || char(1)
        || coalesce(',' || substr(extra, 2, length(extra) - 2), '')
        || case classification_count when 0 then ',"classifications":[]' else '' end
        || case relationship_count when 0 then ',"relationships":[]' else '' end
        || case when object_count + coalesce(object_relationship_count, 0) = 0 then ',"objects":{}' when object_count + coalesce(object_relationship_count, 0) > 0 then ',"objects":{' || char(1) else '' end as piece
from frames
where (frame_id >> 24) & 15 = 1
union all
-- and ends
select
    frame_id as node_id,
    end_id as pos,
    0 as rank,
    case when closes then '}}' else '}' end as piece
from frames
where (frame_id >> 24) & 15 = 1
union all
-- a moment begins
select
    moment_id as node_id,
    moment_id as pos,
    0 as rank,
    case ordinal when 0 then ',"timestamp":{' || char(1) else '' end
        || case when map_key is null then ',"' || milliseconds || '":' else ',' || json_quote(map_key) || ':' end
        || '{' || char(1)
        || coalesce(',' || substr(extra, 2, length(extra) - 2), '')
        || case classification_count when 0 then ',"classifications":[]' else '' end as piece
from moments
where (moment_id >> 24) & 15 = 1
union all
-- and ends
select
    moment_id as node_id,
    end_id as pos,
    0 as rank,
    case when closes then '}}' else '}' end as piece
from moments
where (moment_id >> 24) & 15 = 1
union all
-- the spans of features
select
    node_id as node_id,
    node_id as pos,
    0 as rank,
    case when opens & 4 > 0 then ',"segments":{' || char(1) else '' end
        || case when opens & 2 > 0 and group_name is not null then ',' || json_quote(group_name) || ':{' || char(1) else '' end
        || case when opens & 1 > 0 and feature_id is not null then ',' || json_quote(feature_id) || ':[' || char(1) else '' end
        || case when start_frame is null then '' else ',[' || start_frame || ',' || end_frame || ']' end
        || case when closes & 1 > 0 and feature_id is not null then ']' else '' end
        || case when closes & 2 > 0 and group_name is not null then '}' else '' end
        || case when closes & 4 > 0 then '}' else '' end as piece
from segments
where (node_id >> 24) & 15 = 1
union all
-- the key frames of features
select
    node_id as node_id,
    node_id as pos,
    0 as rank,
    case when opens & 4 > 0 then ',"key_frame_feature_map":{' || char(1) else '' end
        || case when opens & 2 > 0 then ',' || json_quote(feature_id) || ':' || case form when 'list' then '[' else '{' end || char(1) else '' end
        || case when opens & 1 > 0 and group_name is not null then ',' || json_quote(group_name) || ':{' || char(1) else '' end
        || case when frame_number is null then '' when form = 'list' then ',' || frame_number
            else ',"' || frame_number || case when is_key_frame then '":true' else '":false' end end
        || case when closes & 1 > 0 and group_name is not null then '}' else '' end
        || case when closes & 2 > 0 then case form when 'list' then ']' else '}' end else '' end
        || case when closes & 4 > 0 then '}' else '' end as piece
from key_frames
where (node_id >> 24) & 15 = 1
union all
-- an object begins
select
    object_id as node_id,
    object_id as pos,
    0 as rank,
    case when frame_id is null then ',{' else ',' || json_quote(coalesce(map_key, feature_id)) || ':{' end || char(1)
        || case when feature_id is null then '' else ',"feature_id":' || json_quote(feature_id) end
        || case when schema_id is null then '' else ',"feature_schema_id":' || json_quote(schema_id) end
        || case when name is null then '' else ',"name":' || json_quote(name) end
        || case when value is null then '' else ',"value":' || json_quote(value) end
        || case when annotation_kind is null then '' else ',"annotation_kind":' || json_quote(annotation_kind) end
        || case when page is null then '' else ',"page_number":' || json_number(page) end
        || case when confidence is null then '' else ',"confidence":' || json_number(confidence) end
        || case when page_height is null then '' else ',"page_dimensions":{"height":' || json_number(page_height) || ',"width":' || json_number(page_width) || '}' end
        || coalesce(',' || substr(extra, 2, length(extra) - 2), '') as piece
from objects
where (object_id >> 24) & 15 = 1
union all
-- its box
select
    object_id as node_id,
    object_id as pos,
    1 as rank,
    case when coordinates is null then ',"bounding_box":{' || char(1)
        || case when "top" is null then '' else ',"top":' || json_number("top") end
        || case when "left" is null then '' else ',"left":' || json_number("left") end
        || case when height is null then '' else ',"height":' || json_number(height) end
        || case when width is null then '' else ',"width":' || json_number(width) end
        else ',"geojson":{"type":"Polygon","coordinates":' || coordinates end
        || coalesce(',' || substr(extra, 2, length(extra) - 2), '')
        || '}' as piece
from bounding_boxes
where (object_id >> 24) & 15 = 1
union all
-- its polygon
select
    object_id as node_id,
    object_id as pos,
    1 as rank,
    case when form is null then ',"polygon":' || coordinates
        else ',"geojson":{"type":"Polygon","coordinates":' || coordinates || '}' end as piece
from polygons
where (object_id >> 24) & 15 = 1
union all
-- its line
select
    object_id as node_id,
    object_id as pos,
    1 as rank,
    case when form is null then ',"line":' || coordinates
        else ',"geojson":{"type":"LineString","coordinates":' || coordinates || '}' end as piece
from polylines
where (object_id >> 24) & 15 = 1
union all
-- its point
select
    object_id as node_id,
    object_id as pos,
    1 as rank,
    case when form is null then ',"point":{' || char(1)
        || case when x is null then '' else ',"x":' || json_number(x) end
        || case when y is null then '' else ',"y":' || json_number(y) end
        else ',"geojson":{"type":"Point","coordinates":[' || json_number(x) || ',' || json_number(y) || ']' end
        || coalesce(',' || substr(extra, 2), '}') as piece
from points
where (object_id >> 24) & 15 = 1
union all
-- its mask
select
    object_id as node_id,
    object_id as pos,
    1 as rank,
    case when url is not null then ',"mask":{' || char(1)
            || case when url is null then '' else ',"url":' || json_quote(url) end
            || coalesce(',' || substr(extra, 2), '}') else '' end
        || case when composite_url is not null then ',"composite_mask":{' || char(1)
            || case when composite_url is null then '' else ',"url":' || json_quote(composite_url) end
            || coalesce(',"color_rgb":' || color_rgb, '')
            || coalesce(',' || substr(composite_extra, 2), '}') else '' end as piece
from masks
where (object_id >> 24) & 15 = 1
union all
-- its span of text
select
    object_id as node_id,
    object_id as pos,
    1 as rank,
    case when message_id is null then '' else ',"conversational_location":{"message_id":' || json_quote(message_id) end
        || ',"location":{' || char(1)
        || coalesce(',"groups":' || location, '')
        || coalesce(',"start":' || start, '')
        || coalesce(',"end":' || "end", '')
        || case when token is null then '' else ',"token":' || json_quote(token) end
        || coalesce(',' || substr(extra, 2), '}')
        || case when message_id is null then '' else '}' end as piece
from text_entities
where (object_id >> 24) & 15 = 1
union all
-- the messages it picks
select
    node_id as node_id,
    node_id as pos,
    0 as rank,
    case when form = 'single' then ',"selected_message":{' || char(1) || case when parent_message_id is null then '' else ',"parent_message_id":' || json_quote(parent_message_id) end
        else case when ordinal > 0 then ''
            when form = 'ranked' then ',"ranked_messages":{' || char(1) || case when parent_message_id is null then '' else ',"parent_message_id":' || json_quote(parent_message_id) end || ',"ranked_messages":[' || char(1)
            else ',"selected_messages":{' || char(1) || case when parent_message_id is null then '' else ',"parent_message_id":' || json_quote(parent_message_id) end || ',"messages":[' || char(1) end || ',{' || char(1) end
        || case when message_id is null then '' else ',"message_id":' || json_quote(message_id) end
        || case when model_config_name is null then '' else ',"model_config_name":' || json_quote(model_config_name) end
        || case when rank is null then '' else ',"order":' || json_number(rank) end
        || coalesce(',' || substr(extra, 2, length(extra) - 2), '')
        || case when closes then '}]}' else '}' end as piece
from selected_messages
where (node_id >> 24) & 15 = 1
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
where (object_id >> 24) & 15 = 1
union all
-- one without others in it ends
select
    object_id as node_id,
    object_id as pos,
    2 as rank,
    case classification_count when 0 then ',"classifications":[]' else '' end
        || '}' || case when not closes then '' when frame_id is null then ']' else '}' end as piece
from objects
where (object_id >> 24) & 15 = 1 and end_id is null
union all
-- and ends
select
    object_id as node_id,
    end_id as pos,
    0 as rank,
    case classification_count when 0 then ',"classifications":[]' else '' end
        || '}' || case when not closes then '' when frame_id is null then ']' else '}' end as piece
from objects
where (object_id >> 24) & 15 = 1 and end_id is not null
union all
-- a question begins
select
    classification_id as node_id,
    classification_id as pos,
    0 as rank,
    case ordinal when 0 then ',"classifications":[' || char(1) else '' end
        || ',{' || char(1)
        || case when feature_id is null then '' else ',"feature_id":' || json_quote(feature_id) end
        || case when schema_id is null then '' else ',"feature_schema_id":' || json_quote(schema_id) end
        || case when name is null then '' else ',"name":' || json_quote(name) end
        || case when value is null then '' else ',"value":' || json_quote(value) end
        || case when message_id is null then '' else ',"message_id":' || json_quote(message_id) end
        || case when confidence is null then '' else ',"confidence":' || json_number(confidence) end
        || coalesce(',' || substr(extra, 2, length(extra) - 2), '')
        || case when answer_count is null then '' else case when is_conversational then ',"conversational_' else ',"' end
            || case kind when 'checklist' then 'checklist_answers":[' when 'text' then 'text_answer":' else 'radio_answer":' end || char(1) end
        || case when end_id is not null then '' else case when answer_count = 0 then ']' else '' end || '}' || substr(']]]]]]]]', 1, closes) end as piece
from (
    select classification_id, name, kind, value, confidence, message_id, feature_id, schema_id, end_id, ordinal, closes, is_conversational, answer_count, extra from classifications
    union all
    select classification_id, name, kind, value, confidence, message_id, feature_id, schema_id, end_id, ordinal, closes, is_conversational, answer_count, extra from repeated_classifications
) as told
where (classification_id >> 24) & 15 = 1
union all
-- and ends
select
    classification_id as node_id,
    end_id as pos,
    0 as rank,
    case kind when 'checklist' then ']}' else '}' end || substr(']]]]]]]]', 1, closes) as piece
from (
    select classification_id, kind, end_id, closes from classifications
    union all
    select classification_id, kind, end_id, closes from repeated_classifications
) as told
where (classification_id >> 24) & 15 = 1 and end_id is not null
union all
-- an answer begins
select
    answer_id as node_id,
    answer_id as pos,
    0 as rank,
    ',{' || char(1)
        || case when text is null then '' else ',"content":' || json_quote(text) end
        || case when feature_id is null then '' else ',"feature_id":' || json_quote(feature_id) end
        || case when schema_id is null then '' else ',"feature_schema_id":' || json_quote(schema_id) end
        || case when name is null then '' else ',"name":' || json_quote(name) end
        || case when value is null then '' else ',"value":' || json_quote(value) end
        || case when confidence is null then '' else ',"confidence":' || json_number(confidence) end
        || coalesce(',' || substr(extra, 2, length(extra) - 2), '')
        || case when end_id is not null then '' else case classification_count when 0 then ',"classifications":[]' else '' end
        || '}' end as piece
from (
    select answer_id, name, value, text, confidence, feature_id, schema_id, end_id, classification_count, extra from answers
    union all
    select answer_id, name, value, text, confidence, feature_id, schema_id, end_id, classification_count, extra from repeated_answers
) as told
where (answer_id >> 24) & 15 = 1
union all
-- and ends
select
    answer_id as node_id,
    end_id as pos,
    0 as rank,
    '}' as piece
from (
    select answer_id, end_id from answers
    union all
    select answer_id, end_id from repeated_answers
) as told
where (answer_id >> 24) & 15 = 1 and end_id is not null
union all
-- a relationship
select
    node_id as node_id,
    node_id as pos,
    0 as rank,
    case ordinal when 0 then ',"relationships":[' || char(1) else '' end
        || ',{' || char(1)
        || case when feature_id is null then '' else ',"feature_id":' || json_quote(feature_id) end
        || case when schema_id is null then '' else ',"feature_schema_id":' || json_quote(schema_id) end
        || case when name is null then '' else ',"name":' || json_quote(name) end
        || case when value is null then '' else ',"value":' || json_quote(value) end
        || case when annotation_kind is null then '' else ',"annotation_kind":' || json_quote(annotation_kind) end
        || case classification_count when 0 then ',"classifications":[]' else '' end
        || case when has_data then ',"' || kind || '_relationship":{' || char(1)
        || case when source_feature_id is null then '' else ',"source":' || json_quote(source_feature_id) end
        || case when target_feature_id is null then '' else ',"target":' || json_quote(target_feature_id) end
        || coalesce(',' || substr(data_extra, 2), '}') else '' end
        || coalesce(',' || substr(extra, 2, length(extra) - 2), '')
        || case when closes then '}]' else '}' end as piece
from relationships
where (node_id >> 24) & 15 = 1 and ordinal is not null
union all
-- the same at its place among the objects
select
    node_id as node_id,
    objects_id as pos,
    0 as rank,
    case when frame_id is null then ',' else ',' || json_quote(coalesce(objects_key, feature_id)) || ':' end
        || coalesce(objects_json, '{' || char(1)
        || case when feature_id is null then '' else ',"feature_id":' || json_quote(feature_id) end
        || case when schema_id is null then '' else ',"feature_schema_id":' || json_quote(schema_id) end
        || case when name is null then '' else ',"name":' || json_quote(name) end
        || case when value is null then '' else ',"value":' || json_quote(value) end
        || case when annotation_kind is null then '' else ',"annotation_kind":' || json_quote(annotation_kind) end
        || case classification_count when 0 then ',"classifications":[]' else '' end
        || case when has_data then ',"' || kind || '_relationship":{' || char(1)
        || case when source_feature_id is null then '' else ',"source":' || json_quote(source_feature_id) end
        || case when target_feature_id is null then '' else ',"target":' || json_quote(target_feature_id) end
        || coalesce(',' || substr(data_extra, 2), '}') else '' end
        || coalesce(',' || substr(extra, 2, length(extra) - 2), '')
        || '}')
        || case when not objects_closes then '' when frame_id is null then ']' else '}' end as piece
from relationships
where (node_id >> 24) & 15 = 1 and objects_id is not null
union all
-- an experiment begins
select
    node_id as node_id,
    node_id as pos,
    0 as rank,
    case ordinal when 0 then ',"experiments":{' || char(1) else '' end
        || ',' || json_quote(experiment_id) || ':{' || char(1)
        || case when name is null then '' else ',"name":' || json_quote(name) end
        || coalesce(',' || substr(extra, 2, length(extra) - 2), '')
        || case run_count when 0 then ',"runs":{}' else '' end
        as piece
from experiments
where (node_id >> 24) & 15 = 1
union all
-- and ends
select
    node_id as node_id,
    end_id as pos,
    0 as rank,
    case when closes then '}}' else '}' end as piece
from experiments
where (node_id >> 24) & 15 = 1
union all
-- a model run begins
select
    node_id as node_id,
    node_id as pos,
    0 as rank,
    case ordinal when 0 then ',"runs":{' || char(1) else '' end
        || ',' || json_quote(model_run_id) || ':{' || char(1)
        || case when name is null then '' else ',"name":' || json_quote(name) end
        || case when run_data_row_id is null then '' else ',"run_data_row_id":' || json_quote(run_data_row_id) end
        || case when split is null then '' else ',"split":' || json_quote(split) end
        || coalesce(',' || substr(extra, 2, length(extra) - 2), '')
        || case label_count when 0 then ',"labels":[]' else '' end
        || case prediction_count when 0 then ',"predictions":[]' else '' end
        as piece
from model_runs
where (node_id >> 24) & 15 = 1
union all
-- and ends
select
    node_id as node_id,
    end_id as pos,
    0 as rank,
    case when closes then '}}' else '}' end as piece
from model_runs
where (node_id >> 24) & 15 = 1
union all
-- an element of a list or map that is none of what belongs there
select
    node_id as node_id,
    node_id as pos,
    0 as rank,
    ',' || coalesce(opens, '') || case when map_key is null then '' else json_quote(map_key) || ':' end || json || coalesce(closes, '') as piece
from odd_elements
where (node_id >> 24) & 15 = 1
;
