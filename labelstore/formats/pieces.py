"""The views that write records back, made of the declarations: SQL of both engines, committed in sql/views.

A view has a piece of JSON text for each object where it begins and, if it contains others, one where it ends; the
pieces joined in the order of `pos` and `rank` are the record. A comma precedes each member and element, and the control
character 1 follows each opening bracket, so that a missing row does not break the others. What a declaration cannot say
is SQL written by hand, with these words in braces:

    {opens}    the opening bracket of the list or map that contains the object, before its first element
    {starts}   the comma, the key if it is in a map, and the opening bracket of the object itself
    {keys}     its members that have columns             {extra}   its other members
    {empties}  its lists and maps that are empty         {blocks}  its nested objects without rows of their own
    {closes}   its closing bracket, and that of its list or map after the last element
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from labelstore.formats.declaration import DECLARATIONS, Declaration, Member, Standing, standing
from labelstore.schema.generations import CODE_MASK, Generation
from labelstore.schema.tables import NODE_BITS, columns, node_column

OPEN = " || char(1)"
_RESERVED = frozenset(("top", "left", "end", "values"))
_HEAD = """\
-- one piece of the JSON text of a {name} record: the pieces of a record, of a label or of a frame, joined in the
-- order of pos and rank, are its JSON. Each member and each element is written with a comma before it, and each bracket
-- that opens with the control character 1 after it; whoever joins them removes "1," and then "1", which no JSON
-- text contains. So a row can be missing without breaking the others.
-- node_id is the row's own number: filter by it, it is indexed.
-- This file is written by `python -m tools.views` from the declarations in labelstore/formats/{name}.
create view {name}_pieces as
"""


@dataclass(frozen=True)
class Piece:
    """A branch of a view: `text` is SQL for the piece of each row of `table`, `pos` and `rank` for its position."""

    comment: str
    table: str
    text: str
    pos: str = ""
    rank: int = 0
    where: str = ""
    also_from: str = ""
    """A second table with the same columns."""

    def sql(self, in_generation: str) -> str:
        """The branch; `in_generation` is a condition on {node}."""
        node = node_column(self.table)
        where = " and ".join(filter(None, (in_generation.format(node=node), self.where)))
        text = self.text.replace("\n", "\n    ")
        lines = [f"-- {self.comment}", "select", f"    {node} as node_id,", f"    {self.pos or node} as pos,"]
        lines += [f"    {self.rank} as rank,", f"    {text} as piece", f"from {self._from(node)}", f"where {where}"]
        return re.sub(r"\n *\n", "\n", "\n".join(lines)) + "\n"

    def _from(self, node: str) -> str:
        if not self.also_from:
            return self.table
        words = {node, *_words(self.text), *_words(self.pos), *_words(self.where)}
        names = ", ".join(_quoted_name(name) for name in columns()[self.table] if name in words)
        first, second = (f"    select {names} from {table}\n" for table in (self.table, self.also_from))
        return f"(\n{first}    union all\n{second}) as told"


ODD_ELEMENTS = Piece(
    "an element of a list or map that is none of what belongs there",
    "odd_elements",
    "',' || coalesce(opens, '') || case when map_key is null then '' else json_quote(map_key) || ':' end"
    " || json || coalesce(closes, '')",
)


def view(generation: Generation, pieces: Iterable[Piece]) -> str:
    """The text of the view of a generation."""
    in_generation = f"({{node}} >> {NODE_BITS}) & {CODE_MASK} = {generation.code}"
    return _HEAD.format(name=generation.name) + "union all\n".join(piece.sql(in_generation) for piece in pieces) + ";\n"


# -- the pieces of a declared object ----------------------------------------------------------------------------------


def pieces_of(
    cls: type,
    comment: str,
    *,
    begin: str = "",
    end: str = "",
    alone: str = "",
    pos: str = "",
    rank: int = 0,
    where: str = "",
    ends: str = "",
    also_from: str = "",
    between: Iterable[Piece] = (),
    words_of: Mapping[str, type] = MappingProxyType({}),
) -> Iterator[Piece]:
    """The pieces of a declared object: where it begins, and where it ends.

    `begin` and `end` are SQL by hand in place of what the declaration says. `ends` says where an end is: "always", in
    some rows ("some": those with an `end_id`), or nowhere. In rows without an end stands `alone` after the pieces
    `between`. `words_of` are further words, for the members of other objects with their bracket.
    """
    declaration = DECLARATIONS[cls]
    words = Words(declaration, {word: DECLARATIONS[other] for word, other in words_of.items()})
    begin = begin or _begin(declaration, ends, bool(alone))
    yield Piece(comment, declaration.table, words.fill(begin), pos, rank, where, also_from)
    yield from between
    if alone:
        where_alone = f"{where} and end_id is null" if where else "end_id is null"
        yield Piece(
            "one without others in it ends", declaration.table, words.fill(alone), "", 2, where_alone, also_from
        )
    if ends:
        conditions = [where] if where else []
        conditions += ["end_id is not null"] if ends == "some" else []
        text = words.fill(end or "{closes}")
        yield Piece("and ends", declaration.table, text, "end_id", 0, " and ".join(conditions), also_from)


def shapes(cls: type, irregular: Sequence[Piece]) -> Iterator[Piece]:
    """The pieces of the geometry of an object, after its own: the irregular ones, and those that its parts declare."""
    yield from irregular
    tables = {piece.table for piece in irregular}
    declaration = DECLARATIONS[cls]
    for name, _ in declaration.of("part"):
        if (inner := declaration.inner(name)) and inner.table not in tables:
            yield shape(inner.cls, f"its {declaration.json_key(name)}", "{starts} || {keys} || {extra} || {closes}")


def shape(of: type | str, comment: str, text: str) -> Piece:
    """A piece of the geometry of an object: of a declared class, or of a table."""
    if isinstance(of, str):
        return Piece(comment, of, text, rank=1)
    return Piece(comment, DECLARATIONS[of].table, Words(DECLARATIONS[of]).fill(text), rank=1)


def _begin(declaration: Declaration, ends: str, alone: bool) -> str:
    begin = "{opens} || {starts} || {keys} || {extra} || {empties} || {blocks}"
    if ends == "some" and not alone:
        return begin + "\n    || case when end_id is not null then '' else {closes} end"
    return begin if ends else begin + " || {closes}"


class Words:
    """The words in braces, and the SQL that a declaration gives for each."""

    def __init__(self, declaration: Declaration, others: Mapping[str, Declaration] = MappingProxyType({})) -> None:
        stand = standing(declaration.cls)
        self.parts = {
            "opens": _opens(stand),
            "starts": _starts(stand),
            "closes": _closes(stand),
            "keys": _keys(declaration),
            "extra": [kept(declaration.extra)] if declaration.extra else [],
            "empties": [_empty(declaration, name, member) for name, member in declaration.of("array", "map")],
            "blocks": _blocks(declaration),
        }
        self.parts |= {word: [*_keys(other), kept(other.extra, "}")] for word, other in others.items()}

    def fill(self, text: str) -> str:
        """The SQL with its words replaced; a word for nothing goes with its operator."""
        for word, parts in self.parts.items():
            if not parts:
                text = text.replace(f"{{{word}}} || ", "").replace(f" || {{{word}}}", "")
                text = text.replace(f"\n    || {{{word}}}", "")
            text = text.replace(f" || {{{word}}}", f"\n    || {{{word}}}").replace(
                f"{{{word}}} || ", f"{{{word}}}\n    || "
            )
            text = text.replace(f"{{{word}}}", "\n    || ".join(parts) or "''")
        return text


def _blocks(declaration: Declaration) -> list[str]:
    return [_block(inner, declaration.json_key(name), member) for name, member, inner in declaration.blocks()]


def _keys(declaration: Declaration) -> list[str]:
    return [member_text(declaration, name) for name, _ in declaration.of("key")]


def member_text(declaration: Declaration, name: str) -> str:
    """SQL for a member that has a column: empty where that is NULL, or where its `when` is false."""
    member, kind = declaration.members[name], declaration.kind(name)
    column, head = _quoted_name(name), f",{_quoted(declaration.json_key(name))}:"
    if kind == "boolean":
        text = f"case when {column} then '{head}true' when not {column} then '{head}false' else '' end"
    elif kind in ("integer", "json"):
        text = f"coalesce('{head}' || {column}, '')"
    elif kind == "any":
        text = f"case when {member.json_if} then {column} else json_quote({column}) end"
        text = f"case when {column} is null then '' else '{head}' || {text} end"
    else:
        function = "json_quote" if kind == "text" else "json_number"
        text = f"case when {column} is null then '' else '{head}' || {function}({column}) end"
    return f"case when {member.when} then {text} else '' end" if member.when else text


def kept(column: str, close: str = "") -> str:
    """SQL for the members in an `extra` column, followed by the bracket `close`."""
    if close:
        return f"coalesce(',' || substr({column}, 2), '{close}')"
    return f"coalesce(',' || substr({column}, 2, length({column}) - 2), '')"


def _empty(declaration: Declaration, name: str, member: Member) -> str:
    head, (open_, close) = f",{_quoted(declaration.json_key(name))}:", "{}" if member.role == "map" else "[]"
    if member.opened:
        some = f"when {member.opened} > 0 then '{head}{open_}'{OPEN} else '' end"
        return f"case when {member.opened} = 0 then '{head}{open_}{close}' {some}"
    return f"case {member.count} when 0 then '{head}{open_}{close}' else '' end"


def _block(declaration: Declaration, json_key: str, member: Member) -> str:
    """An object without a row of its own; the list at its end, if it has one, closes it."""
    keys = [*_keys(declaration), *_blocks(declaration)]
    lists = list(declaration.of("array"))
    if not lists:
        keys.append(kept(declaration.extra, "}"))
    else:
        ((name, at_end),) = lists
        keys.append(kept(declaration.extra))
        empty = f",{_quoted(declaration.json_key(name))}:[]}}"
        keys.append(f"case when {at_end.count} > 0 then '' when {at_end.count} = 0 then '{empty}' else '}}' end")
    inside = f"',{_quoted(json_key)}:{{'{OPEN}" + "".join(f"\n        || {key}" for key in keys)
    if member.required:
        return inside
    is_there = member.has or f"{declaration.required_key()} is not null"
    return f"case when {is_there} then {inside} else '' end"


def _opens(stand: Standing) -> list[str]:
    if stand.role not in ("array", "map"):
        return []
    return [f"case ordinal when 0 then ',{stand.opens}'{OPEN} else '' end"]


def _starts(stand: Standing) -> list[str]:
    if stand.role == "part":
        return [f"',{_quoted(stand.json_key)}:{{'{OPEN}"]
    if stand.role == "map":
        return [f"',' || json_quote({stand.key_column}) || ':{{'{OPEN}"]
    return [f"',{{'{OPEN}"]


def _closes(stand: Standing) -> list[str]:
    if stand.role not in ("array", "map"):
        return ["'}'"]
    return [f"case when closes then '}}{stand.closes}' else '}}' end"]


def _quoted(json_key: str) -> str:
    return '"' + json_key.replace("'", "''") + '"'


def _quoted_name(column: str) -> str:
    return f'"{column}"' if column in _RESERVED else column


def _words(sql: str) -> set[str]:
    return set(re.findall(r"[a-z_]+", sql))
