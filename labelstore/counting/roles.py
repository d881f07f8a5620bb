"""What is counted in labels, by role; and by which features that have something in common labels are counted once."""

from labelstore.counting.features import Feature, Numbers, Parent, Role

Names = tuple[str | None, str | None, str | None]
"""Name, value and schema id."""
Asked = tuple[str | None, str | None, str | None]
"""Schema id, name and kind of a question."""

NO_PARENT: Parent = (None, None, None, None)
UNKNOWN_TOOL: Parent = ("tool", None, None, None)
UNKNOWN_OPTION: Parent = ("option", None, None, None)


class Roles:
    """An empty count for each role. The keys of features begin with the number of a group of labels, or of `asked`."""

    def __init__(self) -> None:
        self.asked = asked = Numbers()
        """Group of labels, and a question as its answers have it."""
        self.labels = Role("label", lambda key: (key[0], Feature()), {})
        self.frames = Role("frame", lambda key: (key[0], Feature()), {})
        self.tools = Role(
            "tool",
            lambda key: (key[0], Feature(*key[1])),
            {"feature": _feature, "schema": _schema, "class": _class, "name": _name, "kind": _kind},
        )
        self.relationships = Role(
            "relationship", lambda key: (key[0], Feature("relationship", *key[1])), {"feature": _feature}
        )
        self.questions = Role(
            "classification",
            lambda key: _question(*asked.by_number[key[0]], *key[1:]),
            {"feature": _feature, "schema": _schema, "parent": _parent, "class": _class, "kind": _kind},
        )
        self.options = Role(
            "option",
            lambda key: _answer(*asked.by_number[key[0]], *key[1:]),
            {"feature": _option, "schema": _schema, "parent": _parent},
        )
        self.all = (self.labels, self.frames, self.tools, self.relationships, self.questions, self.options)


def _question(group: int, asked: Asked, value: str | None, parent: Parent) -> tuple[int, Feature]:
    schema_id, name, kind = asked
    return group, Feature(kind, name, value, schema_id, None, *parent)


def _answer(group: int, asked: Asked, names: Names, is_text: bool) -> tuple[int, Feature]:
    return group, Feature(None, *names, None, "classification", *asked, is_text)


def _feature(one: Feature) -> Feature:
    return one


def _option(one: Feature) -> Feature | None:
    """An option by its name, whether it has a text or not; a free text is none."""
    return one._replace(is_text=None) if one.name is not None or not one.is_text else None


def _schema(one: Feature) -> Feature | None:
    return None if one.is_text else Feature(name=one.name, schema_id=one.schema_id)


def _parent(one: Feature) -> Feature | None:
    return None if one.is_text else Feature(name=one.name, schema_id=one.schema_id, parent_name=one.parent_name)


def _class(one: Feature) -> Feature:
    return Feature(one.kind, one.name)


def _name(one: Feature) -> Feature:
    return Feature(name=one.name)


def _kind(one: Feature) -> Feature:
    return Feature(one.kind)
