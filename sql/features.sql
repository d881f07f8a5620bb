-- The derived table `features`, brought up to date with the records from $first on, at the end of a load or of a share of it.

insert into features
select distinct schema_id, name, value, kind, color, 'object' from objects where object_id >= cast($first as integer) << 24
union all
select distinct schema_id, name, value, kind, null, 'classification' from classifications where classification_id >= cast($first as integer) << 24
union all
select distinct schema_id, name, value, null, null, 'answer' from answers where answer_id >= cast($first as integer) << 24 and (text is null or name is not null)
except
select schema_id, name, value, kind, color, role from features;
