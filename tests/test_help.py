"""Help: its colors, its width, and options that mean the same in every command."""

import io
import re
from difflib import SequenceMatcher
from typing import Any

import pytest
from typer.main import get_command

from labelstore.cli import commands
from labelstore.cli.app import HELP, app, help_texts
from labelstore.cli.colors import Style, colored, paint, unpainted
from labelstore.cli.groups import LazyCommands, every_command
from labelstore.cli.help_pages import HelpFormatter
from tests.test_cli import failed, run
from tools import reference_docs


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("environment", "on_terminal", "in_pipe"),
    [
        ({}, True, False),
        ({"NO_COLOR": "1"}, False, False),
        ({"NO_COLOR": ""}, True, False),
        ({"TERM": "dumb"}, False, False),
        ({"FORCE_COLOR": "1"}, True, True),
        ({"CLICOLOR_FORCE": "1", "TERM": "dumb"}, True, True),
        ({"FORCE_COLOR": "0"}, True, False),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False, False),
    ],
)
def test_colors_are_for_terminals(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], on_terminal: bool, in_pipe: bool
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert colored(Terminal()) == on_terminal
    assert colored(io.StringIO()) == in_pipe


def test_a_painted_text_ends_its_color() -> None:
    assert re.fullmatch(r"\x1b\[[\d;]+ma\x1b\[0m", paint("a", Style.HEADING, Terminal()))
    assert paint("a", Style.HEADING, io.StringIO()) == "a"
    assert paint("", Style.HEADING, Terminal()) == ""


def test_help_is_as_in_the_golden_files() -> None:
    """100 columns: docs/reference/cli.md. `python -m tools.reference_docs` writes them."""
    assert (reference_docs.GOLDEN_HELP / "60.txt").read_text() == reference_docs.narrow_help()
    assert (reference_docs.GOLDEN_HELP / "color.txt").read_text() == reference_docs.colored_help()


def test_no_line_but_an_example_is_longer_than_a_narrow_terminal() -> None:
    longer = [line for line in reference_docs.narrow_help().splitlines() if len(line) > 60]
    assert longer
    assert all(re.match(r"    (labelstore|curl|echo) ", line) for line in longer)
    assert "..." not in reference_docs.narrow_help().replace("FILE...", "").replace("[ARGS]...", "").replace(
        "WORDS...", ""
    ).replace("ID...", "")


@pytest.mark.parametrize(("columns", "width"), [("60", 58), ("100", 98), ("200", 100)])
def test_help_fits_the_terminal_and_is_never_too_wide_to_read(
    monkeypatch: pytest.MonkeyPatch, columns: str, width: int
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    assert HelpFormatter(max_width=HELP["max_content_width"]).width == width


def test_colors_change_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = help_texts(80)
    monkeypatch.setenv("FORCE_COLOR", "1")
    painted = help_texts(80)
    assert {name: unpainted(text) for name, text in painted.items()} == plain
    assert all("\x1b[" in text for text in painted.values())
    assert "\x1b[" in run("stats", "--help").stdout
    monkeypatch.setenv("NO_COLOR", "1")
    assert run("stats", "--help").stdout.rstrip() == help_texts(80)["labelstore stats"]


def test_help_of_a_command() -> None:
    assert run("help").stdout == run("--help").stdout
    for command in ("load", "help"):
        assert run("help", command).stdout == run(command, "--help").stdout
    assert "loud: no command has this name; did you mean load" in failed("help", "loud", code=2)
    assert run("-V").stdout == run("--version").stdout


def test_no_command_prints_the_help() -> None:
    result = run()
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == run("--help").stdout


@pytest.mark.parametrize(
    ("call", "told"),
    [
        ("lod", "no such command 'lod'; did you mean 'load'"),
        ("load a.db b.json --fore", "no such option: --fore; did you mean --force, "),
        ("stats a.db b", "got unexpected extra argument(s) (b)"),
        ("stats", "missing argument 'DB'; name the store, or set LABELSTORE_DB to its name"),
        ("load a.db", "missing argument 'FILE...'"),
        ("query a.db x --format xml", "invalid value for '--format': 'xml' is not one of 'table', "),
        ("--what", "no such option: --what"),
    ],
)
def test_a_wrong_call_is_told_with_its_usage(call: str, told: str) -> None:
    result = run(*call.split())
    message, usage, hint = result.stderr.splitlines()
    assert result.exit_code == 2
    assert message.startswith(f"labelstore: {told}")
    first = call.split(maxsplit=1)[0]
    command = f"labelstore {first}" if first in LazyCommands(commands) else "labelstore"
    assert usage.startswith(f"Usage: {command} [OPTIONS] ")
    assert hint == f"Help: {command} --help"


DIFFERENT = {
    "--all": "detect reads all records; the others show all rows",
    "--at": "get takes a load; the commands of lakes a snapshot",
    "--labels": "export chooses among the labels of a data row; sample and report count labels",
    "--assets": "fetch gets assets; the others look into a folder of them",
    "--jobs": "fetch has several downloads at once; the others share their work among processes",
    "--masks": "fetch gets their pictures; export chooses how to write them",
    "--frames": "load finds the frames of v1 labels in a folder; export chooses among frames, fetch gets them",
    "--where": "labels takes a condition; export a query",
    "--project": "pull names a project of Labelbox, the others one that the store has",
    "--keep": "pull keeps the export in a folder; upgrade the old store beside the new one",
    "--data-row": "pull names one; export chooses by what imports name it",
    "--model-run": "pull names one of Labelbox, export one that the store has",
    "--since": "pull asks for data rows with activity, the others for labels",
    "--question": "export takes classes from its answers; the others choose by it",
}
"""Options whose meaning depends on the command, with the reason."""


def test_an_option_means_the_same_everywhere() -> None:
    found: dict[str, dict[str, Any]] = {}
    for name, command in every_command(get_command(app)).items():
        for param in command.params:
            for option in (*param.opts, *param.secondary_opts) if param.param_type_name == "option" else ():
                found.setdefault(option, {})[name] = param
    assert all(len(found[option]) > 1 for option in DIFFERENT), "an exception that is none any more"
    for option, by_command in found.items():
        if option in DIFFERENT:
            continue
        (first, one), *others = by_command.items()
        for name, other in others:
            assert other.metavar == one.metavar, (option, first, name)
            assert other.is_flag == one.is_flag, (option, first, name)
            words, more = (re.findall(r"[\w-]+", param.help.lower()) for param in (one, other))
            shared = SequenceMatcher(None, words, more, autojunk=False).find_longest_match().size
            assert shared >= min(3, len(words), len(more)), (option, first, one.help, name, other.help)


def test_arguments_of_one_name_are_told_alike() -> None:
    stores = {
        param.help
        for command in every_command(get_command(app)).values()
        for param in command.params
        if param.param_type_name == "argument" and param.metavar == "DB"
    }
    assert len(stores) == 1
    for name, text in help_texts().items():
        assert ("[env: LABELSTORE_DB]" in text) == ("\n  DB" in text), name
