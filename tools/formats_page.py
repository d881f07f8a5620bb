"""docs/reference/formats.md: the JSON objects of both formats and their keys, from the declarations in
labelstore/formats."""

import re
from collections.abc import Iterable, Iterator
from typing import Annotated, Any, NamedTuple, get_args, get_origin, get_type_hints

from msgspec import Raw, Struct
from msgspec.structs import fields

from labelstore.formats.declaration import DECLARATIONS, Declaration, Member, leaves
from labelstore.formats.kinds import KINDS, Kind
from labelstore.formats.v1.record import Element
from labelstore.formats.v2.record import Line
from labelstore.schema.catalogue import tables

HEAD = """\
# The formats

<!-- Made by `python -m tools.reference_docs` from labelstore/formats/ and sql/schema.sql: change those. -->

Every JSON object of an export with its keys, their types, and the columns of [Tables and views](schema.md) that
hold them. [Design](../explanation/design.md) explains how a record becomes rows.

- **v1**, the older export, is a JSON array: each element is a label, with what it says about its data row.
- **v2**, the current one, is NDJSON: each line is a data row, with its labels in every project and model run asked for.
- **Frames files** are NDJSON too: each line is a [frame](#v1-frame) of a v1 label of a video or DICOM series.
- **Labels of 2018 and 2019** (`labels.shape` is L0 to L2) have the names of classes as keys, which no table can list:
  [Design](../explanation/design.md#labels-of-2018-to-2020) explains how they are read.
- **CSV** exports have v1 elements as rows: the columns are the keys
([Design](../explanation/design.md#csv-exports)).

A key may be absent unless it is required. Unknown keys, values of other types, and null where the type does not name
it, are kept in `extra` and come back as they were. `reviews[]` is each element of an array, `projects{}` each value of
a map.
"""

KINDS_HEAD = """
## Kinds of objects

`objects.kind` has the same words for v1 and v2. The key of an object's geometry determines its kind; on maps that key
is `geometry` (v1) or `geojson` (v2), and the type in or beside it decides. In v2 `annotation_kind` may begin with the
type of the asset (`VideoBoundingBox`). An object of another kind has Labelbox's word in snake case.

| kind | table | v1 | v2 | `annotation_kind` of v2 |
|---|---|---|---|---|
"""

_ROOTS = {"v1: each element of the array is a label": Element, "v2: each line is a data row": Line}
_WORDS = {
    str: "text",
    bool: "boolean",
    float: "number",
    int: "integer",
    Raw: "array",
    Any: "any value",
    type(None): "null",
}


class Place(NamedTuple):
    """Where objects of a class stand: in the member of another, at a path from there."""

    outer: Declaration
    member: Member
    path: str


def formats_page() -> str:
    """The text of docs/reference/formats.md."""
    sections = (f"\n## {title}\n{''.join(_sections(root))}" for title, root in _ROOTS.items())
    return HEAD + KINDS_HEAD + "".join(map(_kind_row, KINDS)) + "".join(sections)


def _kind_row(kind: Kind) -> str:
    keys = ((kind.v1_key,) if kind.v1_key else (), kind.v2_keys, kind.v2_words)
    cells = (f"`{kind.name}`", _link(kind.table), *(", ".join(f"`{key}`" for key in column) for column in keys))
    return f"| {' | '.join(cells)} |\n".replace("|  |", "| |")


def _sections(root: Any) -> Iterator[str]:
    """The objects of a record, the outer ones first."""
    places: dict[Any, list[Place]] = {root: []}
    todo = [DECLARATIONS[root]]
    for outer in todo:
        for of, name, member in _members(outer):
            for path, inner in _objects_in(of.types[name], of.json_key(name)):
                if inner not in places:
                    todo.append(DECLARATIONS[inner])
                places.setdefault(inner, []).append(Place(outer, member, path))
    return (_section(DECLARATIONS[cls], found) for cls, found in places.items())


def _members(declaration: Declaration) -> Iterator[tuple[Declaration, str, Member]]:
    """The members of an object, each with the declaration that has it: its own, or that of a base."""
    for base in declaration.cls.__mro__:
        if of := DECLARATIONS.get(base):
            yield from ((of, name, member) for name, member in of.members.items())


def _objects_in(hint: Any, path: str) -> Iterator[tuple[str, Any]]:
    """The declared classes in a type, each with the path to it."""
    origin, parts = get_origin(hint), get_args(hint)
    if hint in DECLARATIONS:
        yield path, hint
    elif _is_plain_struct(hint):
        for key, inner in _plain_members(hint):
            yield from _objects_in(inner, f"{path}.{key}")
    else:
        path += {list: "[]", dict: "{}"}.get(origin, "")
        for part in parts[:1] if origin is Annotated else parts:
            yield from _objects_in(part, path)


def _is_plain_struct(hint: Any) -> bool:
    return isinstance(hint, type) and issubclass(hint, Struct) and hint not in DECLARATIONS


def _plain_members(struct: Any) -> list[tuple[str, Any]]:
    hints = get_type_hints(struct, include_extras=True)
    return [(field.encode_name, hints[field.name]) for field in fields(struct)]


# -- the section of a class -------------------------------------------------------------------------------------------


def _section(declaration: Declaration, places: list[Place]) -> str:
    table = _table_of(declaration, places)
    about = [*declaration.cls.__doc__.split(), *_where(declaration, places)]
    if own := list(dict.fromkeys(of.table for of, _, _ in _members(declaration) if of.table)):
        about.append(f"Rows of {_listed(list(map(_link, own)))}.")
    rows = "".join(_row(of, of.table or table, name, member) for of, name, member in _members(declaration))
    after = []
    if declaration.cls.exclusive:
        keys = _listed([f"`{declaration.json_key(name)}`" for name in declaration.cls.exclusive])
        after.append(f"It has at most one of {keys}.")
    after.append(f"Other keys are kept in `{table}.{declaration.extra}`.")
    head = f"\n### {section_title(declaration)}\n\n{' '.join(about)}\n\n| key | type | column | |\n|---|---|---|---|\n"
    return f"{head}{rows}\n{' '.join(after)}\n"


def section_title(declaration: Declaration) -> str:
    """`v2.LabelDetails` → v2 label details."""
    generation, name = str(declaration).split(".")
    return f"{generation} " + re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()


def _object_link(declaration: Declaration) -> str:
    title = section_title(declaration)
    return f"[{title.partition(' ')[2]}](#{title.replace(' ', '-')})"


def _where(declaration: Declaration, places: Iterable[Place]) -> Iterator[str]:
    """Where the objects stand, and which columns have their keys in maps."""
    paths: dict[str, list[str]] = {}
    keys: dict[str, None] = {}
    for outer, member, path in places:
        paths.setdefault(_object_link(outer), []).append(f"`{path}`")
        words = re.findall(r"\w+", member.key_column)
        keys |= {f"`{declaration.table}.{word}`": None for word in words if word in declaration.columns}
    links: dict[str, list[str]] = {}
    for link, found in paths.items():
        links.setdefault(_listed(found), []).append(link)
    if links:
        yield f"At {'; '.join(f'{found} of {_listed(outers)}' for found, outers in links.items())}."
    if keys:
        yield f"The key in the map is {_listed([*keys], 'or')}."


def _table_of(declaration: Declaration, places: Iterable[Place]) -> str:
    """The table with the columns of the object: its own, or that of the object around it."""
    if declaration.table:
        return declaration.table
    for outer in DECLARATIONS.values():
        if outer.table and declaration in _blocks_in(outer):
            return outer.table
    return next(place.outer.table for place in places)


def _blocks_in(declaration: Declaration) -> Iterator[Declaration]:
    for _, _, inner in declaration.blocks():
        yield inner
        yield from _blocks_in(inner)


# -- the line of a member ---------------------------------------------------------------------------------------------


def _row(declaration: Declaration, table: str, name: str, member: Member) -> str:
    kind = _kind(declaration.types[name]) + (", required" if member.required else "")
    into = [f"{table}.{column}" for column in _columns(name, member)] + member.into.split()
    if member.role == "part" and (inner := declaration.inner(name)):
        into.append(inner.table)
    columns = ", ".join(f"`{place}`" if "." in place else _link(place) for place in into)
    about = [leaf.__doc__.rstrip(".") for leaf in leaves(declaration.types[name]) if _is_plain_struct(leaf)]
    generation = str(declaration).partition(".")[0]
    about += filter(None, (re.sub(rf"^{generation}(: |, |$)", "", _described(place)) for place in into))
    cell = "; ".join(dict.fromkeys(about)).replace("|", "\\|").replace("<", "&lt;")
    return f"| `{declaration.json_key(name)}` | {kind} | {columns} | {cell}".rstrip() + " |\n"


def _columns(name: str, member: Member) -> list[str]:
    """The columns of its row that a member fills itself."""
    return [name] if member.role == "key" else list(filter(None, (member.count, member.has)))


def _described(place: str) -> str:
    """What the schema says of `table.column`; nothing of a whole table."""
    table, _, column = place.partition(".")
    found = next(found for found in tables() if found.name == table)
    return next((of.description for of in found.columns if of.name == column), "")


def _kind(hint: Any) -> str:
    """A type in words."""
    origin, parts = get_origin(hint), get_args(hint)
    if hint in DECLARATIONS:
        return _object_link(DECLARATIONS[hint])
    if _is_plain_struct(hint):
        return f"object of {_listed([f'`{key}` ({_kind(inner)})' for key, inner in _plain_members(hint)])}"
    if origin is list:
        return "array" if parts == (Any,) else f"array of {_inner_kind(parts[0])}"
    if origin is dict:
        return "map" if parts[1] is Any else f"map of {_inner_kind(parts[1])}"
    if origin is tuple:
        return f"[{', '.join(map(_kind, parts))}]"
    if origin is Annotated:
        return _kind(parts[0])
    if not parts:
        return _WORDS.get(hint, "")
    words = dict.fromkeys(filter(None, map(_kind, parts)))
    if "number" in words:
        words.pop("integer", None)
    return " or ".join(words)


def _inner_kind(hint: Any) -> str:
    kind = _kind(hint)
    return f"({kind})" if " or " in kind else kind


def _listed(words: list[str], joined_by: str = "and") -> str:
    """One, two and three."""
    return f" {joined_by} ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def _link(table: str) -> str:
    return f"[`{table}`](schema.md#{table})"
