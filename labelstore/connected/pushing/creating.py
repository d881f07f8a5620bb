"""A new ontology at Labelbox of what the labels use: proposed first, by the types of the vendor's SDK, then made."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from labelstore.analyses.class_colors import class_colors
from labelstore.analyses.ontology import Feature, normalized, ontology
from labelstore.connected.service.asking import asking_once
from labelstore.connected.service.errors import told
from labelstore.engines.database import Database
from labelstore.errors import ServiceError, UsageError

if TYPE_CHECKING:
    from labelbox import Client

_MEDIA: Final = {
    "image": "IMAGE",
    "video": "VIDEO",
    "text": "TEXT",
    "geospatial": "TMS_GEO",
    "audio": "AUDIO",
    "document": "PDF",
    "conversation": "CONVERSATIONAL",
    "html": "HTML",
}
"""Our type of an asset → the media type of an ontology."""
_ASSET_TYPES: Final = """
select distinct r.asset_type
from labels as l
join records as r on r.record_id = l.record_id
left join projects as p on p.project_id = l.project_id
where l.model_run_id is null and (? is null or l.project_id = ? or p.name = ?)
order by 1
"""


class Proposal(NamedTuple):
    """The ontology that would be made."""

    normalized: dict[str, Any]
    """As Labelbox takes it, without the ids of features: all of them become new."""
    media_type: str | None
    """None where the labels are about several, or one that ontologies have no word for."""
    left_out: Sequence[str]
    """What the SDK knows no such tool or question for, or was changed, each with the reason."""

    @property
    def size(self) -> int:
        """Its tools and questions, without those in them."""
        return len(self.normalized["tools"]) + len(self.normalized["classifications"])


def proposed(database: Database, project: str | None = None) -> Proposal:
    """The ontology of what the labels use, of one project (id or name) or of all.

    Raises `UsageError` without the SDK, `NotFoundError` for an unknown project, and `ServiceError` where nothing is
    left to make.
    """
    try:
        from labelbox import OntologyBuilder
    except ImportError:
        raise UsageError("Labelbox's SDK is not installed; pip install 'labelstore-db[labelbox]'") from None
    left_out: list[str] = []
    features = _possible(_merged(ontology(database, project)), left_out, "")
    shape = normalized(features, class_colors(database))
    tools = [*shape["tools"], *(_as_tool(one) for one in shape.get("relationships", ()))]
    with told("the ontology"):
        made = OntologyBuilder.from_dict({"tools": tools, "classifications": shape["classifications"]}).asdict()
    proposal = Proposal(made, _media_type(database, project), [*dict.fromkeys(left_out)])
    if not proposal.size:
        raise ServiceError("the labels use no feature of which an ontology could be made", "; ".join(left_out))
    return proposal


def create(client: "Client", name: str, proposal: Proposal) -> str:
    """Make the ontology; its id. Raises `ServiceError`, also where there is one of that name."""
    from labelbox import MediaType

    with told(f"the ontology {name}"):
        for known in client.get_ontologies(name):
            if known.name == name:
                hint = "give another name, or connect that one to the project"
                raise ServiceError(f"there is an ontology {name} already, {known.uid}", hint)
        media_type = None if proposal.media_type is None else MediaType(proposal.media_type)
        return str(asking_once(client).create_ontology(name, proposal.normalized, media_type=media_type).uid)


def _as_tool(relationship: dict[str, Any]) -> dict[str, Any]:
    return {"classifications": [], "color": None} | relationship


def _merged(features: Iterable[Feature]) -> list[Feature]:
    """One feature for those of one word and name, which several projects have, with the children of all."""
    found: dict[tuple[str, str, str], Feature] = {}
    for feature in features:
        key = feature.role, feature.word, feature.name
        first = found.get(key)
        found[key] = replace(first, children=[*first.children, *feature.children]) if first else feature
    # imports name questions and options as people see them: the values that Labelbox derives of names are its own
    return [replace(one, schema_id=None, value=None, children=_merged(one.children)) for one in found.values()]


def _possible(features: Sequence[Feature], left_out: list[str], above: str) -> list[Feature]:
    """The features that the SDK has a type for; the reasons for the others go to `left_out`."""
    from labelbox import Classification, Tool

    tools, questions = ({one.value for one in kind.Type} for kind in (Tool, Classification))
    found = []
    for feature in features:
        path = f"{above} > {feature.name}" if above else feature.name
        one = replace(feature, children=_possible(feature.children, left_out, path))
        if one.role == "classification" and one.word == "dropdown":
            left_out.append(f"dropdown {path}: becomes a checklist")
            one = replace(one, kind="checklist")
        if one.role != "option" and one.word not in (tools if one.role == "tool" else questions):
            left_out.append(f"{one.word} {path}: left out, the SDK makes none")
        elif one.role == "classification" and one.word in ("radio", "checklist") and not one.children:
            left_out.append(f"{one.word} {path}: left out, no option of it is known")
        else:
            found.append(one)
    return found


def _media_type(database: Database, project: str | None) -> str | None:
    sql = database.dialect.translate(_ASSET_TYPES)
    types = {name for (name,) in database.query(sql, (project, project, project)).rows}
    return _MEDIA.get(types.pop()) if len(types) == 1 else None
