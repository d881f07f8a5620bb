"""The canned queries, listed or one by one."""

from itertools import islice
from typing import TYPE_CHECKING, Any

from labelstore.cli import output
from labelstore.cli.tables import table
from labelstore.cli.terminal import terminal_width

if TYPE_CHECKING:
    from labelstore.schema.canned_queries import Query


def show(name: str | None, as_json: bool) -> None:
    """Print the names of all canned queries and what each answers; or one, with its parameters and SQL."""
    from labelstore.schema.canned_queries import named, queries

    if name is not None:
        _show_one(named(name), as_json)
    elif as_json:
        output.write_json([_facts(query) for query in queries().values()])
    else:
        rows = [(query.name, query.description.partition(". ")[0].removesuffix(".")) for query in queries().values()]
        output.write_lines(islice(table(("name", "description"), rows, terminal_width()), 2, None))


def _show_one(query: "Query", as_json: bool) -> None:
    if as_json:
        output.write_json(_facts(query) | {"sql": query.sql})
        return
    output.write(f"{query.name}: {query.description}\n\n")
    if query.parameters:
        rows = [(f"-p {name}=", default, description) for name, default, description in query.parameters]
        output.write_table(("parameter", "default", "what it is"), rows)
        output.write("\n")
    texts = dict.fromkeys(_without_head(text) for text in query.sql.values())
    for engine, text in zip(query.sql, texts, strict=False):
        output.write((f"-- {engine}\n" if len(texts) > 1 else "") + text)


def _without_head(text: str) -> str:
    lines = text.splitlines(keepends=True)
    while lines and lines[0].startswith("--"):
        lines.pop(0)
    return "".join(lines).rstrip("\n") + "\n"


def _facts(query: "Query") -> dict[str, Any]:
    parameters = [parameter._asdict() for parameter in query.parameters]
    return {"name": query.name, "description": query.description, "parameters": parameters}
