"""`detect`: what files are."""

import sys
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from labelstore.cli import output
from labelstore.cli.diagnostics import FAILED, say
from labelstore.cli.options import AsJson, Exports, MaxRatio
from labelstore.cli.sections import Section
from labelstore.displaying.cells import visible
from labelstore.errors import InputError
from labelstore.figures import figure

if TYPE_CHECKING:
    from labelstore.inputs.detection import Detection

SECTION = Section.LOAD

_SHOWN_PLACES = 12


def detect(
    files: Exports,
    whole: Annotated[bool, typer.Option("--all", help="Read all records.")] = False,
    max_ratio: MaxRatio = 1000.0,
    as_json: AsJson = False,
) -> None:
    """Report what files are, and which keys labelstore does not know.

    Reports generation, framing and contents. Reads the first 1000 records or 32 MB of each file, also of files
    in folders and zip archives. Exits with 1 if a file cannot be read or holds no record of an export, after
    reporting the others.

    \b
    Examples:
      labelstore detect export.json
      labelstore detect "exports/*.ndjson.gz" --all --json
    """
    from labelstore.inputs.detection import detect

    found: list[dict[str, Any]] = []
    failed = False
    for file in files:
        try:
            for detection in detect(file, whole=whole, max_ratio=max_ratio or None, notify=say):
                failed |= not detection.is_export
                found.append(detection.as_json())
                if not as_json:
                    output.write_lines(_lines(detection))
        except InputError as error:
            failed = True
            found.append({"name": error.source, "error": str(error)})
            sys.stdout.flush()
            say(str(error))
    if as_json:
        output.write_json(found)
    if failed:
        raise typer.Exit(FAILED)


def _lines(found: "Detection") -> Iterator[str]:
    yield visible(found.name)
    yield f"  generation          {_generation(found)}"
    yield f"  framing             {found.framing}, compression {found.compression}"
    extent = "all of the file" if found.is_complete else "the first ones; --all reads all"
    yield f"  records             {figure(found.records)} ({extent})"
    for reject in found.first_rejects:
        place = f"record {reject['position']} at byte {reject['byte_offset']}"
        yield f"  rejected            {place}: {visible(reject['reason'])}"
    if found.rejected > len(found.first_rejects):
        yield f"  rejected            {figure(found.rejected - len(found.first_rejects))} more"
    yield from _counted("asset types", found.asset_types)
    yield from _counted("objects", found.object_kinds)
    yield from _counted("classifications", found.classification_kinds)
    present = [f"{name} {figure(count)}/{figure(of)}" for name, (count, of) in found.blocks.items() if count]
    absent = [name for name, (count, _) in found.blocks.items() if not count]
    if present:
        yield f"  present             {', '.join(present)}"
    if absent:
        yield f"  absent              {', '.join(absent)}"
    yield from _listed("unknown keys", found.unknown_keys)
    yield from _listed("unexpected values", found.unexpected_values)


def _generation(found: "Detection") -> str:
    from labelstore.formats.foreign import way_out

    if found.generation is None:
        if not found.records:
            return "none: no records"
        hint = way_out(found.foreign)
        holds = f", it holds {visible(found.foreign)}" if found.foreign else ""
        return f"none: not a Labelbox export{holds}" + (f"; {hint}" if hint else "")
    shapes = ", ".join(f"{name} {figure(count)}" for name, count in sorted(found.sub_generations.items()))
    return found.generation + (f" ({shapes})" if shapes else "")


def _counted(title: str, counts: "Counter[str]") -> Iterator[str]:
    if counts:
        yield f"  {title:18}  " + ", ".join(f"{visible(name)} {figure(count)}" for name, count in counts.most_common())


def _listed(title: str, places: "Counter[str]") -> Iterator[str]:
    for place, count in places.most_common(_SHOWN_PLACES):
        yield f"  {title:18}  {figure(count)} × {visible(place)}"
    if len(places) > _SHOWN_PLACES:
        yield f"  {title:18}  {figure(len(places) - _SHOWN_PLACES)} more places (--json lists them)"
