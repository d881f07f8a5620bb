"""The ontology of a target: which classes, questions and options it has, and what of an import line it lacks."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from labelstore.analyses.ontology import TOOLS
from labelstore.schema.suggestions import did_you_mean

Json = Mapping[str, Any]

KNOWN: Final = "known"
UNKNOWN: Final = "unknown"

_KINDS: Final = {
    "bbox": "bounding_box",
    "polygon": "polygon",
    "line": "polyline",
    "point": "point",
    "mask": "mask",
    "location": "text_entity",
    "textSelections": "text_entity",
    "relationship": "relationship",
}
"""The key of an import line that says where an object is → its kind."""
_ALSO: Final = {"raster-segmentation": ("superpixel",)}
"""Tools whose annotations are imported alike."""
_CHOSEN: Final = ("radio", "checklist", "dropdown")
"""The types of questions with options."""


class Use(NamedTuple):
    """That a line uses a feature, and how the target has it; nested names stand behind those that lead to them."""

    feature: str
    """The vendor's word for the tool or the question; or option."""
    name: str
    state: str = ""
    """`known`, or what is wrong; "" where nobody asked."""

    @property
    def is_wrong(self) -> bool:
        """Whether the target does not take it."""
        return self.state not in ("", KNOWN)


class Ontology:
    """The features of a target by name, as its normalized ontology has them; without one, nothing is checked."""

    def __init__(self, normalized: Json | None) -> None:
        self.is_read = normalized is not None
        of = normalized or {}
        self._tools = _by_name([*_nodes(of, "tools"), *_nodes(of, "relationships")])
        self._questions = _by_name(_nodes(of, "classifications"))

    def uses(self, line: Json) -> Iterator[Use]:
        """The class or question of an import line, with the questions and unknown options in it."""
        tool = tool_of(line)
        name = str(line.get("name"))
        if tool is None:
            yield from self._asked(line, self._questions, "")
            return
        found = self._tools.get(name, [])
        right = [node for node in found if node.get("tool") in (tool, *_ALSO.get(tool, ()))]
        state = self._state(name, found, right, self._tools, "tool")
        yield Use(tool, name, state)
        if state in ("", KNOWN):
            below = _by_name(question for node in right for question in _nodes(node, "classifications"))
            for question in _questions_of(line):
                yield from self._asked(question, below, name)

    def _asked(self, said: Json, known: Mapping[str, list[Json]], above: str) -> Iterator[Use]:
        """A question with its answers, and those that they lead to."""
        name = str(said.get("name"))
        path = f"{above} > {name}" if above else name
        answer = said.get("answer")
        options = [one for one in _listed(answer) if "name" in one]
        found = known.get(name, [])
        right = [node for node in found if _is_answer_to(answer, options, node)]
        state = self._state(name, found, right, known, "type")
        yield Use(_word_of(answer, options, right), path, state)
        if state not in ("", KNOWN):
            return
        has = _by_name(option for node in right for option in _nodes(node, "options"))
        for option in options:
            value = str(option["name"])
            if self.is_read and value not in has:
                yield Use("option", f"{path} > {value}", _unknown(value, has))
                continue
            below = _by_name(question for node in has.get(value, ()) for question in _nodes(node, "options"))
            for question in _nodes(option, "classifications"):
                yield from self._asked(question, below, f"{path} > {value}")
        for question in _nodes(said, "classifications"):  # of a text
            yield from self._asked(question, {}, path)

    def _state(self, name: str, found: list[Json], right: list[Json], known: Mapping[str, Any], key: str) -> str:
        if not self.is_read:
            return ""
        if right:
            return KNOWN
        if found:
            return "is " + " and ".join(sorted({str(node.get(key)) for node in found})) + " there"
        return _unknown(name, known)


def tool_of(line: Json) -> str | None:
    """The vendor's word for the tool of an import line; None for one that answers a question."""
    for segment in _listed(line.get("segments")):
        for frame in _listed(segment.get("keyframes")):
            return tool_of(frame)
    if "messageEvaluationTask" in line:
        return str(line["messageEvaluationTask"]["format"])
    return next((TOOLS[kind] for key, kind in _KINDS.items() if key in line), None)


def _questions_of(line: Json) -> Iterator[Json]:
    yield from _nodes(line, "classifications")
    for segment in _listed(line.get("segments")):
        for frame in _listed(segment.get("keyframes")):
            yield from _nodes(frame, "classifications")


def _is_answer_to(answer: Any, options: list[Json], node: Json) -> bool:
    """Whether a question of the ontology takes such an answer."""
    kind = node.get("type")
    if not options:
        return kind not in _CHOSEN
    if isinstance(answer, list) and "frames" not in options[0]:  # several at a time
        return kind in ("checklist", "dropdown")
    return kind in _CHOSEN if isinstance(answer, list) else kind in ("radio", "dropdown")


def _word_of(answer: Any, options: list[Json], right: list[Json]) -> str:
    if right:
        return str(right[0].get("type"))
    return "text" if not options else "checklist" if isinstance(answer, list) else "radio"


def _unknown(name: str, known: Mapping[str, Any]) -> str:
    hint = did_you_mean(name, known)
    return f"{UNKNOWN}; {hint}" if hint else UNKNOWN


def _listed(value: Any) -> list[Json]:
    values = value if isinstance(value, list) else [value]
    return [one for one in values if isinstance(one, dict)]


def _nodes(of: Json, key: str) -> list[Json]:
    return _listed(of.get(key))


def _by_name(nodes: Iterable[Json]) -> dict[str, list[Json]]:
    """Features by every word for them: a question has a name and a text, an option a label and a value."""
    found: dict[str, list[Json]] = {}
    for node in nodes:
        names = [node.get(key) for key in ("name", "instructions", "label", "value")]
        for name in dict.fromkeys(str(name) for name in names if isinstance(name, str | int)):
            found.setdefault(name, []).append(node)
    return found
