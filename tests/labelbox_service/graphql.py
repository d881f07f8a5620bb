"""As much of GraphQL as the SDK writes: one operation, arguments, nested selections, aliases; no fragments.

A document becomes a tree, so that the service answers what was asked for and refuses fields that it does not know,
instead of recognizing texts of queries.
"""

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

TOKEN = re.compile(r'[\s,]+|(?P<text>"(?:[^"\\]|\\.)*")|(?P<mark>[{}()\[\]:=!$])|(?P<word>[^\s,{}()\[\]:=!$"]+)')
CONSTANTS = {"true": True, "false": False, "null": None}


class QueryError(Exception):
    """A query that the service does not take: `code` is the vendor's, such as RESOURCE_NOT_FOUND."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class Field(NamedTuple):
    """One selected field with its arguments, all variables filled in."""

    name: str
    alias: str
    arguments: dict[str, Any]
    selection: tuple["Field", ...]


class Operation(NamedTuple):
    """A query or mutation, its name, such as `GetUserPyApi`, and what it selects."""

    kind: str
    name: str
    fields: tuple[Field, ...]


class _Reader:
    """Reads one document from its tokens."""

    def __init__(self, document: str, variables: Mapping[str, Any]) -> None:
        self.tokens = list(_tokens(document))
        self.place = 0
        self.variables = variables
        self.declared: set[str] = set()

    def next(self) -> str:
        if self.place >= len(self.tokens):
            raise QueryError("GRAPHQL_PARSE_FAILED", "Syntax Error: Unexpected <EOF>.")
        self.place += 1
        return self.tokens[self.place - 1]

    def take(self, mark: str) -> bool:
        """Whether the next token is the mark, which is then behind us."""
        found = self.place < len(self.tokens) and self.tokens[self.place] == mark
        self.place += found
        return found

    def expect(self, mark: str) -> None:
        token = self.next()
        if token != mark:
            raise QueryError("GRAPHQL_PARSE_FAILED", f'Syntax Error: Expected "{mark}", found "{token}".')

    def operation(self) -> Operation:
        kind, name = self.next(), self.next()
        if kind not in ("query", "mutation"):
            raise QueryError("GRAPHQL_PARSE_FAILED", f'Syntax Error: Unexpected Name "{kind}".')
        if self.take("("):
            self.declarations()
        self.expect("{")
        return Operation(kind, name, self.selection())

    def declarations(self) -> None:
        while not self.take(")"):
            if self.next() == "$":
                self.declared.add(self.next())

    def selection(self) -> tuple[Field, ...]:
        fields = []
        while not self.take("}"):
            alias = name = self.next()
            if self.take(":"):
                name = self.next()
            arguments = self.pairs(")") if self.take("(") else {}
            fields.append(Field(name, alias, arguments, self.selection() if self.take("{") else ()))
        return tuple(fields)

    def pairs(self, end: str) -> dict[str, Any]:
        found = {}
        while not self.take(end):
            name = self.next()
            self.expect(":")
            found[name] = self.value()
        return found

    def value(self) -> Any:
        token = self.next()
        if token == "$":
            return self.variable(self.next())
        if token == "{":
            return self.pairs("}")
        if token == "[":
            found = []
            while not self.take("]"):
                found.append(self.value())
            return found
        return _constant(token)

    def variable(self, name: str) -> Any:
        if name not in self.declared:
            raise QueryError("GRAPHQL_VALIDATION_FAILED", f'Variable "${name}" is not defined.')
        return self.variables.get(name)


def _tokens(document: str) -> Iterator[str]:
    for found in TOKEN.finditer(document):
        if found.lastgroup:
            yield found.group()


def _constant(token: str) -> Any:
    if token.startswith('"'):
        return token[1:-1].replace('\\"', '"')
    if re.fullmatch(r"-?\d+", token):
        return int(token)
    return CONSTANTS.get(token, token)


def parse(document: str, variables: Mapping[str, Any]) -> Operation:
    """The operation of a document; QueryError if it is none."""
    return _Reader(document, variables).operation()


def answer(fields: tuple[Field, ...], found: Mapping[str, Any]) -> dict[str, Any]:
    """What the selection asks of an object: its values, and what its functions answer to arguments.

    QueryError as GRAPHQL_VALIDATION_FAILED for a field that the object has not.
    """
    return {field.alias: _selected(field, found) for field in fields}


def _known(function: Callable[..., Any], field: Field) -> dict[str, Any]:
    try:
        inspect.signature(function).bind(**field.arguments)
    except TypeError as error:
        raise QueryError("GRAPHQL_VALIDATION_FAILED", f'Arguments of "{field.name}": {error}') from None
    return field.arguments


def _selected(field: Field, found: Mapping[str, Any]) -> Any:
    if field.name not in found:
        raise QueryError("GRAPHQL_VALIDATION_FAILED", f'Cannot query field "{field.name}".')
    value = found[field.name]
    if callable(value):
        value = value(**_known(value, field))
    if not field.selection or value is None:
        return value
    if isinstance(value, list):
        return [answer(field.selection, item) for item in value]
    return answer(field.selection, value)
