"""The rules of the house: imports go down, heavy ones are lazy, versions and reasons stand once."""

import ast
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "labelstore"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

ROOMS = (  # from the ground up: each may import those before it
    "errors",
    "clock",
    "figures",
    "displaying",
    "json",
    "version",
    "core",
    "workers",
    "schema",
    "counting",
    "files",
    "samples",
    "formats",
    "geometry",
    "mask_pictures",
    "inputs",
    "engines",
    "assets",
    "loading",
    "mirroring",
    "connections",
    "lake",
    "spark",
    "query",
    "export",
    "analyses",
    "history",
    "scenes",
    "drawing",
    "publishing",
    "reporting",
    "browsing",
    "upgrading",
    "verifying",
    "notebook",
    "connected",
    "contents",
    "lake_contents",
    "store",
    "__init__",
    "demo",
    "cli",
)
HEAVY = {  # imported at the top of a module by nobody but these
    "PIL": {
        "mask_pictures",
        "drawing.masks",
        "export.bitmaps",
        "assets.sizes",
        "reporting.pictures",
        "reporting.report",
    },
    "datasette": {"browsing"},
    "geopandas": {"export.exporters.gpkg", "export.geo_frames"},
    "duckdb": {"engines", "lake.database"},
    "deltalake": {"lake.commits.delta"},
    "fsspec": {"files.urls", "lake.known_files", "lake.place"},
    "aiohttp": {"files.urls"},
    "labelbox": {"connected"},
    "lbox": {"connected"},
    "keyring": {"connected"},
    "httpx": {"connected"},
    "httpcore": {"connected"},
    "stamina": {"connected"},
    "krippendorff": {"analyses.agreement.questions"},
    "nh3": {"drawing.sanitize_html", "reporting.report"},
    # the last three: only to check types
    "numpy": {
        "assets.mask_pixels",
        "assets.run_lengths",
        "export.bitmaps",
        "export.exporters.coco_panoptic",
        "export.exporters.masks",
        "export.instances",
        "export.outlines",
    },
    "pyspark": {"spark"},
    "pypdfium2": {"browsing.pdf_worker"},
    "pyarrow": {
        "export.exporters.hf",
        "export.exporters.geoparquet",
        "export.exporters.parquet",
        "engines.arrow",
        "engines.arrow_columns",
        "engines.times",
        "engines.duckdb_session",
        "lake.tasks.changing",
        "lake.database",
        "lake.commits.delta",
        "lake.tasks.known",
        "lake.preparing",
        "lake.tasks.table_files",
        "lake.unchanged",
        "engines.result",
        "engines.parquet_tables",
        "engines.database",  # only to check types, as the next ones
        "core.arrow",
        "engines.duckdb",
        "engines.duckdb_stretches",
        "loading.from_tables",
        "lake.resolving.resolve",
        "lake.resolving.closely",
        "lake.resolving.sets",
        "export.whole_store",
        "spark.source",
        "export.exporters.delta",
        "lake.from_store",
    },
    "shapely": {"export.geo_frames", "geometry"},
    "spacy": {"export.exporters.spacy"},
    "sqlite_utils": {"query.search.indexing"},
    "typer": {"cli"},
    "uvicorn": {"browsing"},
}


@cache
def files() -> dict[str, Path]:
    """Every module of the package by its name below `labelstore.`."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        found[".".join(parts[:-1] if len(parts) > 1 and parts[-1] == "__init__" else parts)] = path
    return found


@cache
def modules() -> dict[str, ast.Module]:
    """What is in them; each process collects tests, but only some of them read it."""
    return {name: ast.parse(path.read_text(encoding="utf-8"), str(path)) for name, path in files().items()}


def room(module: str) -> str:
    return module.partition(".")[0]


def imported(tree: ast.AST) -> Iterator[str]:
    """Modules that the code imports, wherever it does so."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"relative import at line {node.lineno}"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@cache
def imports() -> dict[str, set[str]]:
    """What every module of the package imports."""
    return {name: set(imported(tree)) for name, tree in modules().items()}


def rooms_imported(module: str) -> set[str]:
    names = {name for name in imports()[module] if room(name) == "labelstore"}
    below = {room(name.removeprefix("labelstore.")) for name in names if name != "labelstore"}
    return {name if name in ROOMS else "__init__" for name in below} | (
        {"__init__"} if names == {"labelstore"} else set()
    )


@pytest.mark.parametrize("name", files())
def test_imports_go_down(name: str) -> None:
    assert room(name) in ROOMS, "a new room: give it its place in ROOMS"
    upward = [other for other in rooms_imported(name) - {room(name)} if ROOMS.index(other) >= ROOMS.index(room(name))]
    assert not upward


def modules_imported(tree: ast.AST) -> Iterator[str]:
    """Modules of the package that the code imports, wherever it does so, except only to check types."""
    todo: list[ast.AST] = [tree]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        todo.extend(ast.iter_child_nodes(node))
        if isinstance(node, ast.ImportFrom):
            below = (node.module or "").removeprefix("labelstore").removeprefix(".")
            for alias in node.names:
                name = f"{below}.{alias.name}".removeprefix(".")
                yield name if name in modules() else below
        elif isinstance(node, ast.Import):
            yield from (alias.name.removeprefix("labelstore.") for alias in node.names)


def test_no_modules_import_each_other() -> None:
    imports = {name: set(modules_imported(tree)) & modules().keys() - {name} for name, tree in modules().items()}
    circles = []
    for name, directly in imports.items():
        reached: set[str] = set()
        todo = [*directly]
        while todo:
            module = todo.pop()
            if module not in reached:
                reached.add(module)
                todo.extend(imports[module])
        if name in reached:
            circles.append(name)
    assert not circles


def test_engines_are_told_apart_where_they_are_described() -> None:
    """Elsewhere a difference is asked of the dialect, the engine or the database: nothing looks at names."""
    names = {"sqlite", "duckdb"}
    found = []
    for name, tree in modules().items():
        if name.startswith(("engines", "schema.dialects")):
            continue
        for node in ast.walk(tree):
            parts: list[ast.AST | None] = []
            if isinstance(node, ast.Compare) and "modules" not in ast.unparse(node):  # `"duckdb" in sys.modules`
                parts = [node.left, *node.comparators]
            elif isinstance(node, ast.Dict):
                parts = [*node.keys]
            elif isinstance(node, ast.Subscript):
                parts = [node.slice]
            elif isinstance(node, ast.MatchValue):
                parts = [node.value]
            constants = [inner for part in parts if part is not None for inner in ast.walk(part)]
            if any(isinstance(inner, ast.Constant) and inner.value in names for inner in constants):
                found.append(f"{name}:{getattr(node, 'lineno', 0)}")
    assert not found


def test_nothing_but_its_commands_talks_to_labelbox() -> None:
    users = {name for name in imports() if room(name) != "connected" and "connected" in rooms_imported(name)}
    assert {name for name in users if room(name) != "cli"} == {"__init__", "store"}


def test_every_room_is_there() -> None:
    assert set(ROOMS) == {room(name) for name in modules()}


def test_heavy_packages_are_imported_where_they_are_used() -> None:
    for package, users in HEAVY.items():
        found = {name for name, modules in imports().items() if any(room(module) == package for module in modules)}
        strangers = {name for name in found if name not in users and room(name) not in users}
        assert found, f"nothing imports {package}"
        assert not strangers, package


def loaded_by(code: str) -> set[str]:
    """Top-level modules that a fresh interpreter has after the code."""
    shown = f"{code}\nimport sys\nprint(*{{name.partition('.')[0] for name in sys.modules}})"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", shown], capture_output=True, text=True, check=True, env=environment)
    return set(done.stdout.split("\n")[-2].split())


@pytest.mark.parametrize(
    ("code", "absent"),
    [
        ("import labelstore", {"duckdb", "pyarrow", "sqlite_utils", "typer", "msgspec", "sqlite3"}),
        ("import labelstore; labelstore.open('no-such.db')", {"duckdb", "pyarrow", "typer"}),
        ("import labelstore.loading, labelstore.verifying", {"duckdb", "pyarrow", "sqlite_utils", "typer"}),
        (
            "import labelstore.lake.tasks.writing, labelstore.lake.tasks.changing",
            {"duckdb", "apsw", "typer", "deltalake"},
        ),
        ("import labelstore.spark.tasks, labelstore.lake.reading", {"duckdb", "apsw", "typer", "deltalake", "pyspark"}),
        ("import labelstore.lake.tasks.splits", {"duckdb", "pyarrow", "apsw", "sqlite3", "typer", "fsspec"}),
        ("import labelstore.engines.duckdb, labelstore.query.search", {"pyarrow"}),
        ("import labelstore.cli", {"duckdb", "pyarrow", "sqlite_utils", "msgspec", "datasette", "PIL", "nh3"}),
    ],
)
def test_a_fresh_interpreter_imports_no_more_than_it_needs(code: str, absent: set[str]) -> None:
    assert not loaded_by(code) & absent


def test_the_version_stands_once() -> None:
    from labelstore.version import __version__

    assert "version" in PROJECT["project"]["dynamic"]
    assert PROJECT["tool"]["hatch"]["version"]["path"] == "labelstore/version.py"
    assert __version__
    assert __version__ not in (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_dependency_has_its_reason() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    lines = text[text.index("[project]") :].splitlines()
    groups = (PROJECT["project"]["dependencies"], *PROJECT["project"]["optional-dependencies"].values())
    for dependency in {dependency for group in groups for dependency in group}:
        written = [line for line in lines if f'"{dependency}"' in line]
        assert written
        assert all(re.search(r'"[],]+\s+# \w+\S* \S+', line) for line in written), written


def test_public_ci_runs_the_pythons_that_are_supported() -> None:
    workflow = (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    (row,) = re.findall(r"python: \[(.*)\]", workflow)
    tested = re.findall(r"\d\.\d+", row)
    assert PROJECT["project"]["requires-python"] == f">={tested[0]}"
    claimed = re.findall(r"Python :: (3\.\d+)", " ".join(PROJECT["project"]["classifiers"]))
    assert claimed
    assert set(claimed) <= set(tested)
    assert PROJECT["tool"]["mypy"]["python_version"] == tested[0]


def test_what_is_made_is_not_committed() -> None:
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").split()
    assert {".venv/", "__pycache__/", "*.db", "*.duckdb", "uv.lock", "dist/"} <= set(ignored)
    assert "* text=auto eol=lf" in (ROOT / ".gitattributes").read_text(encoding="utf-8")
