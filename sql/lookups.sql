-- Indexes that a load needs while it runs: what is stored already. Where parts are merged, the last one is made last.
create unique index records_record_id on records (record_id);
create index records_identity on records (identity, generation);
create unique index labels_label_id on labels (label_id);
-- Most stores have few of these rows, or none: it is quicker to notice them one by one than to look for them at the end.
create index objects_frame on objects (frame_id) where frame_id is not null;
create index classifications_frame on classifications (frame_id) where frame_id is not null;
create index classifications_group on classifications (group_id) where group_id is not null;
create index classifications_answer on classifications (parent_answer_id) where parent_answer_id is not null;
create index relationships_frame on relationships (frame_id) where frame_id is not null;
