-- Indexes that a load needs while it runs: what is stored already.
create unique index records_record_id on records (record_id);
create unique index labels_label_id on labels (label_id);
create index records_identity on records (identity, generation);
