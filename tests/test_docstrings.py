"""Every public function, class and method says what it is for."""

import ast
from collections.abc import Iterator
from functools import cache

import pytest

from tests.test_architecture import files, modules

Documented = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def members(body: list[ast.stmt]) -> Iterator[Documented]:
    yield from (node for node in body if isinstance(node, Documented))


@cache
def classes() -> dict[str, ast.ClassDef]:
    return {
        node.name: node for tree in modules().values() for node in members(tree.body) if isinstance(node, ast.ClassDef)
    }


def inherited(name: str, of: ast.ClassDef) -> bool:
    """Whether a class above says what the method is for."""
    names = [ast.unparse(base).partition("[")[0] for base in of.bases]
    above = [classes()[base] for base in names if base in classes()]
    return any(name in {node.name for node in members(base.body)} or inherited(name, base) for base in above)


def is_declaration(node: Documented) -> bool:
    """A signature without a body, of a protocol or an overload: its class or the function itself has the docstring."""
    return isinstance(node.body[-1], ast.Expr) and ast.unparse(node.body[-1]) == "..." and len(node.body) == 1


def silent(tree: ast.Module) -> Iterator[str]:
    """Names of what is public and has no docstring."""
    for node in members(tree.body):
        if node.name.startswith("_"):
            continue
        if not ast.get_docstring(node) and not is_declaration(node):
            yield node.name
        if isinstance(node, ast.ClassDef):
            for method in members(node.body):
                exempt = method.name.startswith("_") or is_declaration(method) or inherited(method.name, node)
                if not exempt and not ast.get_docstring(method):
                    yield f"{node.name}.{method.name}"


@pytest.mark.parametrize("package", sorted({name.partition(".")[0] for name in files()}))
def test_what_is_public_has_a_docstring(package: str) -> None:
    trees = {name: tree for name, tree in modules().items() if name.partition(".")[0] == package}
    assert [f"{name}: {missing}" for name, tree in trees.items() for missing in silent(tree)] == []
    assert [name for name, tree in trees.items() if not ast.get_docstring(tree)] == []


def test_a_missing_docstring_is_noticed() -> None:
    code = """
def said(): "It is."
def unsaid(): pass
def _own(): pass
class Base:
    "A base."
    def method(self): pass
    def stub(self): ...
class Bare: pass
"""
    assert list(silent(ast.parse(code))) == ["unsaid", "Base.method", "Bare"]
