"""Scenes without secrets, since reports are passed on."""

from typing import Any, Protocol

from labelstore.assets.folder import is_address
from labelstore.publishing import RecordRedactor
from labelstore.publishing.redaction import Edit, Redactor, applied, moved
from labelstore.scenes.scene import Box, Dot, Path, Scene, Shape, Span

_NUMBERS = (Box, Dot, Path)


class Redacting(Protocol):
    """What texts and scenes are shown as."""

    def text(self, text: str) -> str:
        """What is shown of a text."""

    def scene(self, scene: Scene, text: str | None) -> tuple[Scene, str | None]:
        """What is shown of a scene and of the text of its asset."""


class AsItIs:
    """Shows everything: to those who have the store."""

    def text(self, text: str) -> str:
        """The text."""
        return text

    def scene(self, scene: Scene, text: str | None) -> tuple[Scene, str | None]:
        """The scene and the text."""
        return scene, text


class SceneRedactor:
    """Takes query strings, tokens and e-mail addresses out of whatever a drawing shows."""

    def __init__(self, redactor: Redactor) -> None:
        self.redactor = redactor
        self.json = RecordRedactor(redactor)

    def text(self, text: str) -> str:
        """The text without addresses and tokens."""
        return self.json.text(text)

    def scene(self, scene: Scene, text: str | None) -> tuple[Scene, str | None]:
        """The scene and the text of its asset (None: not available); spans of a text move along."""
        row_data = scene.asset.row_data
        words = text if text is not None else row_data if row_data and not is_address(row_data) else None
        edits = self.redactor.edits(words) if words is not None and scene.asset.asset_type == "text" else []
        shapes = tuple(_moved(shape, edits) for shape in scene.shapes) if edits else scene.shapes
        redacted = self.value(scene._replace(facts={}, shapes=shapes))
        if words is None or scene.asset.asset_type != "text":
            return redacted, None if text is None else self.text(text)
        return redacted, applied(words, edits)

    def value(self, value: Any) -> Any:
        """The same values with redacted texts."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, _NUMBERS) or not isinstance(value, tuple):
            return value
        values = map(self.value, value)
        return type(value)(*values) if hasattr(value, "_fields") else tuple(values)


def _moved(shape: Shape, edits: list[Edit]) -> Shape:
    span = shape.geometry
    if not isinstance(span, Span) or span.message_id is not None:
        return shape
    start = moved(span.start, edits)
    return shape._replace(geometry=span._replace(start=start, end=max(start, moved(span.end + 1, edits) - 1)))
