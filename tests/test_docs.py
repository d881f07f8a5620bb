"""The documents say what is so: docs/reference/schema.md is what `sql/` says, and the README's commands exist."""

import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from labelstore.engines import limits
from labelstore.formats.declaration import DECLARATIONS, Declaration
from labelstore.formats.v1.record import AboutDataRow
from labelstore.formats.v2.objects import Masks
from labelstore.query.catalogue import views
from labelstore.schema.catalogue import tables, view_title
from labelstore.schema.dialects import DUCKDB, view_files
from labelstore.schema.tables import columns
from tests.consoles import filled, untimed
from tests.test_architecture import ROOMS
from tools import reference_docs as documentation
from tools.formats_page import section_title

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]


def test_schema_page_is_up_to_date(capsys: pytest.CaptureFixture[str]) -> None:
    assert documentation.main(["--check"]) == 0, capsys.readouterr().err


@pytest.mark.sampled(0)
def test_a_stale_schema_page_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(documentation, "TARGET", tmp_path / "schema.md")
    monkeypatch.setattr(documentation, "FORMATS_TARGET", tmp_path / "formats.md")
    monkeypatch.setattr(documentation, "CLI_TARGET", tmp_path / "cli.md")
    monkeypatch.setattr(documentation, "PICTURE_TARGET", tmp_path / "tables.svg")
    assert documentation.main(["--check"]) == 1
    assert documentation.main([]) == 0
    assert documentation.main(["--check"]) == 0
    (tmp_path / "schema.md").write_text(documentation.schema_page() + "more")
    assert documentation.main(["--check"]) == 1
    (tmp_path / "schema.md").write_text(documentation.schema_page())
    assert documentation.main(["--check"]) == 0
    (tmp_path / "cli.md").write_text(documentation.cli_page() + "more")
    assert documentation.main(["--check"]) == 1
    assert "python -m tools.reference_docs" in capsys.readouterr().err


def test_every_table_and_column_is_described() -> None:
    described = {table.name: table for table in tables()}
    assert list(described) == list(columns())
    for name, types in columns().items():
        table = described[name]
        assert table.description
        assert {column.name: column.type for column in table.columns} == types
    page = documentation.schema_page()
    for table in described.values():
        section = page.partition(f"\n### {table.name}\n")[2].partition("\n### ")[0]
        assert re.findall(r"^\| `(\w+)` \|", section, re.M) == [column.name for column in table.columns]


def keys_of(declaration: Declaration) -> list[str]:
    return [declaration.json_key(name) for name in declaration.members]


def test_every_key_of_the_formats_is_described() -> None:
    page = (
        (ROOT / "docs" / "reference" / "formats.md")
        .read_text(encoding="utf-8")
        .partition("\n## Formats to export to")[0]
    )
    sections = {section.partition("\n")[0]: section for section in page.split("\n### ")[1:]}
    keys = {title: re.findall(r"^\| `([^`]+)` \| ", section, re.M) for title, section in sections.items()}
    for declaration in DECLARATIONS.values():
        if not declaration.cls.__module__.startswith("labelstore."):
            continue  # of a test
        if declaration.cls not in (AboutDataRow, Masks):  # the members of others
            assert keys[section_title(declaration)][: len(declaration.members)] == keys_of(declaration)
    assert keys["v1 element"][-len(about := keys_of(DECLARATIONS[AboutDataRow])) :] == about
    for title, section in sections.items():
        for anchor in re.findall(r"\]\(#([^)]+)\)", section):
            assert anchor.replace("-", " ") in sections, title
        (cells,) = re.findall(r"\|---\|---\|---\|---\|\n(.*)", section, re.S)
        named = "".join(re.split(r" \| ", line)[2] for line in cells.splitlines() if line.startswith("|"))
        for table, column in re.findall(r"`(\w+)\.(\w+)`", named + cells.partition("kept in ")[2]):
            assert column in columns()[table], title


def test_what_people_ask_for_comes_first_in_every_table() -> None:
    for table in tables():
        flags = [column.is_bookkeeping for column in table.columns]
        assert flags == sorted(flags)
        assert not flags[0]
        for column, is_bookkeeping in zip(table.columns, flags, strict=True):
            if re.fullmatch(r"node_id|(\w+_)?end_id|ordinal|opens|closes|nulls|in_extra|(\w+_)?extra", column.name):
                assert is_bookkeeping, (table.name, column.name)


def test_every_view_and_its_columns_are_described() -> None:
    described = views()
    assert len(described) == len(view_files())
    known = {column for table in columns().values() for column in table}
    introduction = documentation.VIEWS_HEAD
    for view in described:
        assert view.description, view.name
        assert view.columns, view.name
        unknown = {name for name, _ in view.columns} - known
        assert all(f"`{name}`" in introduction for name in unknown), (view.name, unknown)


def test_the_view_of_each_engine_says_what_one_row_is() -> None:
    for file in view_files():
        assert view_title(file) in [(view.name, view.description) for view in views()]
        statement = DUCKDB.view(file)
        assert re.search(r" as\n-- (one|a) ", statement), file


def test_the_diagram_has_every_table_and_reference() -> None:
    diagram = re.search(r"```mermaid\nerDiagram\n(.*?)```", documentation.schema_page(), re.S)
    assert diagram
    assert re.findall(r"^    (\w+) \{$", diagram[1], re.M) == list(columns())
    assert '    labels ||--o{ objects : "label_id"\n' in diagram[1]
    assert '    objects ||--o| polygons : "object_id"\n' in diagram[1]
    assert not re.search(r" (end_id|ordinal|closes|extra)\b", diagram[1])


def test_the_picture_has_every_table_once() -> None:
    svg = (ROOT / "docs" / "images" / "tables.svg").read_text(encoding="utf-8")
    drawn = re.findall(r"<text[^>]*>(\w+)</text>", svg)
    assert sorted(drawn) == sorted(columns())
    places = re.findall(r'<rect[^>]* x="(\d+)" y="([\d.]+)"', svg)
    assert len(set(places)) == len(drawn)


def test_the_changelog_keeps_its_form() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.match(r"# Changelog\n\n.*?\n## \[Unreleased\]\n", text, re.S)
    for release in text.split("\n## ")[1:]:
        headings = re.findall(r"^### (.*)$", release, re.M)
        order = ["Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"]
        assert headings == [name for name in order if name in headings], "sections in this order, each once"
        assert all(re.match(r"[-#]|  \S", line) for line in release.splitlines()[1:] if line)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        assert target.startswith("https:") or (page.parent / target).exists(), target


def test_the_index_lists_every_page() -> None:
    index = ROOT / "docs" / "index.md"
    listed = set(re.findall(r"(?<!!)\[[^]]*\]\(([^)]+)\)", index.read_text(encoding="utf-8")))
    assert listed - {"../LICENSE"} == {os.path.relpath(page, index.parent) for page in PAGES} - {
        index.name,
        "../README.md",
    }


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_package_is_installed_by_its_own_name(page: Path) -> None:
    installs = re.findall(r"pip install[^\n`]*", page.read_text(encoding="utf-8"))
    assert not [line for line in installs if re.search(r"(^|[ '\"])labelstore($|[ '\"\[=])", line)]


def test_the_overview_lists_every_command() -> None:
    shown = subprocess.run(
        [sys.executable, "cli.py", "--help"],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    ).stdout
    commands = set(re.findall(r"^  ([a-z]+)  +[A-Z]", shown, re.M))
    used = set(re.findall(r"(?:\$ |bin/)labelstore ([a-z]+)", README))
    assert used
    assert used <= commands
    table = page("start/overview.md").partition("\n## ")[0]
    assert commands <= set(re.findall(r"`([a-z]+)`", table))


def page(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def test_the_install_page_lists_every_extra() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    rows = re.findall(r"^\| (`.*?`) \|", page("start/install.md"), re.M)
    assert {name for row in rows for name in re.findall(r"`(\w+)`", row)} == extras.keys() - {"dev"}


def test_the_readme_fits_a_screen() -> None:
    assert len(README.splitlines()) <= 100


def test_the_figures_of_the_readme_are_those_that_were_measured() -> None:
    """Those of 1,000 MB, behind the strokes of the first table of performance.md."""
    measured = cells(page("explanation/performance.md").partition("\n## Questions")[0])
    shown = cells(README)
    assert len(shown) > 4
    for what, *figures in shown:
        assert figures == [
            figure.partition(" / ")[2] for figure in measured[[row[0] for row in measured].index(what)][1:4]
        ]


def test_the_security_page_has_the_limits_of_sql() -> None:
    rows = {row[0]: row[1:] for row in cells(page("explanation/security.md").partition("\n## SQL of users")[2])}
    for what, field in {
        "one value, one row": "value",
        "memory beyond the start, on Linux": "memory",
        "a temporary file": "temporary",
        "the statement": "statement",
    }.items():
        shown = [cell.removesuffix(" (`--max-bytes`)") for cell in rows[what]]
        assert shown == [limits.size(getattr(of, field)) for of in (limits.QUERY, limits.BROWSE)], what


def cells(text: str) -> list[list[str]]:
    """The rows of the table, without its head."""
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines() if line.startswith("|")]
    return rows[2:]


def test_the_readme_shows_what_its_commands_and_its_code_print() -> None:
    assert untimed(filled(README)) == untimed(README), "run: python -m tests.consoles README.md"


@pytest.mark.parametrize("place", [".ci/run", ".github/workflows/ci.yml", "CONTRIBUTING.md"])
def test_the_test_command_is_one(place: str) -> None:
    (tests,) = (line for line in README.splitlines() if "-m pytest" in line)
    assert tests.strip() in (ROOT / place).read_text(encoding="utf-8")
    assert shlex.split(tests)[:3] == ["python3", "-m", "venv"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_of_ours_that_is_named_exists(page: Path) -> None:
    named = re.findall(r"`((?:labelstore|sql|tests|tools|benchmarks|docs)/[\w./-]*)`", page.read_text(encoding="utf-8"))
    assert named or page.name != "architecture.md"
    assert [name for name in named if "NAME" not in name and not (ROOT / name).exists()] == []


def test_the_outline_lists_the_packages_from_the_ground_up() -> None:
    page = (ROOT / "docs" / "explanation" / "architecture.md").read_text(encoding="utf-8")
    table = page.partition("\n## The packages")[2].partition("\n## ")[0]
    assert tuple(re.findall(r"^\| `(\w+)` \|", table, re.M)) == ROOMS
    assert all("/" in name for name in re.findall(r"`([^` ]+\.(?:py|sql))`", page))
    steps = [re.findall(r"^(\d+)\. ", journey, re.M) for journey in page.split("\n## ")[1:5]]
    assert steps == [[str(number) for number in range(1, 11)]] * 4


def test_the_declaration_in_the_design_is_one_of_ours() -> None:
    (shown,) = re.findall(
        r"^```python\n(.*?)^```", (ROOT / "docs" / "explanation" / "design.md").read_text(encoding="utf-8"), re.M | re.S
    )
    assert shown in (ROOT / "labelstore" / "formats" / "v1" / "record.py").read_text(encoding="utf-8")


def test_every_test_that_is_named_exists() -> None:
    named = re.findall(
        r"`(tests/test_\w+\.py)::(\w+)`", (ROOT / "docs" / "explanation" / "reliability.md").read_text(encoding="utf-8")
    )
    assert len(named) > 40
    missing = [test for file, test in named if f"def {test}(" not in (ROOT / file).read_text(encoding="utf-8")]
    assert missing == []
