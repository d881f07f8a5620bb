-- The tables of a labelstore.
--
-- Questions start at `labels` (a label is one labeler's pass over one asset), `objects` (what was drawn or marked), and
-- `classifications` and `answers` (what was asked and answered). `data_rows` has the assets, `projects` the projects,
-- `features` the ontology. `frames` and `moments` are the labelled times of videos, DICOM series and recordings.
--
-- In each table the columns that people ask for come first. Those after "bookkeeping" are there because every record of an
-- export comes back exactly as it was: a v1 element, a v2 line, a line of a v1 frames file. Whoever asks questions can pass
-- over them:
--
-- - `node_id`, `object_id`, `frame_id`, `moment_id`, `classification_id`, `answer_id` number the JSON objects of all records
--   in the order of their text: record_id * 2^24 + position in the record. What is inside an object has the numbers after
--   its own, up to its `end_id`: so all rows of a label lie between its `node_id` and its `end_id`. These numbers change
--   when a label is loaded again; Labelbox's ids (`label_id`, `feature_id`, `data_row_id` …) do not.
-- - `ordinal` is the position in an array or map, from 0; `closes` marks its last element. A count x_count is NULL where the
--   array was absent and 0 where it was empty. What does not belong in an array is a row of `odd_elements`, and counted.
-- - `extra` is a JSON object of what no column holds: unknown keys, and values of an unexpected type (null too); NULL where
--   there is nothing. So a NULL column means that the key was absent, or that its value is in `extra`. Columns x_extra do
--   the same for a nested object x, and has_x says that it was there. `form` says which of several spellings an export uses.
--
-- Tables marked "derived" are computed from the others at the end of each load.

-- one file loaded
create table loads (
    load_id integer primary key,
    file_name text,                 -- as given on the command line; a member of a zip after "!"
    sha256 text,                    -- of the file's bytes
    bytes integer,                  -- size of the file as it was read (compressed if it was)
    generation text,                -- v1, v2, or 'frames' for a frames file; NULL for a file without records
    started_at text,                -- of the load; the same for all files of one command. UTC, ISO 8601
    finished_at text,               -- of reading this file
    records integer,                -- records read, rejected ones included
    added integer,                  -- records that were new
    changed integer,                -- records that replaced what the store had
    unchanged integer,              -- records that the store had already
    repeated integer,               -- records about a label or data row that a later record of the file has again
    stale integer,                  -- records older than what the store held, which were left out
    rejected integer,
    missing integer,                -- labels of the file's projects that the store held and this file lacks
    pruned integer,                 -- how many of those were removed
    labelstore_version text,
    table_form text                 -- CSV: JSON of its columns in their order, and of how it is written; else NULL
);

-- one record not stored
create table rejects (
    load_id integer references loads (load_id),
    position integer,               -- which record of the file it is, from 0
    byte_offset integer,            -- of its first byte in the uncompressed file
    reason text,                    -- why it cannot be stored, with a JSON pointer to the place
    raw blob                        -- its bytes as they are in the file
);

-- one earlier version of a label: what it was until a later load replaced or removed it
create table versions (
    label_id text,                  -- the label
    load_id integer,                -- the load that brought this version
    position integer,               -- which record of that load's file it was, from 0
    replaced_by integer,            -- the load that replaced or removed it
    removed boolean,                -- true where that load removed the label and brought no other version
    generation text,                -- v1 or v2
    data_row_id text,
    project_id text,
    updated_at text,
    json blob                       -- the label as `label_json` returned it, compressed by zlib (RFC 1950)
);

-- the folder where `labelstore fetch` keeps what the URLs of the store lead to; one row at most
create table vault (
    folder text                     -- its path, from the folder of the store if it is in there
);

-- one URL that the store holds, and what `labelstore fetch` got there
create table assets (
    url text primary key,           -- without the tokens that sign it
    role text,                      -- what it is for: asset, mask or frames
    status text,                    -- fetched, empty, refused, expired, missing or failed
    reason text,                    -- why it is not fetched
    sha256 text,                    -- of its content: its name in the vault, with the suffix of its type
    bytes integer,                  -- of its content
    media_type text,                -- by its content, such as image/png; NULL if nobody can tell
    width double,                   -- pixels
    height double,                  -- pixels
    frame_rate double,              -- video: per second
    frame_count double,             -- video
    expires_at text,                -- when the URL that was tried stops to work, if it says so
    attempts integer,               -- how often it was asked for since the last success
    tried_at text                   -- when it was asked for last. UTC, ISO 8601
);

-- one export that `labelstore pull` took from Labelbox
create table pulls (
    pull_id integer primary key,
    source text,                    -- what was exported: project, dataset, model_run or catalog
    source_id text,                 -- its id; NULL for the catalog
    source_name text,
    is_full boolean,                -- true where everything was asked for, so that what it lacks is gone
    since text,                     -- only data rows with activity from then on were asked for; NULL for all
    watermark text,                 -- from when on the next pull has to ask; NULL where it cannot build on this one
    parameters text,                -- JSON: the parameters and filters of the export
    task_id text,                   -- the export task of Labelbox
    load_id integer references loads (load_id),
    records integer,                -- data rows in the export
    errors integer,                 -- data rows that Labelbox could not export; they are in rejects
    started_at text,                -- UTC, ISO 8601
    finished_at text
);

-- one annotation that `labelstore push` sent to Labelbox
create table sent (
    target text,                    -- where to: project/<id>, predictions/<id> of a project, or model_run/<id>
    uuid text,                      -- of the annotation, as the import has it; its data row and question without one
    content_hash text,              -- SHA-256 of its line
    label_id text,                  -- the label that it is of
    import_name text,               -- what the import is called at Labelbox
    status text,                    -- accepted, rejected, or sent while nobody knows
    reason text,                    -- why Labelbox rejected it
    sent_at text                    -- UTC, ISO 8601
);

-- one record of an export: where it came from, and what it says about its data row
create table records (
    record_id integer,              -- unique; its last 4 bits say the generation
    data_row_id text references data_rows (data_row_id), -- the asset it is about
    asset_type text,                -- image video text geospatial audio document conversation dicom html llm unknown
    external_id text,               -- the user's own name of the asset
    global_key text,                -- the user's own unique key of the asset
    dataset_id text,
    dataset_name text,
    generation text,                -- v1, v2, or 'frames' for a line of a v1 frames file
    load_id integer references loads (load_id),
    position integer,               -- which record of its file it is, from 0
    byte_offset integer,            -- of its first byte in the uncompressed file
    created_at text,                -- when the data row was made (v2)
    updated_at text,
    last_activity_at text,          -- v2
    created_by text,
    derived_id boolean,             -- true where the export names no data row, so that data_row_id is ours
    row_data text,                  -- URL of the asset, its text, or a tile layer as JSON (v1: "Labeled Data")
    -- bookkeeping: what gives the record back as it was
    node_id integer primary key,    -- record_id * 2^24
    end_id integer,
    identity text,                  -- what a later record must name to replace this one: a label, or a data row with its projects and model runs; NULL where only some labels are left of it
    content_hash blob,              -- of its bytes, without the tokens in URLs; NULL once a part of it was replaced
    url_hash blob,                  -- of those tokens; NULL without any
    url_load_id integer,            -- the last load that changed only those tokens, or nothing in the end
    has_details boolean,            -- v2: whether data_row.details is there
    details_extra text,
    data_row_extra text,            -- v2: what no column holds of data_row
    attachment_count integer,
    metadata_field_count integer,
    embedding_count integer,
    project_count integer,
    experiment_count integer,
    extra text                      -- v2: what no column holds of the line (v1: labels.extra)
);

-- one dataset (derived)
create table datasets (
    dataset_id text primary key,    -- v1 has no ids of datasets: there it is the name
    name text
);

-- one project (derived)
create table projects (
    project_id text primary key,    -- v1: from the `project` parameter of "View Label", else the name
    name text
);

-- one asset (derived: the newest record that knows it)
create table data_rows (
    data_row_id text primary key,
    asset_type text,                -- image video text geospatial audio document conversation dicom html llm unknown
    row_data text,                  -- URL of the asset, its text, or a tile layer as JSON
    external_id text,               -- the user's own name of the asset, often a file name
    global_key text,                -- the user's own unique key of the asset
    dataset_id text references datasets (dataset_id),
    mime_type text,
    width double,                   -- pixels
    height double,                  -- pixels
    frame_rate double,              -- video: per second
    frame_count double,             -- video
    size_source text,               -- where width, height, frame_rate and frame_count are from: export, or file (see asset_files)
    created_at text,                -- v2
    record_id integer               -- the record that these values are from
);

-- the media attributes that one record gives of its asset
create table media_attributes (
    data_row_id text references data_rows (data_row_id),
    asset_type text,                -- Labelbox's word
    mime_type text,
    width double,                   -- pixels
    height double,                  -- pixels
    frame_rate double,              -- per second
    frame_count double,             -- video
    duration double,                -- seconds
    bit_rate double,                -- audio: bits per second
    bits_per_sample double,         -- audio
    channel_count double,           -- audio
    page_count double,              -- documents
    message_count double,           -- conversations
    content_length double,          -- bytes
    exif_rotation text,             -- '1' … '8'; since 2025 an integer, which is in extra
    sample_aspect_ratio text,
    super_type text,
    sub_type text,
    codec text,
    codec_name text,
    codec_tag text,
    labelable_ids text,             -- conversations: JSON array, the ids of the messages that can be labelled
    -- bookkeeping: what gives the record back as it was
    node_id integer primary key,
    record_id integer references records (record_id),
    extra text
);

-- the file of one asset, as `labelstore fetch` found it (no part of an export)
create table asset_files (
    data_row_id text references data_rows (data_row_id),
    sha256 text,                    -- of its content: its name in the vault
    media_type text,                -- by its content, such as image/png; NULL if nobody can tell
    width double,                   -- pixels
    height double,                  -- pixels
    frame_rate double,              -- video: per second
    frame_count double,             -- video
    -- bookkeeping: what belongs to which record
    node_id integer primary key,    -- of the record
    record_id integer references records (record_id)
);

-- one message of a conversation whose text is in the export itself (row_data)
create table messages (
    data_row_id text references data_rows (data_row_id),
    message_id text,                -- unique in its conversation
    sender text,
    text text,
    -- bookkeeping: what gives the record back as it was
    node_id integer primary key,
    record_id integer references records (record_id),
    ordinal integer
);

-- one attachment of a data row (v2)
create table attachments (
    data_row_id text references data_rows (data_row_id),
    type text,                      -- Labelbox's word
    name text,
    value text,                     -- URL or text
    -- bookkeeping: what gives the record back as it was
    node_id integer primary key,
    record_id integer references records (record_id),
    ordinal integer,
    closes boolean,
    extra text
);

-- one metadata field of a data row
create table metadata_fields (
    data_row_id text references data_rows (data_row_id),
    schema_name text,               -- the field's name
    schema_kind text,               -- the field's type, Labelbox's word
    value text,                     -- the text itself, or the JSON of any other value
    value_is_json boolean,          -- true where value is JSON (a number, a list …), false where it is a string
    schema_id text,                 -- Labelbox's id of the field
    -- bookkeeping: what gives the record back as it was
    node_id integer primary key,
    record_id integer references records (record_id),
    ordinal integer,
    closes boolean,
    extra text
);

-- one embedding of a data row (v2)
create table embeddings (
    data_row_id text references data_rows (data_row_id),
    embedding_id text,
    name text,
    dimensions integer,
    is_custom boolean,
    "values" text,                  -- JSON as exported: [{"value": [numbers]}]
    -- bookkeeping: what gives the record back as it was
    node_id integer primary key,
    record_id integer references records (record_id),
    ordinal integer,
    closes boolean,
    extra text
);

-- one data row in one project (v2)
create table data_row_projects (
    data_row_id text references data_rows (data_row_id),
    project_id text references projects (project_id),
    name text,
    workflow_status text,           -- TO_LABEL IN_REVIEW IN_REWORK DONE
    task_name text,                 -- the workflow step it is in
    task_id text,
    batch_name text,
    batch_id text,
    priority double,
    consensus_expected_label_count double, -- how many labels it shall get, to compare them
    selected_label_id text,
    ontology_id text,
    project_tags text,              -- JSON array as exported
    -- bookkeeping: what gives the record back as it was
    node_id integer primary key,
    end_id integer,
    record_id integer references records (record_id),
    ordinal integer,
    closes boolean,
    has_details boolean,            -- whether project_details is there
    details_extra text,
    workflow_event_count integer,
    label_count integer,
    extra text
);

-- one step of a data row through a project's workflow
create table workflow_events (
    data_row_id text references data_rows (data_row_id),
    project_id text,
    label_id text,                  -- v1
    action text,                    -- Move Approve Reject
    created_at text,
    created_by text,                -- v2: e-mail; v1: id of the person
    previous_task_name text,
    next_task_name text,
    previous_task_id text,
    next_task_id text,
    -- bookkeeping: what gives the record back as it was
    node_id integer primary key,
    record_id integer references records (record_id),
    ordinal integer,                -- from 0; v2: the newest event comes first
    closes boolean,
    extra text
);

-- one data row in one experiment, a model (v2)
create table experiments (
    data_row_id text references data_rows (data_row_id),
    experiment_id text,
    name text,
    -- bookkeeping: what gives the record back as it was
    node_id integer primary key,
    end_id integer,
    record_id integer references records (record_id),
    ordinal integer,
    closes boolean,
    run_count integer,
    extra text
);

-- one data row in one run of a model (v2)
create table model_runs (
    data_row_id text references data_rows (data_row_id),
    experiment_id text,
    model_run_id text,
    name text,
    split text,                     -- training, validation or test
    run_data_row_id text,           -- Labelbox's id of the data row in this run
    -- bookkeeping: what gives the record back as it was
    node_id integer primary key,
    end_id integer,
    record_id integer references records (record_id),
    ordinal integer,
    closes boolean,
    label_count integer,
    prediction_count integer,
    extra text
);

-- one labeler's pass over one asset; in model runs also one prediction
create table labels (
    label_id text,                  -- Labelbox's id, unique; in model runs <model run id>/<data row id>/<id>
    data_row_id text references data_rows (data_row_id),
    project_id text references projects (project_id),
    project_name text,
    created_by text,                -- e-mail of the labeler
    created_at text,
    updated_at text,
    objects_total integer,          -- objects of the label, those in its frames included; those of a v1 frames file are not
    seconds_to_label double,        -- all time on the label, with review and rework; v2: seconds_total, else seconds_to_create
    skipped boolean,
    agreement double,               -- consensus score; v1: -1 = not computed
    benchmark_agreement double,     -- benchmark score; v1: -1 = none
    review_count integer,
    has_open_issues double,         -- v1: 0, 1, or how many
    workflow_task_name text,        -- v1: the workflow step it is in
    model_run_id text,              -- v2: the model run that has this label; NULL for a label of a project
    is_prediction boolean,          -- v2: true for a prediction of that model run
    data_split text,                -- v1 model runs: training, validation, test
    generation text,                -- v1 or v2
    shape text,                     -- v1: what age of export it is from, L0 (2018) to L5 (2022–2024), or MR (a model run); v2: v2
    label_kind text,                -- v2: Default, Video …
    content_last_updated_at text,
    seconds_to_create double,       -- v2: from performance_details, where it is all time too
    seconds_to_review double,
    seconds_to_rework double,       -- v2: from performance_details_v2, as the next two
    seconds_total double,           -- v2
    seconds_labeling double,        -- v2: the time without review and rework (seconds_to_label in performance_details_v2)
    benchmark_id text,              -- the label that is the benchmark it was compared with
    benchmark_reference_id text,    -- the same in v1 exports of 2019 to January 2020
    is_benchmark double,            -- v1: 1 = this label is a benchmark
    quality_score double,           -- v2
    violation_count double,         -- v2
    derived_id boolean,             -- true where the export has no usable id, so that label_id is ours
    view_label text,                -- v1: link to the label in the editor
    frames_url text,                -- v1: URL of the frames file
    z_order text,                   -- v2: JSON array, the feature ids of objects and relationships in drawing order
    -- bookkeeping: what gives the record back as it was
    node_id integer primary key,
    end_id integer,
    annotations_id integer,         -- number of the row where its annotations begin; NULL without any
    record_id integer references records (record_id),
    ordinal integer,                -- v2: its position among the labels of its data row and project, from 0
    closes boolean,
    version text,                   -- v2: as exported
    has_workflow_info boolean,      -- v1: whether "DataRow Workflow Info" is there
    workflow_extra text,
    workflow_event_count integer,
    has_label_details boolean,      -- v2: whether label_details is there
    label_details_extra text,
    has_scores boolean,             -- v2: whether scores is there in label_details
    scores_extra text,
    has_performance_details boolean, -- v2: whether performance_details is there
    performance_details_extra text,
    has_performance_details_v2 boolean, -- v2: whether performance_details_v2 is there
    performance_details_v2_extra text,
    performance_form integer,       -- v2: where scores and times are in the JSON, a sum of: 1: agreement in performance_details, not beside it; 2: benchmark_agreement; 4: seconds_to_review; 8: skipped; 16, 32, 64, 128: the same four in performance_details_v2
    label_form text,                -- v1: what "Label" is: object, frames (an array of frames in place), legacy (2018 to 2019), skip
    object_count integer,           -- objects of the label itself, without those in frames
    object_relationship_count integer, -- v2, 2023: relationships listed among the objects, not counted there; NULL for none
    classification_count integer,
    relationship_count integer,
    frame_count integer,
    group_count integer,
    segment_count integer,
    key_frame_count integer,
    moment_count integer,           -- v2 audio
    annotations_extra text,         -- what no column holds of "Label" (v1) or annotations (v2)
    nulls text,                     -- v1: JSON object of the keys that were there with null
    in_extra integer,               -- v1: which columns have their spelling in extra, a sum of: 1: created_at was milliseconds since 1970; 2: updated_at; 4: seconds_to_label was a text
    extra text
);

-- one review of a label
create table reviews (
    label_id text references labels (label_id),
    review_id text,
    score double,                   -- 1 approved, -1 rejected
    created_by text,                -- the reviewer
    created_at text,
    -- bookkeeping: what gives the record back as it was
    node_id integer primary key,
    ordinal integer,
    closes boolean,
    reviewed_label_id text,         -- v1: the review's own labelId
    extra text
);

-- one group of frames of a DICOM label (v2): an axis
create table frame_groups (
    label_id text references labels (label_id),
    group_name text,                -- the axis
    name text,
    -- bookkeeping: what gives the record back as it was
    node_id integer primary key,
    end_id integer,
    ordinal integer,
    closes boolean,
    classification_count integer,
    frame_count integer,
    extra text
);

-- one labelled frame of a video or DICOM group
create table frames (
    frame_id integer primary key,
    label_id text references labels (label_id),
    group_name text,                -- DICOM (v2): the axis
    frame_number integer,           -- from 1
    -- bookkeeping: what gives the record back as it was
    end_id integer,
    ordinal integer,
    closes boolean,
    object_count integer,
    object_relationship_count integer, -- v2: relationships listed among the objects, not counted there; NULL for none
    classification_count integer,
    relationship_count integer,
    extra text
);

-- one time of a recording at which questions are answered (v2 audio): where spans begin and end
create table moments (
    moment_id integer primary key,
    label_id text references labels (label_id),
    milliseconds integer,           -- since the start; NULL where the export has no whole number
    -- bookkeeping: what gives the record back as it was
    end_id integer,
    ordinal integer,                -- in the export's order, which is not that of time
    closes boolean,
    map_key text,                   -- its key in the export, where that is no whole number
    classification_count integer,   -- its questions, with those of repeated_classifications
    extra text
);

-- one span of frames (video, DICOM) or milliseconds (audio) in which a feature is there (v2)
create table segments (
    label_id text references labels (label_id),
    feature_id text,                -- of an object, a classification or an answer; NULL for an empty group
    group_name text,                -- DICOM: the axis
    start_frame integer,            -- frame or millisecond, included; NULL for a feature without spans
    end_frame integer,              -- frame or millisecond, included
    -- bookkeeping: what gives the record back as it was
    node_id integer primary key,
    ordinal integer,
    opens integer,                  -- 1: first of its feature, 2: first of its group, 4: first of all; a sum
    closes integer                  -- 1: last of its feature, 2: last of its group, 4: last of all; a sum
);

-- one key frame of a feature (v2)
create table key_frames (
    label_id text references labels (label_id),
    feature_id text,
    group_name text,                -- DICOM: the axis
    frame_number integer,           -- NULL for a feature (or axis) without key frames
    is_key_frame boolean,           -- NULL where the export only lists the key frames
    -- bookkeeping: what gives the record back as it was
    node_id integer primary key,
    opens integer,                  -- 1: first of its axis, 2: first of its feature, 4: first of all; a sum
    closes integer,                 -- 1: last of its axis, 2: last of its feature, 4: last of all; a sum
    form text                       -- list or map
);

-- one object annotation (in one frame)
create table objects (
    object_id integer primary key,
    label_id text references labels (label_id),
    frame_number integer,
    name text,                      -- the class, as annotators see it
    kind text,                      -- bounding_box, polygon, polyline, point, mask, text_entity, cuboid or message_… where the table of that kind has its geometry; else Labelbox's word
    value text,                     -- the class, as the API spells it
    confidence double,              -- v2 predictions
    page double,                    -- documents; v1 boxes count from 0, v1 entities from 1; v2 is uncertain
    color text,
    keyframe boolean,               -- v1: whether this is a key frame of it
    feature_id text,                -- Labelbox's id of the instance; the same in every frame of a track
    schema_id text,
    unit text,                      -- documents (v1): POINTS PERCENT INCHES PIXELS
    page_width double,              -- documents (v2)
    page_height double,
    frame_id integer references frames (frame_id),
    -- bookkeeping: what gives the record back as it was
    end_id integer,                 -- rows inside it have numbers up to this one; NULL without classifications and messages
    ordinal integer,
    opens boolean,                  -- 2018 to 2019: true on the first of its class; NULL where the class has no list
    closes boolean,
    map_key text,                   -- v2 frames: its key in the export, where that is not its feature_id
    annotation_kind text,           -- Labelbox's word for the kind (v2); v1 geospatial: type
    form text,                      -- 2018 to 2019: how its geometry is written: wkt, part (a further part of a text), ring, position, item; mask: under "Masks"
    instance_uri text,              -- v1: URL of the object drawn as a mask
    uuid text,                      -- v1, imported annotations
    format text,                    -- v1 text entities: as exported, text.location
    version double,                 -- v1 text entities
    classification_count integer,
    extra text
);

-- the box of one object
create table bounding_boxes (
    object_id integer primary key references objects (object_id),
    "top" double,                   -- in pixels or the document's unit; geospatial: highest latitude
    "left" double,                  -- geospatial: lowest longitude
    height double,
    width double,
    coordinates text,               -- geospatial: JSON rings of [longitude, latitude]; else NULL
    -- bookkeeping: what gives the record back as it was
    extra text
);

-- the cuboid of one object
create table cuboids (
    object_id integer primary key references objects (object_id),
    body text                       -- JSON as exported, whose members are not documented; NULL if it has none
);

-- the polygon of one object
create table polygons (
    object_id integer primary key references objects (object_id),
    area double,                    -- square pixels; geospatial: square degrees; without the holes
    perimeter double,               -- pixels or degrees; around the holes too
    min_x double,                   -- smallest x; geospatial: lowest longitude
    min_y double,                   -- smallest y; geospatial: lowest latitude
    max_x double,                   -- largest x; geospatial: highest longitude
    max_y double,                   -- largest y; geospatial: highest latitude
    coordinates text,               -- JSON as exported: [{"x", "y"}], or rings of [longitude, latitude]
    -- bookkeeping: what gives the record back as it was
    form text,                      -- which coordinates these are: NULL: x and y; geo: longitude and latitude; 2018 to 2019: wkt, wkt_item, ring, item
    wkt text                        -- 2018 to 2019: the well-known text that coordinates were read from
);

-- the polyline of one object
create table polylines (
    object_id integer primary key references objects (object_id),
    length double,                  -- pixels; geospatial: degrees
    min_x double,                   -- smallest x; geospatial: lowest longitude
    min_y double,                   -- smallest y; geospatial: lowest latitude
    max_x double,                   -- largest x; geospatial: highest longitude
    max_y double,                   -- largest y; geospatial: highest latitude
    coordinates text,               -- JSON as exported: [{"x", "y"}], or [longitude, latitude] pairs
    -- bookkeeping: what gives the record back as it was
    form text,                      -- which coordinates these are: NULL: x and y; geo: longitude and latitude; 2018 to 2019: wkt, wkt_item, ring, item
    wkt text                        -- 2018 to 2019: the well-known text that coordinates were read from; NULL for a further line of it
);

-- the point of one object
create table points (
    object_id integer primary key references objects (object_id),
    x double,                       -- pixels; geospatial: longitude
    y double,                       -- pixels; geospatial: latitude
    -- bookkeeping: what gives the record back as it was
    form text,                      -- which coordinates these are: NULL: x and y; geo: longitude and latitude; 2018 to 2019: wkt, wkt_item, position, item
    wkt text,                       -- 2018 to 2019: the well-known text that x and y were read from; NULL for a further point of it
    extra text
);

-- the mask of one object: where its picture is
create table masks (
    object_id integer primary key references objects (object_id),
    url text,                       -- URL of its picture (v1: instanceURI); 2018 to 2020: of all of its class
    composite_url text,             -- v2: URL of one picture with all instances
    color_rgb text,                 -- v2: JSON [r, g, b] of this instance in that picture
    -- bookkeeping: what gives the record back as it was
    form text,                      -- v1, 2018 to 2020: map, one of the pictures under "Masks"; else NULL
    composite_extra text,           -- v2: composite_mask
    extra text                      -- v2: mask
);

-- the pixels of one mask, as `labelstore fetch` found them in its picture (no part of an export)
create table mask_pixels (
    object_id integer primary key references objects (object_id),
    width integer,                  -- pixels of the whole picture
    height integer,                 -- pixels of the whole picture
    area integer,                   -- how many pixels belong to the mask; 0 for an empty one
    min_x integer,                  -- of its bounds, in pixels from the left edge; NULL for an empty one
    min_y integer,                  -- in pixels from the upper edge
    max_x integer,                  -- the right edge of its last pixel
    max_y integer,                  -- the lower edge of its last pixel
    rle text,                       -- run lengths of [height, width] as COCO compresses them
    sha256 text                     -- of the picture: its name in the vault
);

-- the span of one text entity
create table text_entities (
    object_id integer primary key references objects (object_id),
    start integer,                  -- first character, from 0
    "end" integer,                  -- last character, included
    token text,                     -- v2: the text itself, where the export was made with it
    message_id text,                -- conversations: the message it is in
    location text,                  -- documents: JSON as exported: boxes (v1) or groups of tokens (v2)
    unit text,                      -- documents (v1): of these boxes
    -- bookkeeping: what gives the record back as it was
    extra text
);

-- one message picked or ranked by a message object (v2 chat)
create table selected_messages (
    object_id integer references objects (object_id),
    message_id text,
    model_config_name text,         -- the model that wrote the message
    parent_message_id text,         -- the message that it replies to
    rank double,                    -- rankings: from 1, the best
    form text,                      -- single, multiple or ranked: what the annotator was to do
    -- bookkeeping: what gives the record back as it was
    node_id integer primary key,
    ordinal integer,
    closes boolean,
    extra text
);

-- one question answered
create table classifications (
    classification_id integer primary key,
    label_id text references labels (label_id),
    object_id integer references objects (object_id), -- asked of this object; NULL: of the label, a frame, a group or a span
    frame_number integer,           -- where it was asked of a frame, or of an object in it
    name text,                      -- the question, as annotators see it
    kind text,                      -- radio, checklist, dropdown or text; else Labelbox's word
    value text,                     -- the question, as the API spells it
    confidence double,              -- v2 predictions
    message_id text,                -- conversations: the message it is about
    keyframe boolean,               -- v1
    feature_id text,
    schema_id text,
    parent_answer_id integer references answers (answer_id), -- asked because of this answer
    frame_id integer references frames (frame_id),
    moment_id integer references moments (moment_id), -- audio (v2): asked of a span that starts here
    group_id integer references frame_groups (node_id), -- DICOM (v2): asked of a whole axis
    -- bookkeeping: what gives the record back as it was
    end_id integer,                 -- rows inside it have numbers up to this one; NULL without answers
    ordinal integer,
    opens integer,                  -- v1: inner brackets that open before it, in double brackets; else NULL
    closes integer,                 -- brackets that close after it: 1 on the last of an array, 2 in double brackets
    is_conversational boolean,      -- v2: whether its answer has a key conversational_…
    scope text,                     -- v1: global or index
    uuid text,                      -- v1, imported annotations
    form text,                      -- 2018 to 2019: scalar (one text), list (of texts)
    answer_count integer,
    extra text
);

-- one answer
create table answers (
    answer_id integer primary key,
    classification_id integer references classifications (classification_id),
    name text,                      -- the option that was picked, as annotators see it; NULL for free text
    value text,                     -- the option, as the API spells it
    text text,                      -- free text; 2018 to 2019: of any answer
    confidence double,              -- v2 predictions
    keyframe boolean,               -- v1
    feature_id text,
    schema_id text,
    -- bookkeeping: what gives the record back as it was
    end_id integer,                 -- rows inside it have numbers up to this one; NULL without further questions
    ordinal integer,
    position double,                -- v1: as exported
    uuid text,                      -- v1, imported annotations
    classification_count integer,   -- the further questions it leads to
    extra text
);

-- one question that a v2 export of audio repeats: at the end of its span, or at a moment inside it. It is counted once, in
-- `classifications`, at the start of the span.
create table repeated_classifications (
    classification_id integer primary key,
    label_id text references labels (label_id),
    moment_id integer references moments (moment_id),
    name text,                      -- the question, as annotators see it
    kind text,                      -- radio, checklist or text; else Labelbox's word
    value text,                     -- the question, as the API spells it
    confidence double,              -- predictions
    message_id text,
    feature_id text,
    schema_id text,
    parent_answer_id integer,       -- asked because of this answer, of `repeated_answers` or `answers`
    is_end boolean,                 -- false where no span ends here
    -- bookkeeping: what gives the record back as it was
    end_id integer,                 -- rows inside it have numbers up to this one; NULL without answers
    ordinal integer,
    closes integer,                 -- 1 on the last of an array
    is_conversational boolean,
    answer_count integer,
    extra text
);

-- one answer that a v2 export of audio repeats, see repeated_classifications; its text can differ from that at the start
create table repeated_answers (
    answer_id integer primary key,
    classification_id integer,      -- of `repeated_classifications`; of `classifications` where another answer starts here
    label_id text references labels (label_id),
    moment_id integer references moments (moment_id),
    name text,                      -- the option that was picked, as annotators see it
    value text,                     -- the option, as the API spells it
    text text,                      -- free text
    confidence double,              -- predictions
    feature_id text,
    schema_id text,
    is_end boolean,                 -- false where no span ends here
    -- bookkeeping: what gives the record back as it was
    end_id integer,                 -- rows inside it have numbers up to this one; NULL without further questions
    ordinal integer,
    classification_count integer,
    extra text
);

-- one relationship between two objects
create table relationships (
    label_id text references labels (label_id),
    name text,                      -- the class, as annotators see it
    kind text,                      -- unidirectional or bidirectional
    value text,                     -- the class, as the API spells it
    source_feature_id text,         -- the feature_id of the object that it starts from
    target_feature_id text,         -- the feature_id of the object that it leads to
    text text,                      -- v1: its own text
    color text,
    feature_id text,
    schema_id text,
    frame_id integer references frames (frame_id),
    -- bookkeeping: what gives the record back as it was
    node_id integer primary key,
    ordinal integer,                -- NULL where it is listed among the objects only
    closes boolean,
    annotation_kind text,           -- v2: Labelbox's word
    has_data boolean,               -- whether data (v1) or the block of its kind (v2) is there
    is_span boolean,                -- v1, older: data has startFeatureId, endFeatureId and format, not relationshipType
    instance_uri text,              -- v1
    version double,                 -- v1
    classification_count integer,
    objects_id integer,             -- v2, 2023: number of its place among the objects, where it is listed there too or only there
    objects_closes boolean,         -- true where it is the last one there
    objects_key text,               -- in frames: its key there, where that is not its feature_id
    objects_json text,              -- what is listed there, where that is not the same
    data_extra text,
    extra text
);

-- one element of an array or map that does not belong there, such as a null among objects
create table odd_elements (
    label_id text,                  -- the label that it is in; NULL outside of labels
    within text,                    -- key of the array or map: objects, labels, projects, frames, segments …
    json text,                      -- the element itself
    -- bookkeeping: what gives the record back as it was
    node_id integer primary key,
    record_id integer references records (record_id),
    ordinal integer,                -- its position there, from 0
    opens text,                     -- the text that opens the array or map, on its first element
    closes text,                    -- the brackets that close after it, on its last element
    map_key text                    -- its key in a map
);

-- one entry of the ontology as seen in the exports (derived)
create table features (
    schema_id text,                 -- Labelbox's id of the class, question or option; NULL where the export has none
    name text,                      -- as annotators see it
    value text,                     -- as the API spells it
    kind text,
    color text,                     -- as in the ontology, such as #ff0000
    role text                       -- object, classification or answer
);

-- one count of a feature in the labels of one project, of one asset type, skipped or not (derived). Ask the view
-- `feature_counts`, which adds what v1 frames files hold. Labels in model runs do not count
create table counts (
    project_id text,
    asset_type text,                -- of the label's record
    skipped boolean,
    role text,                      -- tool (an object's class), relationship, classification or option; label and frame for labels and frames themselves
    grain text,                     -- NULL: how often the feature was used; else labels are counted, once for all features with the same: schema (schema_id, name), parent (the same, and parent_name), class (kind, name), name, kind; feature: all but is_text
    kind text,
    name text,                      -- as annotators see it
    value text,                     -- as the API spells it
    schema_id text,
    color text,
    parent_role text,               -- tool, option or classification: what a question or option stands under
    parent_schema_id text,
    parent_name text,
    parent_kind text,
    is_text boolean,                -- options: whether these answers have a free text, whatever it says
    annotations integer,            -- an object or answer counts once for each frame it is in
    by_frame integer,               -- questions: how many of them were asked of a frame or message
    times_answered integer,         -- options: how many questions are counted at this answer, their last
    labels integer,                 -- with a grain: labels with such a feature
    first_seen text,                -- without a grain: of the labels' times (created_at, else updated_at)
    last_seen text,                 -- (updated_at, else created_at)
    label_id text                   -- the label to which frames files add this; NULL for what labels hold themselves
);

-- two classes, and how many labels of one project hold both (derived); labels in unpaired_classes do not count
create table class_pairs (
    project_id text,
    class_a text,
    class_b text,                   -- comes after class_a
    labels integer
);

-- one class of a label whose pairs of classes are counted when somebody asks: it has very many, or frames files (derived)
create table unpaired_classes (
    label_id text,
    name text,
    is_paired boolean               -- whether pairs with other such classes of the label are in class_pairs
);
