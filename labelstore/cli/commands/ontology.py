"""`ontology`: the tools, questions and options that labels were made with."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from labelstore.cli import output
from labelstore.cli.diagnostics import interruptible, say
from labelstore.cli.options import AsJson, Endpoint, Project, Store
from labelstore.cli.sections import Section
from labelstore.displaying.cells import visible
from labelstore.errors import UsageError
from labelstore.figures import counted, figure

if TYPE_CHECKING:
    from labelstore.analyses.ontology import Feature
    from labelstore.connected.pushing.creating import Proposal

SECTION = Section.ASK


def ontology(
    db: Store,
    project: Project = None,
    create: Annotated[
        str | None,
        typer.Option("--create", metavar="NAME", help="Make it at Labelbox under this name; without --send only tell."),
    ] = None,
    send: Annotated[bool, typer.Option("--send", help="Send it; without it nothing is sent.")] = False,
    endpoint: Endpoint = None,
    as_json: AsJson = False,
) -> None:
    """Show the ontology of the labels: tools, questions, options.

    It is derived from the exports, so it has what at least one label uses; renamed features have their newest
    name. The numbers count annotations, in video once per frame; labels in model runs are left out. With --json
    it comes in the shape that Labelbox imports; nothing in it is required, since exports do not say so. The
    canned queries renamed-features and colliding-names list features that were renamed, and names of several
    features.

    --create tells what would be made at Labelbox, all of it as new features; with --send it is made, and its id
    printed. The key comes from LABELBOX_API_KEY or the keyring.

    \b
    Examples:
      labelstore ontology labels.db
      labelstore ontology labels.db --project "Street scenes" --json > ontology.json
      labelstore ontology labels.db --project Roads --create "Roads 2" --send
    """
    if create is not None:
        _create(db, project, create, send, endpoint, as_json)
        return
    if send:
        raise UsageError("--send: name the new ontology with --create NAME")
    from labelstore.analyses import ontology as derived
    from labelstore.analyses.class_colors import class_colors
    from labelstore.engines import open_database

    with interruptible(), open_database(db, read_only=True) as database:
        features = derived.ontology(database, project)
        colors = class_colors(database) if as_json else None
    if colors is not None:
        output.write_json(derived.normalized(features, colors))
        return
    if not features:
        say("no annotations found; cannot derive an ontology")
    for title, role in (("tools", "tool"), ("classifications", "classification")):
        shown = [feature for feature in features if feature.role == role]
        if shown:
            output.write(f"{title}\n")
            output.write_lines(_tree(shown, "  "))


def _create(db: Path, project: str | None, name: str, send: bool, endpoint: str | None, as_json: bool) -> None:
    """Tell what would be made at Labelbox, or make it."""
    from labelstore.connected.pushing.creating import create, proposed
    from labelstore.connected.service.client import connect
    from labelstore.engines import open_database

    with open_database(db, read_only=True) as database:
        proposal = proposed(database, project)
    for text in proposal.left_out:
        say(text)
    if proposal.media_type is None:
        say("the labels are about several types of assets, or one without a media type: the ontology has none")
    if not send:
        output.write_json(proposal.normalized) if as_json else output.write_lines(_proposed(proposal))
        what = f"{counted(proposal.size, 'feature')} would be made as {name}"
        say(f"{what}{f' for {proposal.media_type}' if proposal.media_type else ''}; --send makes it")
        return
    made = create(connect(endpoint), name, proposal)
    if as_json:
        output.write_json({"id": made, "name": name, "media_type": proposal.media_type})
    else:
        output.write(f"{visible(made)}\n")


def _proposed(proposal: "Proposal") -> Iterator[str]:
    for key, word in (("tools", "tool"), ("classifications", "type")):
        nodes = proposal.normalized[key]
        if nodes:
            yield key
            yield from _nodes(nodes, word, "  ")


def _nodes(nodes: list[dict[str, Any]], word: str, indent: str) -> Iterator[str]:
    for node in nodes:
        yield f"{indent}{visible(str(node[word]))} {visible(str(node['name']))}"
        yield from _nodes(node.get("classifications", []), "type", indent + "  ")
        for option in node.get("options", []):
            yield f"{indent}  option {visible(str(option['label']))}"
            yield from _nodes(option["options"], "type", indent + "    ")


def _tree(features: "list[Feature]", indent: str) -> Iterator[str]:
    for feature in features:
        words = [visible(feature.name)]
        if feature.role != "option":
            words.insert(0, visible(feature.word))
        if feature.color:
            words.append(visible(feature.color))
        dates = sorted({(time or "")[:10] for time in (feature.first_seen, feature.last_seen)} - {""})
        schema = f", schema {visible(feature.schema_id)}" if feature.schema_id else ""
        when = f", {' to '.join(map(visible, dates))}" if dates else ""
        yield f"{indent}{' '.join(words)}  ({figure(feature.annotations)}{schema}{when})"
        yield from _tree(feature.children, indent + "  ")
