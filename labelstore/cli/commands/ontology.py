"""`ontology`: the tools, questions and options that labels were made with."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from labelstore.cli import output
from labelstore.cli.diagnostics import interruptible, say
from labelstore.cli.options import AsJson, Project, Store
from labelstore.cli.sections import Section
from labelstore.displaying.cells import visible
from labelstore.figures import figure

if TYPE_CHECKING:
    from labelstore.analyses.ontology import Feature

SECTION = Section.ASK


def ontology(db: Store, project: Project = None, as_json: AsJson = False) -> None:
    """Show the ontology of the labels: tools, questions, options.

    It is derived from the exports, so it has what at least one label uses; renamed features have their newest
    name. The numbers count annotations, in video once per frame; labels in model runs are left out. With --json
    it comes in the shape that Labelbox imports; nothing in it is required, since exports do not say so. The
    canned queries renamed-features and colliding-names list features that were renamed, and names of several
    features.

    \b
    Examples:
      labelstore ontology labels.db
      labelstore ontology labels.db --project "Street scenes" --json > ontology.json
    """
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
