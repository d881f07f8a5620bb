"""What a column of a result holds, by its name: times, words that repeat, and the types of expressions without values.

The types of the tables are in `sql/schema.sql`. There a time is a text, as no engine has a type that holds whatever an
export says; a name tells it, so that it is one in every result of both engines.
"""

import re

from labelstore.schema.tables import columns


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_NUMBER = re.compile(r"_\d+$")
_OTHER_TIMES = _words("first_seen last_seen")

_CATEGORIES = _words(
    """
    action annotation_kind asset_type batch_name class_a class_b created_by data_split dataset_name generation kind
    label_kind mime_type model_config_name name next_task_name parent_kind parent_name parent_role previous_task_name
    project project_name question role schema_kind schema_name shape split task_name workflow_status
    workflow_task_name
    """
)
"""Names of columns whose words repeat: classes, questions, kinds, people, projects, datasets, workflow steps."""

_INTEGERS = _words(
    """
    answers answers_differ approved classes classification_id classifications copies data_rows done end end_ms entered
    first_frame first_object_id frames gaps is_listed key_frames labelers labelled_frames labels_a labels_b
    labels_without last_frame last_object_id left_it left_out length listed_frames moves_back names not_computed
    object_id objects objects_differ projects questions rank rejections reviews rework schema_ids scored skipped
    start_ms stays step text_code_points text_utf16_units unreviewed untimed
    """
)
_DOUBLES = _words(
    """
    approve_rate area area_a area_b benchmark center_x center_y distance dx dy east height highest hours iou jaccard
    label_share largest longest lower_quartile lowest max_x max_y mean mean_height mean_width median median_hours
    median_perimeter min_x min_y north object_lower_quartile object_median object_upper_quartile reject_rate seconds
    seconds_in_task seconds_per_label seconds_per_object share share_of_a share_of_b skip_rate smallest south
    squared_distance time_rate times times_rarer total upper_quartile weight west width
    """
)
"""What views and canned queries compute."""


def is_time(name: str) -> bool:
    """Whether a text column of this name holds times: those that end in `_at`, and two others of the schema."""
    name = _without_number(name)
    return name.endswith("_at") or name in _OTHER_TIMES


def is_category(name: str) -> bool:
    """Whether a text column of this name holds words that repeat."""
    return _without_number(name) in _CATEGORIES


def expression_type(name: str) -> str:
    """The type of an expression of this name without a value in a result: the declared one, "" if there are several."""
    name = _without_number(name)
    if name in _INTEGERS:
        return "integer"
    if name in _DOUBLES:
        return "double"
    declared = {table[name] for table in columns().values() if name in table}
    return declared.pop() if len(declared) == 1 else ""


def _without_number(name: str) -> str:
    """The name of a column that is the second or third of its name in a result: `created_at_2`."""
    return _NUMBER.sub("", name)
