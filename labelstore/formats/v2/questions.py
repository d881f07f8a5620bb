"""Questions and answers of v2."""

from typing import Any

from labelstore.formats.declaring import JsonObject, array, key, read
from labelstore.formats.lenient_decoding import Number


class Answer(JsonObject, table="answers", given="answer_id end_id classification_id ordinal extra"):
    """One answer."""

    text: str = key("content")
    feature_id: str = key()
    schema_id: str = key("feature_schema_id")
    name: str = key()
    value: str = key()
    confidence: Number = key()
    custom_metrics: list[Any] = read(into="answers.extra")
    classifications: "list[Classification]" = array(count="classification_count")


class Classification(
    JsonObject,
    table="classifications",
    given="classification_id end_id label_id frame_id frame_number group_id moment_id object_id parent_answer_id"
    " ordinal closes kind is_conversational answer_count extra",
):
    """One question answered; the key of the answer tells its kind."""

    feature_id: str = key()
    schema_id: str = key("feature_schema_id")
    name: str = key()
    value: str = key()
    radio_answer: Answer = read(into="answers", exclusive=True)
    checklist_answers: list[Answer] = read(into="answers", exclusive=True)
    text_answer: Answer = read(into="answers", exclusive=True)
    conversational_radio_answer: Answer = read(into="answers", exclusive=True)
    conversational_checklist_answers: list[Answer] = read(into="answers", exclusive=True)
    conversational_text_answer: Answer = read(into="answers", exclusive=True)
    message_id: str = key()
    confidence: Number = key()
    custom_metrics: list[Any] = read(into="classifications.extra")
