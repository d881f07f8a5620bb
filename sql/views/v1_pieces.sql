-- one piece of the JSON text of a v1 record: the pieces of a record, of a label or of a frame, joined in the order of
-- pos and rank, are its JSON. Each member and each element is written with a comma before it, and each bracket
-- that opens with the control character 1 after it; whoever joins them removes "1," and then "1", which no JSON
-- text contains. So a row can be missing without breaking the others.
-- node_id is the row's own number: filter by it, it is indexed.
create view v1_pieces as
-- the element: what it says about its data row
select
    node_id as node_id,
    node_id as pos,
    0 as rank,
    ',{' || char(1)
        || case when derived_id then '' else coalesce(',"DataRow ID":' || json_quote(data_row_id), '') end
        || coalesce(',"Labeled Data":' || json_quote(row_data), '')
        || coalesce(',"External ID":' || json_quote(external_id), '')
        || coalesce(',"Global Key":' || json_quote(global_key), '')
        || coalesce(',"Dataset Name":' || json_quote(dataset_name), '') as piece
from records
where generation = 'v1'
union all
-- the label
select
    node_id as node_id,
    node_id as pos,
    1 as rank,
    case when derived_id then '' else ',"ID":' || json_quote(label_id) end
        || coalesce(',"Project Name":' || json_quote(project_name), '')
        || coalesce(',"Created By":' || json_quote(created_by), '')
        || coalesce(',"Created At":' || json_quote(created_at), '')
        || coalesce(',"Updated At":' || json_quote(updated_at), '')
        || case when shape = 'L0' then '' else coalesce(',"Seconds to Label":' || json_number(seconds_to_label), '') end
        || coalesce(',"Seconds to Review":' || json_number(seconds_to_review), '')
        || coalesce(',"Seconds to Create":' || json_number(seconds_to_create), '')
        || coalesce(',"Agreement":' || json_number(agreement), '')
        || coalesce(',"Benchmark Agreement":' || json_number(benchmark_agreement), '')
        || coalesce(',"Benchmark ID":' || json_quote(benchmark_id), '')
        || coalesce(',"Benchmark Reference ID":' || json_quote(benchmark_reference_id), '')
        || coalesce(',"Is Benchmark":' || json_number(is_benchmark), '')
        || coalesce(',"Has Open Issues":' || json_number(has_open_issues), '')
        || case when label_form = 'skip' then '' when skipped then ',"Skipped":true' when not skipped then ',"Skipped":false' else '' end
        || coalesce(',"View Label":' || json_quote(view_label), '')
        || coalesce(',"Data Split":' || json_quote(data_split), '')
        || coalesce(',' || substr(nulls, 2, length(nulls) - 2), '')
        || coalesce(',' || substr(extra, 2, length(extra) - 2), '')
        || case review_count when 0 then ',"Reviews":[]' else '' end
        || case when has_workflow_info then ',"DataRow Workflow Info":{' || char(1)
            || coalesce(',"taskName":' || json_quote(workflow_task_name), '')
            || coalesce(',' || substr(workflow_extra, 2, length(workflow_extra) - 2), '')
            || case when workflow_event_count > 0 then '' when workflow_event_count = 0 then ',"Workflow History":[]}' else '}' end
            else '' end as piece
from labels
where generation = 'v1'
union all
-- the steps of its data row through the workflow
select
    node_id as node_id,
    node_id as pos,
    0 as rank,
    case ordinal when 0 then ',"Workflow History":[' || char(1) else '' end || ',{' || char(1)
        || coalesce(',"actorId":' || json_quote(created_by), '')
        || coalesce(',"action":' || json_quote(action), '')
        || coalesce(',"createdAt":' || json_quote(created_at), '')
        || coalesce(',"previousTaskId":' || json_quote(previous_task_id), '')
        || coalesce(',"previousTaskName":' || json_quote(previous_task_name), '')
        || coalesce(',"nextTaskId":' || json_quote(next_task_id), '')
        || coalesce(',"nextTaskName":' || json_quote(next_task_name), '')
        || coalesce(',' || substr(extra, 2, length(extra) - 2), '')
        || case when closes then '}]}' else '}' end as piece
from workflow_events
where (node_id >> 24) & 1 = 0
union all
-- its reviews
select
    node_id as node_id,
    node_id as pos,
    0 as rank,
    case ordinal when 0 then ',"Reviews":[' || char(1) else '' end || ',{' || char(1)
        || coalesce(',"id":' || json_quote(review_id), '')
        || coalesce(',"score":' || json_number(score), '')
        || coalesce(',"createdAt":' || json_quote(created_at), '')
        || coalesce(',"createdBy":' || json_quote(created_by), '')
        || coalesce(',"labelId":' || json_quote(reviewed_label_id), '')
        || coalesce(',' || substr(extra, 2, length(extra) - 2), '')
        || case when closes then '}]' else '}' end as piece
from reviews
where (node_id >> 24) & 1 = 0
union all
-- the media attributes of its data row
select
    node_id as node_id,
    node_id as pos,
    0 as rank,
    ',"Media Attributes":{' || char(1)
        || coalesce(',"assetType":' || json_quote(asset_type), '')
        || coalesce(',"superType":' || json_quote(super_type), '')
        || coalesce(',"subType":' || json_quote(sub_type), '')
        || coalesce(',"mimeType":' || json_quote(mime_type), '')
        || coalesce(',"contentLength":' || json_number(content_length), '')
        || coalesce(',"width":' || json_number(width), '')
        || coalesce(',"height":' || json_number(height), '')
        || coalesce(',"pageCount":' || json_number(page_count), '')
        || coalesce(',"frameRate":' || json_number(frame_rate), '')
        || coalesce(',"frameCount":' || json_number(frame_count), '')
        || coalesce(',"duration":' || json_number(duration), '')
        || coalesce(',"codec":' || json_quote(codec), '')
        || coalesce(',"codecName":' || json_quote(codec_name), '')
        || coalesce(',"codecTag":' || json_quote(codec_tag), '')
        || coalesce(',"sampleAspectRatio":' || json_quote(sample_aspect_ratio), '')
        || coalesce(',"exifRotation":' || json_quote(exif_rotation), '')
        || coalesce(',' || substr(extra, 2, length(extra) - 2), '')
        || '}' as piece
from media_attributes
where (node_id >> 24) & 1 = 0
union all
-- its annotations begin
select
    node_id as node_id,
    annotations_id as pos,
    0 as rank,
    case label_form when 'skip' then ',"Label":"Skip"' when 'frames' then ',"Label":[' || char(1) else ',"Label":{' || char(1) end
        || coalesce(',"frames":' || json_quote(frames_url), '')
        || coalesce(',' || substr(annotations_extra, 2, length(annotations_extra) - 2), '')
        || case when label_form = 'legacy' then ''
            else case classification_count when 0 then ',"classifications":[]' else '' end
                || case relationship_count when 0 then ',"relationships":[]' else '' end
                || case when object_count = 0 then ',"objects":[]' when object_count > 0 then ',"objects":[' || char(1) else '' end
            end as piece
from labels
where generation = 'v1' and annotations_id is not null
union all
-- and end, and the element with them
select
    node_id as node_id,
    end_id as pos,
    0 as rank,
    case when annotations_id is null or label_form = 'skip' then '}' when label_form = 'frames' then ']}' else '}}' end as piece
from labels
where generation = 'v1'
union all
-- a frame begins
select
    frame_id as node_id,
    frame_id as pos,
    0 as rank,
    ',{' || char(1) || ',"frameNumber":' || frame_number
        || coalesce(',' || substr(extra, 2, length(extra) - 2), '')
        || case classification_count when 0 then ',"classifications":[]' else '' end
        || case relationship_count when 0 then ',"relationships":[]' else '' end
        || case when object_count = 0 then ',"objects":[]' when object_count > 0 then ',"objects":[' || char(1) else '' end as piece
from frames
where (frame_id >> 24) & 1 = 0
union all
-- and ends
select
    frame_id as node_id,
    end_id as pos,
    0 as rank,
    '}' as piece
from frames
where (frame_id >> 24) & 1 = 0
union all
-- an object begins
select
    object_id as node_id,
    object_id as pos,
    0 as rank,
    case when opens then ',' || json_quote(name) || ':[' || char(1) else '' end
        || case form when 'wkt' then ',' || json_quote(name) || ':' when 'ring' then ',' when 'item' then ',{' || char(1) else ',{' || char(1)
            || coalesce(',"featureId":' || json_quote(feature_id), '')
            || coalesce(',"schemaId":' || json_quote(schema_id), '')
            || coalesce(',"title":' || json_quote(name), '')
            || coalesce(',"value":' || json_quote(value), '')
            || coalesce(',"color":' || json_quote(color), '')
            || coalesce(',"instanceURI":' || json_quote(instance_uri), '')
            || coalesce(',"uuid":' || json_quote(uuid), '')
            || case when keyframe then ',"keyframe":true' when not keyframe then ',"keyframe":false' else '' end
            || coalesce(',"page":' || json_number(page), '')
            || coalesce(',"unit":' || json_quote(unit), '')
            || coalesce(',"format":' || json_quote(format), '')
            || coalesce(',"version":' || json_number(version), '')
            || coalesce(',"type":' || json_quote(annotation_kind), '')
            end
        || coalesce(',' || substr(extra, 2, length(extra) - 2), '') as piece
from objects
where (object_id >> 24) & 1 = 0
union all
-- its box
select
    object_id as node_id,
    object_id as pos,
    1 as rank,
    case when coordinates is null then ',"bbox":{' || char(1)
            || coalesce(',"top":' || json_number("top"), '')
            || coalesce(',"left":' || json_number("left"), '')
            || coalesce(',"height":' || json_number(height), '')
            || coalesce(',"width":' || json_number(width), '')
            else ',"geometry":{"coordinates":' || coordinates end
        || coalesce(',' || substr(extra, 2, length(extra) - 2), '') || '}' as piece
from bounding_boxes
where (object_id >> 24) & 1 = 0
union all
-- its polygon
select
    object_id as node_id,
    object_id as pos,
    1 as rank,
    case when form is null then ',"polygon":' || coordinates
            when form = 'geo' then ',"geometry":{"coordinates":' || coordinates || coalesce(',' || substr(extra, 2), '}')
            when form = 'wkt' then json_quote(wkt)
            when form = 'wkt_item' then ',"geometry":' || json_quote(wkt)
            when form = 'ring' then coordinates
            else ',"geometry":' || coordinates end as piece
from polygons
where (object_id >> 24) & 1 = 0
union all
-- its line
select
    object_id as node_id,
    object_id as pos,
    1 as rank,
    case when form is null then ',"line":' || coordinates
            when form = 'geo' then ',"geometry":{"coordinates":' || coordinates || coalesce(',' || substr(extra, 2), '}')
            when form = 'wkt' then json_quote(wkt)
            when form = 'wkt_item' then ',"geometry":' || json_quote(wkt)
            when form = 'ring' then coordinates
            else ',"geometry":' || coordinates end as piece
from polylines
where (object_id >> 24) & 1 = 0
union all
-- its point
select
    object_id as node_id,
    object_id as pos,
    1 as rank,
    case when form is null then ',"point":{' || char(1) || coalesce(',"x":' || json_number(x), '') || coalesce(',"y":' || json_number(y), '')
                || coalesce(',' || substr(extra, 2), '}')
            when form = 'geo' then ',"geometry":{"coordinates":[' || json_number(x) || ',' || json_number(y) || ']' || coalesce(',' || substr(extra, 2), '}')
            when form = 'wkt' then json_quote(wkt)
            else ',"geometry":' || json_quote(wkt) end as piece
from points
where (object_id >> 24) & 1 = 0
union all
-- its mask
select
    object_id as node_id,
    object_id as pos,
    1 as rank,
    ',"instanceURI":' || json_quote(url) as piece
from masks
where (object_id >> 24) & 1 = 0
union all
-- its span of text
select
    object_id as node_id,
    object_id as pos,
    1 as rank,
    ',"data":{' || char(1) || coalesce(',"unit":' || json_quote(unit), '') || ',"location":'
        || case when location is not null then location else '{' || char(1)
            || coalesce(',"start":' || start, '') || coalesce(',"end":' || "end", '')
            || coalesce(',"messageId":' || json_quote(message_id), '') || coalesce(',' || substr(extra, 2), '}') end
        || '}' as piece
from text_entities
where (object_id >> 24) & 1 = 0
union all
-- an object without classifications ends
select
    object_id as node_id,
    object_id as pos,
    2 as rank,
    case when form = 'wkt' or form = 'ring' then '' else case classification_count when 0 then ',"classifications":[]}' else '}' end end
        || case when closes then ']' else '' end as piece
from objects
where (object_id >> 24) & 1 = 0 and end_id is null
union all
-- one with classifications ends
select
    object_id as node_id,
    end_id as pos,
    0 as rank,
    case when closes then '}]' else '}' end as piece
from objects
where (object_id >> 24) & 1 = 0 and end_id is not null
union all
-- a question begins
select
    classification_id as node_id,
    classification_id as pos,
    0 as rank,
    case when form = 'scalar' then ',' || json_quote(name) || ':' || char(1) else
            case ordinal when 0 then ',"classifications":[' || char(1) else '' end
            || case when opens > 0 then replace(substr('########', 1, opens), '#', ',[' || char(1)) else '' end
            || ',{' || char(1)
            || coalesce(',"featureId":' || json_quote(feature_id), '')
            || coalesce(',"schemaId":' || json_quote(schema_id), '')
            || coalesce(',"title":' || json_quote(name), '')
            || coalesce(',"value":' || json_quote(value), '')
            || coalesce(',"messageId":' || json_quote(message_id), '')
            || coalesce(',"scope":' || json_quote(scope), '')
            || coalesce(',"uuid":' || json_quote(uuid), '')
            || case when keyframe then ',"keyframe":true' when not keyframe then ',"keyframe":false' else '' end
            || coalesce(',' || substr(extra, 2, length(extra) - 2), '')
            || case when answer_count is null then ''
                when kind = 'checklist' then ',"answers":[' || char(1)
                when kind = 'dropdown' then ',"answer":[' || char(1)
                else ',"answer":' || char(1) end
            end
        || case when end_id is not null then '' else case when answer_count = 0 then ']' else '' end || '}' || substr(']]]]]]]]', 1, closes) end as piece
from classifications
where (classification_id >> 24) & 1 = 0
union all
-- and ends after its answers
select
    classification_id as node_id,
    end_id as pos,
    0 as rank,
    case form when 'scalar' then '' else case when kind = 'checklist' or kind = 'dropdown' then ']}' else '}' end || substr(']]]]]]]]', 1, closes) end as piece
from classifications
where (classification_id >> 24) & 1 = 0 and end_id is not null
union all
-- an answer begins
select
    answer_id as node_id,
    answer_id as pos,
    0 as rank,
    case when text is not null then ',' || json_quote(text) else ',{' || char(1)
            || coalesce(',"featureId":' || json_quote(feature_id), '')
            || coalesce(',"schemaId":' || json_quote(schema_id), '')
            || coalesce(',"title":' || json_quote(name), '')
            || coalesce(',"value":' || json_quote(value), '')
            || case when keyframe then ',"keyframe":true' when not keyframe then ',"keyframe":false' else '' end
            || coalesce(',"position":' || json_number(position), '')
            || coalesce(',"uuid":' || json_quote(uuid), '')
            || coalesce(',' || substr(extra, 2, length(extra) - 2), '')
            || case when end_id is not null then '' when classification_count = 0 then ',"classifications":[]}' else '}' end
            end as piece
from answers
where (answer_id >> 24) & 1 = 0
union all
-- and ends after its questions
select
    answer_id as node_id,
    end_id as pos,
    0 as rank,
    '}' as piece
from answers
where (answer_id >> 24) & 1 = 0 and end_id is not null
union all
-- a relationship
select
    node_id as node_id,
    node_id as pos,
    0 as rank,
    case ordinal when 0 then ',"relationships":[' || char(1) else '' end || ',{' || char(1)
        || coalesce(',"featureId":' || json_quote(feature_id), '')
        || coalesce(',"schemaId":' || json_quote(schema_id), '')
        || coalesce(',"title":' || json_quote(name), '')
        || coalesce(',"value":' || json_quote(value), '')
        || coalesce(',"color":' || json_quote(color), '')
        || coalesce(',"instanceURI":' || json_quote(instance_uri), '')
        || coalesce(',"version":' || json_number(version), '')
        || coalesce(case when is_span then ',"format":' else ',"relationshipType":' end || json_quote(kind), '')
        || case when has_data then ',"data":{' || char(1)
            || coalesce(case when is_span then ',"startFeatureId":' else ',"source":' end || json_quote(source_feature_id), '')
            || coalesce(case when is_span then ',"endFeatureId":' else ',"target":' end || json_quote(target_feature_id), '')
            || coalesce(',"label":' || json_quote(text), '')
            || coalesce(',' || substr(data_extra, 2), '}') else '' end
        || coalesce(',' || substr(extra, 2, length(extra) - 2), '')
        || case when closes then '}]' else '}' end as piece
from relationships
where (node_id >> 24) & 1 = 0
;
