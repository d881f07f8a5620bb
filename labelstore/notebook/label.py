"""A label as a dict that a notebook shows drawn."""

from typing import Any

from labelstore.notebook.source import LabelSource


class Label(dict[str, Any]):
    """A label as exported: a dict that equals its JSON. A notebook shows it drawn, as the store has it.

    Its drawing needs the extra browse. It is of what the store holds, whatever was changed in the dict.
    """

    __slots__ = ("source",)

    def __init__(self, content: dict[str, Any], source: LabelSource | None = None) -> None:
        super().__init__(content)
        self.source: LabelSource | None = source
        """Where it was read."""

    def __reduce__(self) -> tuple[Any, ...]:
        return Label, (dict(self), self.source)

    def _repr_html_(self) -> str | None:
        from labelstore.notebook.drawn import label_html

        return None if self.source is None else label_html(self.source)
