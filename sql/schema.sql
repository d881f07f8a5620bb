-- The tables of a labelstore.
--
-- One record of an export (a v1 array element, a v2 line, a line of a v1 frames file) becomes rows in many tables.
-- Every row stands for one JSON object and carries a number, its node: record_id * 2^24 + its place in the record.
-- So the rows of one record, of one label, of one frame lie in one range of numbers: from its own node to `end_id`,
-- the node where its text ends. That is what the views rebuild JSON from, in the order of the nodes.
-- Record ids are even for v1 and odd for v2.
--
-- Throughout: a NULL column means that the key was absent, or that its value is in `extra`. `extra` holds as JSON what
-- the columns cannot say: unknown keys, and known keys with a value of an unexpected type (null too). A column
-- x_extra does the same for the nested object x. A count is NULL where the array was absent and 0 where it was empty.
-- `closes` is true on the last row of an array, `ordinal` counts the elements of an array from 0. An element that is not
-- what belongs there is a row of `odd_elements`; counts and ordinals include it.
--
-- Tables marked "derived" are computed from the others at the end of each load; no view that rebuilds JSON reads them.

-- one file loaded
create table loads (
    load_id integer primary key,
    file_name text,                 -- as given on the command line; member of a zip after "!"
    sha256 text,                    -- of the file's bytes
    bytes integer,                  -- size of the file as it was read (compressed if it was)
    generation text,                -- v1, v2, or 'frames' for a frames file; NULL for a file without records
    started_at text,                -- UTC, ISO 8601
    finished_at text,
    records integer,                -- records read, rejected ones included
    added integer,
    changed integer,
    unchanged integer,
    repeated integer,               -- records whose label or data row a later record of the file had again
    stale integer,                  -- records older than what the store held, and therefore left out
    rejected integer,
    missing integer,                -- labels of the file's projects that the store held and the load did not bring
    pruned integer,                 -- those of them that were removed
    labelstore_version text,
    table_form text                 -- CSV: JSON of its columns in their order, and of how it is written; else NULL
);

-- one record not stored
create table rejects (
    load_id integer references loads (load_id),
    position integer,               -- number of the record in the file, from 0
    byte_offset integer,            -- of its first byte in the uncompressed file
    reason text,
    raw blob                        -- its bytes as they stood in the file
);

-- one earlier version of a label: what it was until a later load replaced or removed it
create table versions (
    label_id text,
    load_id integer,                -- the load that brought it
    position integer,               -- number of its record in the file of that load, from 0
    replaced_by integer,            -- the load that replaced or removed it
    removed boolean,                -- true where that load left no label of this id
    generation text,                -- v1 or v2
    data_row_id text,
    project_id text,
    updated_at text,
    json blob                       -- the label as `label_json` gave it, compressed by zlib (RFC 1950)
);

-- one record of an export that is stored: where it came from, and what it says about its data row
create table records (
    node_id integer primary key,    -- record_id * 2^24
    record_id integer,              -- unique
    end_id integer,                 -- node where the record's text ends
    load_id integer references loads (load_id),
    position integer,               -- number of the record in its file, from 0
    byte_offset integer,            -- of its first byte in the uncompressed file
    generation text,                -- v1, v2, or 'frames' for a line of a v1 frames file
    identity text,                  -- a label id, or a data row id with its projects and runs; NULL: only labels are left
    content_hash blob,              -- of its bytes, as they came last, without tokens in URLs; NULL once a part was replaced
    url_hash blob,                  -- of those tokens; NULL without any
    url_load_id integer,            -- the last load that changed only those tokens, or nothing after all
    data_row_id text references data_rows (data_row_id),
    derived_id boolean,             -- true where the record names no data row and data_row_id is ours
    asset_type text,                -- image video text geospatial audio document conversation dicom html llm unknown
    row_data text,                  -- URL of the asset, its text, or a tile layer as JSON; v1 "Labeled Data"
    external_id text,
    global_key text,
    dataset_id text,
    dataset_name text,
    created_at text,                -- of the data row; v2 data_row.details
    updated_at text,
    last_activity_at text,
    created_by text,
    has_details boolean,            -- v2: the block data_row.details is there
    details_extra text,
    data_row_extra text,            -- v2: data_row
    attachment_count integer,
    metadata_field_count integer,
    embedding_count integer,
    project_count integer,
    experiment_count integer,
    extra text                      -- v2: the line itself (v1: labels.extra)
);

-- one dataset (derived)
create table datasets (
    dataset_id text primary key,    -- v1 names no id: there it is the name
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
    external_id text,
    global_key text,
    dataset_id text references datasets (dataset_id),
    mime_type text,
    width double,                   -- pixels
    height double,                  -- pixels
    frame_rate double,              -- per second
    frame_count double,
    created_at text,
    record_id integer               -- the record these values are from
);

-- the media attributes that one record gives of its asset
create table media_attributes (
    node_id integer primary key,
    record_id integer references records (record_id),
    data_row_id text references data_rows (data_row_id),
    asset_type text,                -- the vendor's word
    mime_type text,
    width double,                   -- pixels
    height double,                  -- pixels
    exif_rotation text,             -- '1' … '8'; an integer since 2025, then in extra
    frame_rate double,              -- per second
    frame_count double,
    duration double,                -- seconds
    bit_rate double,                -- audio: bits per second
    bits_per_sample double,         -- audio
    channel_count double,           -- audio
    page_count double,
    message_count double,           -- conversations
    labelable_ids text,             -- conversations: JSON, the ids of the messages that can be labelled
    content_length double,          -- bytes
    super_type text,
    sub_type text,
    codec text,
    codec_name text,
    codec_tag text,
    sample_aspect_ratio text,
    extra text
);

-- one message of a conversation that stands in the export itself, in place of the address of its asset: read from row_data
create table messages (
    node_id integer primary key,
    record_id integer references records (record_id),
    data_row_id text references data_rows (data_row_id),
    ordinal integer,
    message_id text,                -- unique in its record
    sender text,
    text text
);

-- one attachment of a data row (v2)
create table attachments (
    node_id integer primary key,
    record_id integer references records (record_id),
    data_row_id text references data_rows (data_row_id),
    ordinal integer,
    closes boolean,
    type text,
    value text,
    name text,
    extra text
);

-- one metadata field of a data row
create table metadata_fields (
    node_id integer primary key,
    record_id integer references records (record_id),
    data_row_id text references data_rows (data_row_id),
    ordinal integer,
    closes boolean,
    schema_id text,
    schema_name text,               -- v1: name
    schema_kind text,
    value text,                     -- the text itself, or the JSON of any other value
    value_is_json boolean,          -- true where value is JSON (a number, a list …), false where it is a string
    extra text
);

-- one embedding of a data row (v2)
create table embeddings (
    node_id integer primary key,
    record_id integer references records (record_id),
    data_row_id text references data_rows (data_row_id),
    ordinal integer,
    closes boolean,
    embedding_id text,
    name text,
    dimensions integer,
    is_custom boolean,
    "values" text,                  -- JSON as exported: [{"value": [numbers]}]
    extra text
);

-- one data row in one project (v2)
create table data_row_projects (
    node_id integer primary key,
    end_id integer,
    record_id integer references records (record_id),
    data_row_id text references data_rows (data_row_id),
    ordinal integer,
    closes boolean,
    project_id text references projects (project_id),
    name text,
    has_details boolean,            -- the block project_details is there
    ontology_id text,
    task_id text,
    task_name text,                 -- the workflow step it is in
    batch_id text,
    batch_name text,
    workflow_status text,           -- TO_LABEL IN_REVIEW IN_REWORK DONE
    priority double,
    consensus_expected_label_count double,
    selected_label_id text,
    details_extra text,
    project_tags text,              -- JSON array as exported
    workflow_event_count integer,
    label_count integer,
    extra text
);

-- one step of a data row through a project's workflow
create table workflow_events (
    node_id integer primary key,
    record_id integer references records (record_id),
    data_row_id text references data_rows (data_row_id),
    project_id text,
    label_id text,                  -- v1 only
    ordinal integer,                -- v2: the newest comes first
    closes boolean,
    action text,                    -- Move Approve Reject
    created_at text,
    created_by text,                -- v2: e-mail; v1: id of the actor
    previous_task_id text,
    previous_task_name text,
    next_task_id text,
    next_task_name text,
    extra text
);

-- one data row in one experiment, a model (v2)
create table experiments (
    node_id integer primary key,
    end_id integer,
    record_id integer references records (record_id),
    data_row_id text references data_rows (data_row_id),
    ordinal integer,
    closes boolean,
    experiment_id text,
    name text,
    run_count integer,
    extra text
);

-- one data row in one run of a model (v2)
create table model_runs (
    node_id integer primary key,
    end_id integer,
    record_id integer references records (record_id),
    data_row_id text references data_rows (data_row_id),
    ordinal integer,
    closes boolean,
    experiment_id text,
    model_run_id text,
    name text,
    run_data_row_id text,
    split text,
    label_count integer,
    prediction_count integer,
    extra text
);

-- one labeler's pass over one asset; in model runs also one prediction
create table labels (
    node_id integer primary key,
    annotations_id integer,         -- node where its annotations begin; NULL without any
    end_id integer,
    record_id integer references records (record_id),
    label_id text,                  -- Labelbox's id, unique; in model runs <model run id>/<data row id>/<id>
    derived_id boolean,             -- true where label_id is ours; what the export has for an id is then in extra
    data_row_id text references data_rows (data_row_id),
    project_id text references projects (project_id),
    project_name text,
    model_run_id text,              -- v2: the label stands under this run of a model
    is_prediction boolean,          -- v2: under `predictions` of that run
    generation text,                -- v1 or v2
    shape text,                     -- v1: L0 … L5 or MR, the sub-generation; v2: v2
    ordinal integer,                -- v2: place among the labels of its data row and project
    closes boolean,
    label_kind text,                -- v2: Default, Video …
    version text,                   -- v2
    created_by text,
    created_at text,
    updated_at text,
    content_last_updated_at text,
    seconds_to_label double,        -- all the time on the label, review and rework included; v2: seconds_total, else seconds_to_create
    seconds_to_create double,       -- v2: performance_details, where it is the whole time too
    seconds_to_review double,
    seconds_to_rework double,       -- v2: performance_details_v2, as the next two
    seconds_total double,
    seconds_labeling double,        -- its seconds_to_label: the time without review and rework
    skipped boolean,
    agreement double,               -- v1: -1 = not computed; v2: consensus_score
    benchmark_agreement double,     -- v1: -1 = none; v2: benchmark_score
    benchmark_id text,              -- the label that is the benchmark; v2: benchmark_reference_label
    benchmark_reference_id text,    -- v1, 2019 to January 2020
    is_benchmark double,            -- v1: 1 = this label is the benchmark
    quality_score double,           -- v2: label_details.scores
    violation_count double,         -- v2: label_details.scores
    has_open_issues double,         -- v1: 0, 1, or a count
    view_label text,                -- v1: link to the editor
    data_split text,                -- v1 model runs: training, validation, test
    z_order text,                   -- v2: JSON, the feature ids of objects and relationships in drawing order
    workflow_task_name text,        -- v1 "DataRow Workflow Info"
    has_workflow_info boolean,
    workflow_extra text,
    workflow_event_count integer,
    review_count integer,
    has_label_details boolean,      -- v2: the block label_details is there
    label_details_extra text,
    has_scores boolean,        -- v2: the block scores is there in label_details
    scores_extra text,
    has_performance_details boolean, -- v2: the block performance_details is there
    performance_details_extra text,
    has_performance_details_v2 boolean, -- v2: the block performance_details_v2 is there
    performance_details_v2_extra text,
    performance_form integer,       -- v2: 1: consensus_score stands in performance_details, not beside it; 2: benchmark_score; 4: seconds_to_review; 8: skipped; 16, 32, 64, 128: they stand in performance_details_v2; added up
    label_form text,                -- v1: what "Label" is: object, frames (an array of frames in place), legacy, skip
    frames_url text,                -- v1: where the frames file is
    object_count integer,           -- of the label itself; objects in frames are counted there
    object_relationship_count integer, -- v2, 2023: relationships that stand among the objects, not counted there; NULL for none
    classification_count integer,
    relationship_count integer,
    frame_count integer,
    group_count integer,
    segment_count integer,
    key_frame_count integer,
    moment_count integer,           -- audio (v2)
    annotations_extra text,         -- v1: "Label"; v2: "annotations"
    nulls text,                     -- v1: JSON object of the keys that were there with null
    in_extra integer,               -- v1: 1: created_at was milliseconds since 1970, 2: updated_at, 4: seconds_to_label a text; added up
    extra text
);

-- one review of a label
create table reviews (
    node_id integer primary key,
    label_id text references labels (label_id),
    ordinal integer,
    closes boolean,
    review_id text,
    score double,                   -- 1 approved, -1 rejected
    created_at text,
    created_by text,
    reviewed_label_id text,         -- v1: the review's own labelId
    extra text
);

-- one group of frames of a DICOM label (v2): an axis
create table frame_groups (
    node_id integer primary key,
    end_id integer,
    label_id text references labels (label_id),
    ordinal integer,
    closes boolean,
    group_name text,
    name text,
    classification_count integer,
    frame_count integer,
    extra text
);

-- one labelled frame of a video or DICOM group
create table frames (
    frame_id integer primary key,
    end_id integer,
    label_id text references labels (label_id),
    group_name text,                -- DICOM (v2): the axis
    frame_number integer,           -- from 1
    ordinal integer,
    closes boolean,
    object_count integer,
    object_relationship_count integer, -- v2: relationships that stand among the objects, not counted there; NULL for none
    classification_count integer,
    relationship_count integer,
    extra text
);

-- one time of a recording at which questions are answered (v2 audio): where spans begin and end
create table moments (
    moment_id integer primary key,
    end_id integer,
    label_id text references labels (label_id),
    milliseconds integer,           -- NULL where what the export has for it is no whole number
    ordinal integer,                -- in the export's order, which is not that of time
    closes boolean,
    map_key text,                   -- the key it stands under, where that is no whole number
    classification_count integer,   -- repeated_classifications included
    extra text
);

-- one span of frames (video, DICOM) or milliseconds (audio) in which a feature is there (v2)
create table segments (
    node_id integer primary key,
    label_id text references labels (label_id),
    group_name text,                -- DICOM: the axis
    feature_id text,                -- of an object, a classification or an answer; NULL for an empty group
    ordinal integer,
    start_frame integer,            -- included; NULL for a feature without spans
    end_frame integer,              -- included
    opens integer,                  -- 1: first of its feature, 2: first of its group, 4: first of all; added up
    closes integer                  -- the same for last
);

-- one key frame of a feature (v2)
create table key_frames (
    node_id integer primary key,
    label_id text references labels (label_id),
    feature_id text,
    group_name text,                -- DICOM: the axis
    frame_number integer,           -- NULL for a feature (or axis) without key frames
    is_key_frame boolean,           -- NULL where the export lists key frames without saying so
    form text,                      -- list or map
    opens integer,                  -- 1: first of its axis, 2: first of its feature, 4: first of all; added up
    closes integer                  -- the same for last
);

-- one object annotation (in one frame)
create table objects (
    object_id integer primary key,
    end_id integer,                 -- NULL without classifications and messages
    label_id text references labels (label_id),
    frame_id integer references frames (frame_id),
    frame_number integer,
    ordinal integer,
    closes boolean,
    opens boolean,                  -- L0–L2: first in the list of its class; NULL without a list
    feature_id text,                -- of the instance; the same in every frame of a track
    map_key text,                   -- v2 frames: the key it stands under, where that is not its feature_id
    schema_id text,
    name text,                      -- v1 title
    value text,
    kind text,                      -- bounding_box polygon polyline point mask text_entity message_… where such a row is; else the vendor's word
    annotation_kind text,           -- v2: the vendor's word; v1 geospatial: type
    form text,                      -- L0–L2: how it is written: wkt, part (a further point of it), ring, position, item; mask: of "Masks"
    color text,
    instance_uri text,              -- v1: the feature drawn as a mask
    uuid text,                      -- v1, imported features
    keyframe boolean,               -- v1
    page double,                    -- documents; v1 boxes from 0, v1 entities from 1, v2 uncertain
    unit text,                      -- documents (v1): POINTS PERCENT INCHES PIXELS
    page_width double,              -- documents (v2)
    page_height double,
    format text,                    -- v1 text entities: text.location
    version double,                 -- v1 text entities
    confidence double,              -- v2 predictions
    classification_count integer,
    extra text
);

-- the box of one object
create table bounding_boxes (
    object_id integer primary key references objects (object_id),
    "top" double,                   -- pixels or the document's unit; geospatial: highest latitude
    "left" double,                  -- geospatial: lowest longitude
    height double,
    width double,
    coordinates text,               -- geospatial: JSON rings of [longitude, latitude]
    extra text
);

-- the polygon of one object
create table polygons (
    object_id integer primary key references objects (object_id),
    coordinates text,               -- JSON as exported: [{"x", "y"}], or rings of [longitude, latitude]
    form text,                      -- NULL: x and y; geo: longitude and latitude; L0–L2: wkt, wkt_item, ring, item
    wkt text,                       -- L0–L2: the well-known text that coordinates were read from
    min_x double,
    min_y double,
    max_x double,
    max_y double,
    area double,                    -- square pixels; geospatial: square degrees; without the holes
    perimeter double,               -- pixels or degrees; around the holes too
    extra text
);

-- the polyline of one object
create table polylines (
    object_id integer primary key references objects (object_id),
    coordinates text,               -- JSON as exported: [{"x", "y"}], or [longitude, latitude] pairs
    form text,                      -- NULL: x and y; geo: longitude and latitude; L0–L2: wkt, wkt_item, ring, item
    wkt text,                       -- L0–L2: the well-known text that coordinates were read from; NULL for a further line of it
    min_x double,
    min_y double,
    max_x double,
    max_y double,
    length double,                  -- pixels; geospatial: degrees
    extra text
);

-- the point of one object
create table points (
    object_id integer primary key references objects (object_id),
    x double,                       -- pixels; geospatial: longitude
    y double,                       -- pixels; geospatial: latitude
    form text,                      -- NULL: x and y; geo: longitude and latitude; L0–L2: wkt, wkt_item, position, item
    wkt text,                       -- L0–L2: the well-known text that x and y were read from; NULL for a further point of it
    extra text
);

-- the mask of one object: where its picture is
create table masks (
    object_id integer primary key references objects (object_id),
    url text,                       -- v1: instanceURI; under "Masks" the picture of all of its class
    composite_url text,             -- v2: one picture for all instances
    color_rgb text,                 -- v2: JSON [r, g, b] of this instance in it
    form text,                      -- v1, 2018 to 2020: map, one of the pictures under "Masks"; else NULL
    extra text,                     -- v2: mask
    composite_extra text            -- v2: composite_mask
);

-- the span of one text entity
create table text_entities (
    object_id integer primary key references objects (object_id),
    start integer,                  -- first character, from 0
    "end" integer,                  -- last character, included
    token text,                     -- v2: the text itself, where requested
    message_id text,                -- conversations
    location text,                  -- documents: JSON as exported, boxes (v1) or groups of tokens (v2)
    unit text,                      -- documents (v1)
    extra text
);

-- one message picked or ranked by a message object (v2 chat)
create table selected_messages (
    node_id integer primary key,
    object_id integer references objects (object_id),
    form text,                      -- single, multiple or ranked
    ordinal integer,
    closes boolean,
    message_id text,
    model_config_name text,
    parent_message_id text,
    rank double,                    -- rankings: from 1
    extra text
);

-- one question answered
create table classifications (
    classification_id integer primary key,
    end_id integer,                 -- NULL without answers
    label_id text references labels (label_id),
    frame_id integer references frames (frame_id),
    frame_number integer,
    group_id integer references frame_groups (node_id), -- DICOM (v2): asked of a whole axis
    moment_id integer references moments (moment_id), -- audio (v2): asked of a span, of which this is the start
    object_id integer references objects (object_id),  -- NULL: asked of the label, frame or group
    parent_answer_id integer references answers (answer_id), -- the answer that asked this question
    ordinal integer,
    opens integer,                  -- inner brackets that open before it, in the double brackets of v1; else NULL
    closes integer,                 -- brackets that close after it: 1 on the last of an array, 2 in double brackets
    feature_id text,
    schema_id text,
    name text,                      -- v1 title
    value text,
    kind text,                      -- radio checklist dropdown text, or the vendor's word
    is_conversational boolean,      -- v2: its answer key starts with conversational_
    message_id text,                -- conversations: the message it is about
    scope text,                     -- v1: global, index
    keyframe boolean,               -- v1
    uuid text,                      -- v1, imported features
    confidence double,              -- v2 predictions
    form text,                      -- L0–L2: scalar (one text), list (of texts)
    answer_count integer,
    extra text
);

-- one answer
create table answers (
    answer_id integer primary key,
    end_id integer,                 -- NULL without classifications
    classification_id integer references classifications (classification_id),
    ordinal integer,
    feature_id text,
    schema_id text,
    name text,                      -- v1 title
    value text,
    text text,                      -- of a free-form answer; L0–L2: of any
    keyframe boolean,               -- v1
    position double,                -- v1
    confidence double,              -- v2 predictions
    uuid text,                      -- v1, imported features
    classification_count integer,
    extra text
);

-- one question that stands once more in an export of audio (v2): at the end of its span, or at a moment inside it.
-- What it asks is counted once, in `classifications`, at the start of the span.
create table repeated_classifications (
    classification_id integer primary key,
    end_id integer,                 -- NULL without answers
    label_id text references labels (label_id),
    moment_id integer references moments (moment_id),
    parent_answer_id integer,       -- the answer that asked it: of `repeated_answers` or `answers`
    ordinal integer,
    closes integer,                 -- 1 on the last of an array
    feature_id text,
    schema_id text,
    name text,
    value text,
    kind text,                      -- radio checklist text, or the vendor's word
    is_conversational boolean,
    message_id text,
    confidence double,
    is_end boolean,                 -- false where no span of it ends: a moment that was left behind
    answer_count integer,
    extra text
);

-- one answer that stands once more, see repeated_classifications; its text can differ from that at the start
create table repeated_answers (
    answer_id integer primary key,
    end_id integer,                 -- NULL without classifications
    label_id text references labels (label_id),
    moment_id integer references moments (moment_id),
    classification_id integer,      -- of `repeated_classifications`; of `classifications` where another answer begins there
    ordinal integer,
    feature_id text,
    schema_id text,
    name text,
    value text,
    text text,                      -- of a free-form answer
    confidence double,
    is_end boolean,                 -- false where no span of it ends: a moment that was left behind
    classification_count integer,
    extra text
);

-- one relationship between two objects
create table relationships (
    node_id integer primary key,
    label_id text references labels (label_id),
    frame_id integer references frames (frame_id),
    ordinal integer,                -- NULL where it stands only among the objects
    closes boolean,
    feature_id text,
    schema_id text,
    name text,
    value text,
    kind text,                      -- unidirectional, bidirectional
    annotation_kind text,           -- v2: the vendor's word
    source_feature_id text,
    target_feature_id text,
    text text,                      -- v1: data.label
    has_data boolean,               -- v1: the block data is there; v2: the block <kind>_relationship is there
    is_span boolean,                -- v1, older: data has startFeatureId and endFeatureId, format instead of relationshipType
    color text,
    instance_uri text,              -- v1
    version double,                 -- v1
    classification_count integer,
    objects_id integer,             -- v2, 2023: node of its place among the objects, where it stands there too or only there
    objects_closes boolean,         -- true where it is the last of them
    objects_key text,               -- in frames: the key it stands under, where that is not its feature_id
    objects_json text,              -- what stands there, where that is not the same
    data_extra text,
    extra text
);

-- one element of a list or map that is none of what belongs there, such as a null among objects
create table odd_elements (
    node_id integer primary key,
    record_id integer references records (record_id),
    label_id text,                  -- the label that it is in; NULL outside of labels
    within text,                    -- key of the list or map: objects, labels, projects, frames, segments …
    ordinal integer,                -- its place in that list or map, from 0
    map_key text,                   -- the key it stands under in a map
    json text,                      -- what it is
    opens text,                     -- the text that opens its list or map, if it is the first
    closes text                     -- the brackets that close after it, if it is the last
);

-- one entry of the ontology as seen in the exports (derived)
create table features (
    schema_id text,
    name text,
    value text,
    kind text,
    color text,
    role text                       -- object, classification or answer
);
