-- Indexes that are there from the start, as they cost less then than at the end.

-- Those of rows of which most stores have few or none: it is quicker to notice such rows one by one than to look for them.
create index objects_frame on objects (frame_id) where frame_id is not null;
create index classifications_frame on classifications (frame_id) where frame_id is not null;
create index classifications_group on classifications (group_id) where group_id is not null;
create index classifications_moment on classifications (moment_id) where moment_id is not null;
create index classifications_answer on classifications (parent_answer_id) where parent_answer_id is not null;
create index relationships_frame on relationships (frame_id) where frame_id is not null;
create index counts_label on counts (label_id) where label_id is not null;
create index unpaired_classes_label on unpaired_classes (label_id);

-- Those in whose order rows come: each new row is the last one, and nothing has to be sorted.
create index records_load on records (load_id);
create index media_attributes_record on media_attributes (record_id);
create index asset_files_record on asset_files (record_id);
create index messages_record on messages (record_id, message_id);
create index attachments_record on attachments (record_id);
create index metadata_fields_record on metadata_fields (record_id);
create index embeddings_record on embeddings (record_id);
create index data_row_projects_record on data_row_projects (record_id);
create index workflow_events_record on workflow_events (record_id);
create index experiments_record on experiments (record_id);
create index model_runs_record on model_runs (record_id);
create index labels_record on labels (record_id);
create index selected_messages_object on selected_messages (object_id);
create index classifications_object on classifications (object_id) where object_id is not null;
create index answers_classification on answers (classification_id);
create index repeated_answers_classification on repeated_answers (classification_id);
create index odd_elements_record on odd_elements (record_id);
