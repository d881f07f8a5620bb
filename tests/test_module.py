"""What `import labelstore` offers: all public types, found by dir() and help(), imported when they are first used."""

import ast
import doctest
import inspect
import pydoc
from dataclasses import fields
from pathlib import Path
from typing import Literal, get_args, get_origin, get_type_hints

import pytest

import labelstore
from labelstore import errors
from labelstore.export.choices import CHOICES, FILTERED, Choices
from labelstore.export.keywords import ExportChoices
from labelstore.export.writing import export
from tools import python_page

TREE = ast.parse(Path(labelstore.__file__).read_text(encoding="utf-8"))


def test_every_public_name_is_there() -> None:
    for name in labelstore.__all__:
        assert getattr(labelstore, name) is not None
    assert labelstore.open.__module__ == "labelstore.store"
    assert sorted(labelstore.__all__) == labelstore.__all__
    assert set(labelstore.__all__) <= set(dir(labelstore))
    with pytest.raises(AttributeError, match="has no attribute 'opne'"):
        labelstore.opne  # type: ignore[attr-defined]  # noqa: B018


def test_what_is_imported_late_is_what_checkers_see() -> None:
    checked = next(node for node in TREE.body if isinstance(node, ast.If))
    homes = {
        alias.name: node.module for node in checked.body if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    assert homes == labelstore._HOMES
    assert set(homes) <= set(labelstore.__all__)


def test_all_errors_of_the_package_can_be_caught_by_name() -> None:
    internal = {"NeedsStaging", "WrongSplitError"}
    known = {name for name, value in vars(errors).items() if inspect.isclass(value)}
    assert known - internal == {name for name in labelstore.__all__ if name in known}


def test_help_shows_the_types() -> None:
    text = pydoc.plain(pydoc.render_doc(labelstore))
    assert "open(path" in text
    for name in ("class Store", "class Result", "class Report", "class LabelChange", "class Version"):
        assert name in text


def test_what_the_methods_of_a_store_return_is_public() -> None:
    for name, method in inspect.getmembers(labelstore.Store, inspect.isfunction):
        if not name.startswith("_"):
            returned = str(inspect.signature(method).return_annotation)
            named = {word for word in labelstore.__all__ if word in returned}
            assert named or returned in ("None", "typing.Any") or "Any" in returned, name


def test_every_method_of_a_store_has_an_example_that_is_python() -> None:
    for name, method in inspect.getmembers(labelstore.Store, inspect.isfunction):
        if not name.startswith("_") and name != "close":
            examples = doctest.DocTestParser().get_examples(inspect.getdoc(method) or "")
            assert examples, name
            assert [ast.parse(example.source) for example in examples]


def test_a_method_that_the_reference_lacks_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(python_page.GROUPS, "Close", ())
    with pytest.raises(ValueError, match="close"):
        python_page.python_page()


def test_the_keywords_of_an_export_are_its_choices() -> None:
    own = [name for name, one in inspect.signature(export).parameters.items() if one.kind is one.KEYWORD_ONLY]
    choices = [one.name for one in fields(Choices) if one.name in CHOICES]
    assert set(ExportChoices.__annotations__) == {*own, *choices, *FILTERED}


def test_the_words_that_an_export_takes_are_typed() -> None:
    typed = {
        name: get_args(kind) for name, kind in get_type_hints(ExportChoices).items() if get_origin(kind) is Literal
    }
    assert typed == {name: choice.values for name, choice in CHOICES.items() if choice.values}
