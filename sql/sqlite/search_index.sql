-- The tables of the search index of a SQLite store, which `labelstore index` makes; no other view or table reads them.
-- search_texts_fts, a full-text table over the texts, is made by sqlite-utils.

-- one text that is found, once for each place where such texts stand
create table search_texts (
    text_id integer primary key,
    place text,                     -- object, question, answer, entity, external_id or global_key
    text text,
    folded text                     -- the text in lower case, a space for each NUL: what is searched
);

-- one text in one label; external ids and global keys are looked up in data_rows
create table search_labels (
    text_id integer,
    node_id integer,                -- of the label
    primary key (text_id, node_id)
) without rowid;
