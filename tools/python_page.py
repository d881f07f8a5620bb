"""The text of docs/reference/python.md: what `import labelstore` offers, from its signatures and docstrings."""

import ast
import inspect
import re
import sys
from collections.abc import Iterator
from importlib import import_module
from textwrap import dedent
from types import ModuleType
from typing import Any, is_typeddict

import labelstore
from labelstore.errors import LabelstoreError

HEAD = """\
# Python

<!-- Made by `python -m tools.reference_docs` from signatures and docstrings: change those. -->

What `import labelstore` offers. [The tour](../start/tutorial.md) shows most of it at work,
[DataFrames](../how-to/dataframes.md) what `df()` gives, [Errors](errors.md) what is raised. All of it is an attribute
of the module `labelstore`, is typed for mypy and pyright, and is shown by `help()` at a prompt.

Threads may share a `Store`: each gets a connection of its own. A result is read by one thread at a time. After a fork a
store is opened again, in the new process; neither a store nor a result is pickled or copied. Nothing here is
asynchronous: beside an event loop, as in Jupyter, wrap a long call in `await asyncio.to_thread(…)`.

"""
GROUPS = {
    "Load and check": ("load", "load_lake", "pull", "fetch", "loads", "verify"),
    "Ask": ("query", "ask", "objects", "search", "projects", "classes", "labelers", "agreement", "schema", "columns"),
    "Get labels back": ("label", "labels", "gallery", "data_row", "export", "push"),
    "History": ("history", "diff"),
    "Close": ("close",),
}
"""The methods of a store by what they are for."""
ALIASES = {
    "labelstore.inputs.gathering": ("Files",),
    "labelstore.loading.report": ("Progress", "Confirm"),
    "labelstore.connected.fetching.fetch": ("Agree",),
    "labelstore.query.filters.keywords": ("Name", "Bounds", "Moment"),
    "labelstore.export.keywords": ("Names",),
    "labelstore.engines.copy": ("CopyProgress",),
    "labelstore.engines.database": ("Parameters",),
}
"""Module → names of types that signatures use."""


def python_page() -> str:
    """The text of docs/reference/python.md."""
    return HEAD + "\n".join((*_opening(), *_store(), *_types(), *_aliases())) + "\n"


def _opening() -> Iterator[str]:
    yield "## Open a store\n"
    yield from _function("labelstore.open", labelstore.open)
    yield from _function("labelstore.open_lake", labelstore.open_lake)


def _store() -> Iterator[str]:
    methods = dict(inspect.getmembers(labelstore.Store, inspect.isfunction))
    grouped = [name for names in GROUPS.values() for name in names]
    public = {name for name in methods if not name.startswith("_")}
    if public != set(grouped):
        raise ValueError(f"not in a group, or no method of Store: {public ^ set(grouped)}")
    yield f"## Store\n\n{_text(labelstore.Store)}\n"
    for title, names in GROUPS.items():
        yield f"### {title}\n"
        for name in names:
            yield from _function(f"store.{name}", methods[name], level=4)


def _types() -> Iterator[str]:
    yield "## What comes back\n"
    for name in labelstore.__all__:
        value = getattr(labelstore, name)
        is_shown = inspect.isclass(value) and value is not labelstore.Store and not issubclass(value, LabelstoreError)
        if is_shown:
            yield from _type(name, value)


def _type(name: str, cls: type[Any]) -> Iterator[str]:
    yield f"### {name}\n\n{_text(cls)}\n"
    above = (getattr(sys.modules[cls.__module__], ast.unparse(base), None) for base in _node(cls).bases)
    bases = [base for base in above if is_typeddict(base)]
    body = [node for one in (*bases, cls) for node in (*_node(one).body, ast.Pass())]
    fields = [
        (node, after)
        for node, after in zip(body, [*body[1:], ast.Pass()], strict=True)
        if isinstance(node, ast.AnnAssign)
    ]
    lines = [
        f"{ast.unparse(node.target)}: {_annotation(node.annotation)}{'  # ' * bool(_string(after))}{_string(after)}"
        for node, after in fields
        if not ast.unparse(node.target).startswith("_")
    ]
    if lines:
        yield "\n".join(("```python", *lines, "```", ""))
    for node in body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and ast.get_docstring(node):
            is_property = any(ast.unparse(one) in ("property", "cached_property") for one in node.decorator_list)
            called = f"{node.name}: {_annotation(node.returns)}" if is_property else _signature(node.name, node)
            yield f"`{' '.join(called.split())}`: {' '.join((ast.get_docstring(node) or '').split())}\n"


def _aliases() -> Iterator[str]:
    yield "## Types of arguments\n"
    for home, names in ALIASES.items():
        body = ast.parse(inspect.getsource(import_module(home))).body
        for node, after in zip(body, [*body[1:], ast.Pass()], strict=True):
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in names:
                said = f": {_string(after)}" if _string(after) else ""
                yield f"- `{ast.unparse(node.targets[0])}` is `{_annotation(node.value)}`{said}"


def _function(title: str, function: Any, level: int = 3) -> Iterator[str]:
    yield f"{'#' * level} {title}\n\n```python\n{_signature(title, _node(function))}\n```\n\n{_text(function)}\n"


def _node(value: Any) -> Any:
    return ast.parse(dedent(inspect.getsource(value))).body[0]


def _signature(name: str, node: ast.FunctionDef) -> str:
    """The call with types, a parameter a line where it is long."""
    parts = list(_parameters(node.args))
    returns = f" -> {_annotation(node.returns)}"
    line = f"{name}({', '.join(parts)}){returns}"
    return line if len(line) <= 100 else f"{name}(\n    " + ",\n    ".join(parts) + f",\n){returns}"


def _parameters(given: ast.arguments) -> Iterator[str]:
    plain = [*given.posonlyargs, *given.args]
    defaults = [None] * (len(plain) - len(given.defaults)) + list(given.defaults)
    for number, (one, default) in enumerate(zip(plain, defaults, strict=True), 1):
        if one.arg != "self":
            yield _parameter(one, default)
        if given.posonlyargs and number == len(given.posonlyargs):
            yield "/"
    if given.vararg:
        yield "*" + _parameter(given.vararg, None)
    elif given.kwonlyargs:
        yield "*"
    for one, default in zip(given.kwonlyargs, given.kw_defaults, strict=True):
        yield _parameter(one, default)
    if given.kwarg:
        yield "**" + _parameter(given.kwarg, None)


def _parameter(one: ast.arg, default: ast.expr | None) -> str:
    return f"{one.arg}: {_annotation(one.annotation)}" + ("" if default is None else f" = {ast.unparse(default)}")


def _annotation(node: ast.expr | None) -> str:
    """A type as people write it: without quotes, and of unpacked keywords their names."""
    text = "None" if node is None else ast.unparse(node)
    text = text.replace("'", '"') if "Literal" in text else text.replace("'", "")
    return re.sub(r"Unpack\[(\w+)\]", r"\1", text)


def _string(node: ast.AST) -> str:
    """The string that stands below a field, which describes it."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
        return " ".join(node.value.value.split())
    return ""


def _text(value: ModuleType | Any) -> str:
    """The docstring as Markdown: examples become blocks of Python."""
    blocks = (inspect.getdoc(value) or "").split("\n\n")
    return "\n\n".join(_example(block) if block.startswith(">>> ") else block.replace("<", "&lt;") for block in blocks)


def _example(block: str) -> str:
    return "```python\n" + re.sub(r"^(>>> |\.\.\. ?)", "", block, flags=re.M) + "\n```"
