"""An engine's error about a statement → what is wrong, where, and what was probably meant; the same on both engines."""

import re

from labelstore.engines.database import Database
from labelstore.errors import QueryError
from labelstore.query.lexer import Token, excerpt, tokens
from labelstore.schema.suggestions import did_you_mean
from labelstore.schema.tables import COUNTERS
from labelstore.schema.tables import columns as schema

_COLUMN = re.compile(
    r"no such column: (?P<full>.+)"
    r'|Referenced column "(?P<name>.+?)" (?:was )?not found'
    r'|Table "(?P<table>.+?)" does not have a column named "(?P<of>.+?)"'
    r'|Referenced table "(?P<missing>.+?)" not found'
)
_TABLE = re.compile(r"no such table: (.+)|Table with name (.+?) does not exist")
_FUNCTION = re.compile(r"no such function: (.+)|Function with name (.+?) does not exist")
_SYNTAX = re.compile(r'near "(.*)": syntax error|syntax error at or near "(.*?)"', re.S)
_LINE = re.compile(r"\n\nLINE (\d+): (.*)\n( *)(\^+)")
_INTERRUPTED = re.compile(r"^interrupted$|INTERRUPT Error|Interrupted!")


def is_interruption(error: BaseException) -> bool:
    """Whether an engine stopped because it was interrupted: at a time limit or Ctrl-C."""
    return bool(_INTERRUPTED.search(str(error)))


def explained(error: Exception, sql: str, database: Database) -> QueryError | None:
    """The error for people; None for one that is not about the statement."""
    if not isinstance(error, database.errors) or is_interruption(error):
        return None
    text = str(error)
    words = list(tokens(sql))
    if match := _COLUMN.search(text):
        return _column(match, words, sql, database)
    if match := _TABLE.search(text):
        name = _bare(match[1] or match[2])
        tables = columns_of(database)
        return _told(f"no such table {name}", did_you_mean(name, tables), _found(words, name), sql)
    if match := _FUNCTION.search(text):
        name = match[1] or match[2]
        return _told(f"no such function {name}", did_you_mean(name, database.functions()), _found(words, name), sql)
    if match := _SYNTAX.search(text):
        found = next(group for group in match.groups() if group is not None)
        place = _place_in(text, sql) or _syntax_place(sql, database) or _found(words, found)
        return _told(f"syntax error near {found!r}", "", place, sql)
    place = _place_in(text, sql) or _syntax_place(sql, database)
    return _told(_reason(text, database), _hint(text, words), place, sql)


def _bare(name: str) -> str:
    return name.rpartition(".")[2].strip('"')


def _reason(text: str, database: Database) -> str:
    if text == "incomplete input":
        return "the SQL is not complete"
    first = " ".join(text.partition("\n\n")[0].split())
    return f"{database.dialect.title}: {first}"


def _hint(text: str, words: list[Token]) -> str:
    if "Conversion Error" in text and any(word.kind == "parameter" for word in words):
        return "a parameter that looks like a number is one; quote it to make it text: -p 'name=\"123\"'"
    if "'pytz'" in text:
        return "cast timestamps with a time zone to varchar, or run: pip install pytz"
    return ""


def _told(reason: str, hint: str, place: tuple[int, int] | None, sql: str) -> QueryError:
    line, shown = excerpt(sql, *place) if place else (None, "")
    return QueryError(reason, hint, line, shown)


def _column(match: "re.Match[str]", words: list[Token], sql: str, database: Database) -> QueryError:
    qualifier, _, name = (match["full"] or "").rpartition(".")
    name = (name or match["name"] or match["of"] or "").strip('"')
    tables = columns_of(database)
    used = _used(words, tables)
    if match["missing"]:
        hint = did_you_mean(match["missing"], used) or "name it after from or join"
        return _told(f"no such table {match['missing']} in this query", hint, _found(words, match["missing"]), sql)
    qualifier = qualifier or match["table"] or ""
    place = _qualified(words, qualifier, name) or _found(words, name)
    here = used.get(qualifier.lower()) or sorted({column for columns in used.values() for column in columns})
    if not used:
        here = sorted({column for columns in tables.values() for column in columns})
    hint = did_you_mean(name, here)
    # views after the tables that they read, and what counts other tables after those
    order = sorted(tables, key=lambda table: (table not in schema(), table in COUNTERS))
    elsewhere = [table for table in order if _exact(name, tables[table])]
    if elsewhere and used and not _exact(name, here):
        hint = f"it is a column of {', '.join(elsewhere[:3])}" + (f"; {hint}" if hint else "")
    return _told(f"no such column {qualifier + '.' if qualifier else ''}{name}", hint, place, sql)


def _exact(name: str, columns: list[str]) -> bool:
    return name.lower() in map(str.lower, columns)


def _used(words: list[Token], tables: dict[str, list[str]]) -> dict[str, list[str]]:
    """The tables that the statement names, also by the alias that each has in it → their columns."""
    known = {table.lower(): columns for table, columns in tables.items()}
    used = {}
    for number, word in enumerate(words):
        if word.kind != "name" or word.text.lower() not in known or not _follows_from(words, number):
            continue
        columns = known[word.text.lower()]
        used[word.text.lower()] = columns
        after = [later.text for later in words[number + 1 : number + 3] if later.kind == "name"]
        alias = after[1:2] if after[:1] and after[0].lower() == "as" else after[:1]
        if alias:
            used[alias[0].lower()] = columns
    return used


def _follows_from(words: list[Token], number: int) -> bool:
    return number > 0 and (words[number - 1].text.lower() in ("from", "join", ",", ".", "summarize", "describe"))


def _found(words: list[Token], name: str) -> tuple[int, int] | None:
    found = [word for word in words if word.text.lower() == name.lower() and word.kind in ("name", "mark", "number")]
    return (found[0].start, found[0].end) if found else None


def _qualified(words: list[Token], qualifier: str, name: str) -> tuple[int, int] | None:
    for first, dot, last in zip(words, words[1:], words[2:], strict=False):
        if (first.text.lower(), dot.text, last.text.lower()) == (qualifier.lower(), ".", name.lower()):
            return first.start, last.end
    return None


def _place_in(text: str, sql: str) -> tuple[int, int] | None:
    """Where DuckDB points to; it shortens long lines."""
    match = _LINE.search(text)
    if match is None:
        return None
    number, shown = int(match[1]), match[2]
    lines = sql.split("\n")
    if number > len(lines):
        return None
    column = len(match[3]) - len(f"LINE {number}: ")
    core = shown.removeprefix("...").removesuffix("...")
    inside = lines[number - 1].find(core)
    if inside < 0:
        return None
    start = sum(len(line) + 1 for line in lines[: number - 1]) + inside + column - (3 if shown.startswith("...") else 0)
    return start, start + len(match[4])


def _syntax_place(sql: str, database: Database) -> tuple[int, int] | None:
    """The word at which the engine stopped reading, where it says so."""
    start = database.where_parsing_stops(sql)
    if start is None:
        return None
    return next(((word.start, word.end) for word in tokens(sql) if word.start == start), (start, start + 1))


def columns_of(database: Database) -> dict[str, list[str]]:
    """The tables and views of a store with their columns, without what an engine keeps for itself."""
    return {relation.name: list(relation.columns) for relation in database.relations()}
