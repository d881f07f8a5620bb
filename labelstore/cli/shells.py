"""How shells are told what to complete, so that spaces, quotes and colons in a name arrive as they are."""

import os
import re
from typing import Any

from typer import _completion_classes

typers: Any = _completion_classes

_BREAKS = re.compile(r"[=:]+")
"""Where bash ends a word (COMP_WORDBREAKS) although it goes on."""
_SPECIAL = re.compile(r"([^\w@%+,./~=:-])")
_SPECIAL_IN_QUOTES = re.compile(r'(["\\$`])')


class Bash(typers.BashComplete):  # type: ignore[misc]
    """Joins the words that bash divides at = and :, and writes names so that bash reads them back."""

    def get_completion_args(self) -> tuple[list[str], str]:
        """The words before the cursor, and the one that is being typed."""
        raw = os.environ["COMP_WORDS"].split("\n")[: int(os.environ["COMP_CWORD"]) + 1]
        raw += [""] * (int(os.environ["COMP_CWORD"]) + 1 - len(raw))
        words: list[str] = []
        self._before = ""  # of the word that is being typed: what bash takes for a word of its own
        joins = False
        for text in raw[1:]:
            is_break = _BREAKS.fullmatch(text) is not None
            word = "".join(typers.click_split_arg_string(text))
            if words and (is_break or joins):
                self._before = words[-1] + word if is_break else words[-1]
                words[-1] += word
            else:
                self._before = ""
                words.append(word)
            joins = is_break
        self._quote = raw[-1][:1]
        if words and words[-1].startswith("-"):
            self._before = self._before.partition("=")[2]
        return words[:-1], words[-1] if words else ""

    def format_completion(self, item: Any) -> str:
        """What takes the place of the word for bash, quoted as it was begun."""
        value = str(item.value)
        if self._before and value.startswith(self._before):
            value = value[len(self._before) :]
        if self._quote == "'":
            return value.replace("'", "'\\''")
        if self._quote == '"':
            return _SPECIAL_IN_QUOTES.sub(r"\\\1", value)
        return _SPECIAL.sub(r"\\\1", value)


class _WithOption:
    """Puts `--option=` before the values of an option, as zsh and fish replace the whole word."""

    def get_completion_args(self) -> tuple[list[str], str]:
        """The words before the cursor, and the one that is being typed."""
        words: list[str]
        words, typed = super().get_completion_args()  # type: ignore[misc]
        option, joined, _ = typed.partition("=")
        self._option = option + joined if joined and typed.startswith("--") else ""
        return words, typed

    def _value(self, item: Any) -> str:
        return f"{self._option}{item.value}"


class Zsh(_WithOption, typers.ZshComplete):  # type: ignore[misc]
    """Writes names with their help as items of `_arguments`, which divides them at colons and evaluates them."""

    def format_completion(self, item: Any) -> str:
        """`value:help`, each character escaped that zsh reads as something else."""
        told = self._value(item).replace(":", "\\:") + (f":{item.help}" if item.help else "")
        return _SPECIAL.sub(r"\\\1", told).replace(":", "\\:").replace("'", "'\\''")


class Fish(_WithOption, typers.FishComplete):  # type: ignore[misc]
    """Writes a name, a tab and its help; fish does the rest."""

    def format_completion(self, item: Any) -> str:
        """A line of fish."""
        return self._value(item) + (f"\t{item.help}" if item.help else "")


def completion_item(value: str, help: str) -> Any:
    """What a shell may complete, and what it shows beside it."""
    return typers.CompletionItem(value, help=help)


def register() -> None:
    """Put these in the place of Typer's."""
    for shell, how in (("bash", Bash), ("zsh", Zsh), ("fish", Fish)):
        typers.add_completion_class(how, shell)
