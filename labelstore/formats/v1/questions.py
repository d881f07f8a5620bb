"""Questions and answers of v1."""

from typing import Annotated

from msgspec import Meta

from labelstore.formats.declaring import JsonObject, array, key, read
from labelstore.formats.lenient_decoding import Number
from labelstore.formats.row_functions import row_maker

Bracketed = Annotated["list[Classification]", Meta(min_length=1)]
"""Questions in brackets of their own: early exports wrote `[[{…}, {…}]]`."""


class Answer(JsonObject, table="answers", given="answer_id end_id classification_id ordinal"):
    """One answer; free text stands without an object around it."""

    feature_id: str = key("featureId")
    schema_id: str = key("schemaId")
    name: str = key("title")
    value: str = key()
    keyframe: bool = key()
    position: Number = key()
    uuid: str = key()
    classifications: "list[Classification | Bracketed]" = array(count="classification_count")


text_answer = row_maker("answers", "answer_id classification_id ordinal text")
"""The row of a free-form answer."""


class Classification(
    JsonObject,
    table="classifications",
    given="classification_id end_id label_id frame_id frame_number object_id parent_answer_id ordinal opens closes kind"
    " answer_count",
):
    """One question answered."""

    feature_id: str = key("featureId")
    schema_id: str = key("schemaId")
    name: str = key("title")
    value: str = key()
    answer: Answer | list[Answer] | str = read(into="answers", exclusive=True)
    answers: list[Answer] = read(into="answers", exclusive=True)
    message_id: str = key("messageId")
    scope: str = key()
    uuid: str = key()
    keyframe: bool = key()
