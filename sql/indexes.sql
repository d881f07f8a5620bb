-- Indexes of a SQLite store: each join of a parent with its children, and the ids that people look up.
-- A new store gets them when its rows are in; those of `early.sql` it has from the start. DuckDB needs none: it skips blocks by
-- their smallest and largest values.
create index versions_label on versions (label_id);
create index versions_load on versions (load_id);
create index versions_replaced_by on versions (replaced_by);
create index records_content on records (content_hash);
create index records_data_row on records (data_row_id);
create index rejects_load on rejects (load_id);
create index data_rows_dataset on data_rows (dataset_id);
create index data_rows_external_id on data_rows (external_id);
create index data_rows_global_key on data_rows (global_key);
create index media_attributes_data_row on media_attributes (data_row_id);
create index asset_files_data_row on asset_files (data_row_id);
create index messages_data_row on messages (data_row_id);
create index attachments_data_row on attachments (data_row_id);
create index metadata_fields_data_row on metadata_fields (data_row_id);
create index embeddings_data_row on embeddings (data_row_id);
create index data_row_projects_data_row on data_row_projects (data_row_id);
create index data_row_projects_project on data_row_projects (project_id);
create index workflow_events_data_row on workflow_events (data_row_id);
create index experiments_data_row on experiments (data_row_id);
create index model_runs_data_row on model_runs (data_row_id);
create index labels_data_row on labels (data_row_id);
create index labels_project on labels (project_id);
create index reviews_label on reviews (label_id);
create index frame_groups_label on frame_groups (label_id);
create index frames_label on frames (label_id, group_name, frame_number);
create index moments_label on moments (label_id, milliseconds);
create index segments_label on segments (label_id);
create index key_frames_label on key_frames (label_id);
create index objects_label on objects (label_id, name, kind); -- the classes of a label without its objects
create index objects_name on objects (name, kind);
create index objects_kind on objects (kind);
create index text_entities_token on text_entities (token) where token is not null;
create index classifications_label on classifications (label_id);
create index classifications_name on classifications (name, kind);
create index answers_name on answers (name, classification_id);
create index answers_text on answers (text) where text is not null; -- free texts apart from the options, to be searched
create index repeated_classifications_label on repeated_classifications (label_id);
create index repeated_classifications_moment on repeated_classifications (moment_id);
create index repeated_answers_label on repeated_answers (label_id);
create index repeated_answers_moment on repeated_answers (moment_id);
create index relationships_label on relationships (label_id);
create index sent_uuid on sent (uuid);
