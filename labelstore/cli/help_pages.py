"""How help looks: its width, its columns, and its colors on a terminal."""

import re
import sys
from typing import Any

from typer.core import TyperCommand

from labelstore.cli.colors import Style, colored, painted

WIDEST = 100
"""Columns of help, however wide the terminal is; longer lines are hard to read."""

_WIDEST_NAMES = 30
_EXAMPLES = re.compile("^ *(Examples:)$", re.M)
_CHOICES = re.compile(r"(.*) [<[]?([^\s|<[]+(?:\|[^\s|]+?)+)[>\]]?")
_LONGEST_CHOICES = 20
_FACTS = re.compile(r"  \[([^][]*)\]")
_Formatter: Any = TyperCommand.context_class.formatter_class
_Context: Any = TyperCommand.context_class


class HelpFormatter(_Formatter):  # type: ignore[misc]
    """Click's, in fewer columns where the terminal has few, in color where it shows colors."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._is_colored = colored(sys.stdout)

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write `Usage: labelstore load [OPTIONS] DB FILE...`."""
        start = len(self.buffer)
        super().write_usage(prog, args, prefix)
        usage = "".join(self.buffer[start:]).replace("Usage:", self._painted("Usage:", Style.HEADING), 1)
        self.buffer[start:] = [usage.replace(prog, self._painted(prog, Style.NAME), 1)]

    def write_heading(self, heading: str) -> None:
        """Write the heading of a section."""
        self.write(f"{'':>{self.current_indent}}{self._painted(f'{heading}:', Style.HEADING)}\n")

    def write_text(self, text: str) -> None:
        """Write paragraphs, and examples as they are."""
        start = len(self.buffer)
        super().write_text(text)
        written = "".join(self.buffer[start:])
        self.buffer[start:] = [
            _EXAMPLES.sub(lambda found: found[0].replace(found[1], self._painted(found[1], Style.HEADING)), written)
        ]

    def write_dl(self, rows: Any, col_max: int | None = None, col_spacing: int = 2) -> None:
        """Write names with what they mean, in two columns."""
        narrow = max(16, min(_WIDEST_NAMES, self.width * 3 // 10))
        super().write_dl([(self._painted_name(name), text) for name, text in rows], col_max or narrow, col_spacing)

    def _painted_name(self, name: str) -> str:
        return re.sub(r"[^\s,/]+", lambda word: self._painted(word[0], _style_of(word[0])), name)

    def _painted(self, text: str, style: Style) -> str:
        return painted(text, style) if self._is_colored else text


class HelpContext(_Context):  # type: ignore[misc]
    """A context whose help looks like this."""

    formatter_class = HelpFormatter


def _style_of(word: str) -> Style:
    is_placeholder = "|" in word or word.isupper() or word.endswith("...")
    return Style.NAME if word.startswith("-") or not is_placeholder else Style.PLACEHOLDER


def readable(param: Any, name: str, text: str) -> tuple[str, str]:
    """A parameter's name and help as people read them: no bounds that go without saying, long choices below."""
    choices = _CHOICES.fullmatch(name)
    if choices:
        values = choices[2].split("|")
        is_short = len(choices[2]) <= _LONGEST_CHOICES
        name = f"{choices[1]} {choices[2] if is_short else param.name.upper().rpartition('_')[2]}"
        if not is_short:
            text = f"{text}  [values: {', '.join(values)}]"
    if param.param_type_name == "argument":
        name = str(param.metavar)
    return name, _FACTS.sub(_facts, text)


def _facts(found: re.Match[str]) -> str:
    kept = [told for fact in found[1].split("; ") if (told := _fact(fact))]
    return f"  [{'; '.join(kept)}]" if kept else ""


def _fact(fact: str) -> str:
    """`default: 20`, `0 to 500`; nothing for what the usage tells, and for `x>=0`."""
    if fact == "required" or re.fullmatch(r"x>=?\S+", fact):
        return ""
    if bounds := re.fullmatch(r"(\S+)<=x<=(\S+)", fact):
        return f"{bounds[1]} to {bounds[2]}"
    return re.sub(r"^default: \((.*)\)$", r"default: \1", fact).removesuffix(".0")
