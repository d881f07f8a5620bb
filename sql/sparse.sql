-- Indexes of rows of which most stores have few or none. They are there from the start: it is quicker to notice such
-- rows one by one than to look for them at the end.
create index objects_frame on objects (frame_id) where frame_id is not null;
create index classifications_frame on classifications (frame_id) where frame_id is not null;
create index classifications_group on classifications (group_id) where group_id is not null;
create index classifications_moment on classifications (moment_id) where moment_id is not null;
create index classifications_answer on classifications (parent_answer_id) where parent_answer_id is not null;
create index relationships_frame on relationships (frame_id) where frame_id is not null;
create index counts_label on counts (label_id) where label_id is not null;
create index unpaired_classes_label on unpaired_classes (label_id);
