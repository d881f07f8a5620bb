"""The templates and style sheets of this package. Needs jinja2, the extra browse."""

from functools import cache
from importlib.resources import files
from typing import Any


def text_of(name: str) -> str:
    """The text of a file beside this one."""
    return files("labelstore.reporting").joinpath(name).read_text(encoding="utf-8")


@cache
def template(name: str) -> Any:
    """A template, which escapes what goes into it."""
    from jinja2 import Environment, FunctionLoader

    return Environment(autoescape=True, loader=FunctionLoader(text_of)).get_template(name)
