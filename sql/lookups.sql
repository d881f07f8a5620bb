-- Indexes that a load needs while it runs: what is stored already. Where parts are merged, the last one is made last.
create unique index records_record_id on records (record_id);
create index records_identity on records (identity, generation);
create unique index labels_label_id on labels (label_id);
