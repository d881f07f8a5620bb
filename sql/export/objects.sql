-- Objects with their geometry, for exporters: one row is an object, those of the label itself before those of its frames.
-- $first, $last: the nodes of the first and the last label
select l.node_id, o.frame_id, o.frame_number, f.group_name, o.object_id, o.feature_id, o.schema_id, o.name, o.value,
    o.kind, o.confidence, o.keyframe, o.page, coalesce(o.unit, t.unit) as unit, o.page_width, o.page_height,
    b."left", b."top", b.width, b.height,
    case o.kind when 'bounding_box' then b.coordinates when 'polygon' then g.coordinates else s.coordinates end
        as coordinates,
    case o.kind when 'polygon' then g.form when 'polyline' then s.form when 'point' then p.form end as form,
    p.x, p.y, m.url, m.composite_url, m.color_rgb, t.start, t."end", t.token, t.message_id, t.location, c.body,
    q.width as picture_width, q.height as picture_height, q.rle
from labels as l
join objects as o on o.label_id = l.label_id
left join frames as f on f.frame_id = o.frame_id
left join bounding_boxes as b on b.object_id = o.object_id
left join polygons as g on g.object_id = o.object_id
left join polylines as s on s.object_id = o.object_id
left join points as p on p.object_id = o.object_id
left join masks as m on m.object_id = o.object_id
left join mask_pixels as q on q.object_id = o.object_id
left join text_entities as t on t.object_id = o.object_id
left join cuboids as c on c.object_id = o.object_id
where l.node_id between $first and $last
order by l.node_id, coalesce(o.frame_id, -1), o.object_id
