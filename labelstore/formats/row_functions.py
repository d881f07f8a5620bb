"""The functions that make rows, written as source from the declarations and compiled once, as dataclasses do.

A row is a tuple with the columns in the order of `sql/schema.sql`, so nobody counts commas.
"""

from collections.abc import Callable
from typing import Any

from msgspec import UNSET

from labelstore.formats.declaration import DECLARATIONS, Declaration
from labelstore.formats.lenient_decoding import extra_json, text_or_json
from labelstore.schema.tables import Row, columns


def row_of(cls: Any) -> Callable[..., Row]:
    """The function `row` of a declared class: of an object and its given columns makes its row.

    It is compiled at its first call. Callers that make many rows keep it under a name of their own and give the columns
    in the order of `given`: both are faster.
    """
    declaration = DECLARATIONS[cls]
    declaration.check()
    source, names = row_source(declaration)
    made = _compiled(source, f"row of {declaration}", names)
    cls.row = staticmethod(made)
    return made


def row_source(declaration: Declaration) -> tuple[str, dict[str, Any]]:
    """The source of the function, and the names that it uses."""
    names: dict[str, Any] = {"UNSET": UNSET, "extra_json": extra_json, "text_or_json": text_or_json}
    lines, values = _values(declaration, "item", names)
    _add_blocks(declaration, "item", lines, values, names)
    parameters = list(declaration.given)
    if declaration.told_by is not None:
        values |= {column: f"told[{column!r}]" for column in DECLARATIONS[declaration.told_by].claimed()}
        parameters.insert(0, "told")
    values |= {column: column for column in declaration.given}
    row = ", ".join(values.get(column, "None") for column in declaration.columns)
    body = "".join(f"    {line}\n" for line in (*lines, f"return ({row},)"))
    return f"def row(item{''.join(f', {name}' for name in parameters)}):\n{body}", names


def _add_blocks(
    declaration: Declaration, item: str, lines: list[str], values: dict[str, str], names: dict[str, Any]
) -> None:
    """Add the values of the columns that nested objects fill; each of these may be missing."""
    for name, member, inner in declaration.blocks():
        lines.append(f"{name} = {item}.{name}" if item == "item" else f"{name} = {item} and {item}.{name}")
        inner_lines, told = _values(inner, name, names)
        assert not inner_lines, f"{inner} is a block"
        if member.has:
            values[member.has] = f"{name} is not None"
        if not member.required:
            told = {column: f"None if {name} is None else {_alone(value)}" for column, value in told.items()}
        values |= told
        _add_blocks(inner, name, lines, values, names)


def _values(declaration: Declaration, item: str, names: dict[str, Any]) -> tuple[list[str], dict[str, str]]:
    """Statements that come first, and an expression for each column that the object itself fills."""
    lines: list[str] = []
    values: dict[str, str] = {}
    for name, member in declaration.of("key"):
        value = f"{item}.{name}"
        if member.json_if:
            lines.append(f"{name}, {member.json_if} = text_or_json({value})")
            values |= {name: name, member.json_if: member.json_if}
        elif member.by is not None:
            names[function := f"{name}_by"] = member.by
            values[name] = f"None if {value} is None else {function}({value})"
        else:
            values[name] = f"None if {value} is UNSET else {value}" if declaration.is_nullable(name) else value
    for name, member in declaration.of("array", "map"):
        values[member.count] = f"None if {item}.{name} is None else len({item}.{name})"
    if declaration.extra:
        values[declaration.extra] = f"None if {item}.extra is None else extra_json({item}.extra)"
    return lines, values


def _alone(value: str) -> str:
    return f"({value})" if " if " in value else value


def columns_of(cls: Any) -> Callable[[Any], dict[str, Any]]:
    """A function of an object that shares the row of another: the columns that it fills itself, by their names."""
    declaration = DECLARATIONS[cls]
    names: dict[str, Any] = {"UNSET": UNSET, "extra_json": extra_json, "text_or_json": text_or_json}
    lines, values = _values(declaration, "item", names)
    told = ", ".join(f"{column!r}: {value}" for column, value in values.items())
    body = "".join(f"    {line}\n" for line in (*lines, f"return {{{told}}}"))
    return _compiled(f"def row(item):\n{body}", f"columns of {declaration}", names)


def row_maker(table: str, told: str) -> Callable[..., Row]:
    """A function of these columns, in this order, that makes a row with NULL in the others.

    Raises TypeError for a column that the table does not have.
    """
    names = told.split()
    if unknown := set(names) - set(columns()[table]):
        raise TypeError(f"table {table} has no column {', '.join(sorted(unknown))}")
    ROW_MAKERS.setdefault(table, set()).update(names)
    parameters = {name: f"{name}_" if name in _KEYWORDS else name for name in names}
    row = ", ".join(parameters.get(column, "None") for column in columns()[table])
    return _compiled(f"def row({', '.join(parameters.values())}):\n    return ({row},)\n", f"row of {table}", {})


ROW_MAKERS: dict[str, set[str]] = {}
"""Table → the columns filled by rows without a declaration."""

_KEYWORDS = ("is", "from", "in")


def _compiled(source: str, title: str, names: dict[str, Any]) -> Callable[..., Any]:
    space = dict(names)
    exec(compile(source, f"<{title}>", "exec"), space)
    made: Callable[..., Any] = space["row"]
    return made
