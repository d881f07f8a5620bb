"""What v1 and v2 both say of a label, each in its own words."""

from datetime import datetime
from typing import Any, Final

COMMON: Final = {
    "Created By": ("label_details", "created_by"),
    "Created At": ("label_details", "created_at"),
    "Updated At": ("label_details", "updated_at"),
    "Skipped": ("performance_details", "skipped"),
    "Seconds to Create": ("performance_details", "seconds_to_create"),
    "Seconds to Review": ("performance_details", "seconds_to_review"),
}
"""v1 key → where v2 says the same."""

_V1 = (
    "ID|DataRow ID|Labeled Data|Label|Project Name|Seconds to Label|External ID|Global Key|Agreement|Is Benchmark"
    "|Benchmark Agreement|Benchmark ID|Benchmark Reference ID|Dataset Name|Reviews|View Label|Has Open Issues"
    "|Media Attributes|DataRow Metadata|Data Split|DataRow Workflow Info|media_type"
    "|frames|relationships|color|instanceURI|keyframe|format|version|unit|page|uuid|type|scope|position|messageId"
)
_V2 = (
    "id|label_kind|version|label_details|performance_details|performance_details_v2|z_order|annotations|frames|groups|segments|timestamp|relationships"
    "|key_frame_feature_map|annotation_kind|mask|composite_mask|page_number|page_dimensions|message_id|confidence"
)
NOT_COMPARED: Final = frozenset((*COMMON, *_V1.split("|"), *_V2.split("|")))
"""Keys that are not compared by themselves: one generation alone has them, or each its own way of saying it."""


def is_same(v1: Any, v2: Any) -> bool:
    """Whether two values are equal, or write the same moment (`…Z`, `…+00:00`)."""
    if v1 == v2 or not isinstance(v1, str) or not isinstance(v2, str):
        return bool(v1 == v2)
    try:
        return datetime.fromisoformat(v1) == datetime.fromisoformat(v2)
    except ValueError:
        return False
