"""labelstore: an embedded database for Labelbox exports.

    with labelstore.open("labels.db") as store:
        store.load(["export.ndjson"])
        store.query("select name, count(*) from objects group by name").df()

`open` returns a `Store`, whose methods return the other types of this module. Every error is a `LabelstoreError`.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from labelstore.errors import (
    AmbiguousError,
    BusyError,
    InputError,
    InUseError,
    LabelstoreError,
    NotAnExport,
    NotFoundError,
    NothingToWriteError,
    QueryError,
    RefusedError,
    ServiceError,
    StoreError,
    TooSlowError,
    UsageError,
)
from labelstore.version import __version__

if TYPE_CHECKING:
    from labelstore.analyses.agreement import Agreement, ObjectAgreement, PairAgreement, QuestionAgreement
    from labelstore.analyses.listings import Labeler, ObjectClass, Project
    from labelstore.connected.fetching.outcome import Fetched
    from labelstore.connected.pulling import Pulled
    from labelstore.connected.pushing import Pushed
    from labelstore.displaying.records import Records
    from labelstore.engines.result import Result
    from labelstore.export.exporter import Written
    from labelstore.export.keywords import ExportChoices
    from labelstore.export.losses import Loss
    from labelstore.history import LabelChange, LabelDiff, Load, State, Version
    from labelstore.lake_contents import Lake, open_lake
    from labelstore.loading import FileReport, Report
    from labelstore.loading.from_tables import Copied
    from labelstore.notebook.gallery import Gallery
    from labelstore.notebook.label import Label
    from labelstore.query.describe import Described, Listed
    from labelstore.query.filters import LabelFilters
    from labelstore.query.search import Hit
    from labelstore.store import Store, open
    from labelstore.verifying import VerifyReport

__all__ = [
    "Agreement",
    "AmbiguousError",
    "BusyError",
    "Copied",
    "Described",
    "ExportChoices",
    "Fetched",
    "FileReport",
    "Gallery",
    "Hit",
    "InUseError",
    "InputError",
    "Label",
    "LabelChange",
    "LabelDiff",
    "LabelFilters",
    "Labeler",
    "LabelstoreError",
    "Lake",
    "Listed",
    "Load",
    "Loss",
    "NotAnExport",
    "NotFoundError",
    "NothingToWriteError",
    "ObjectAgreement",
    "ObjectClass",
    "PairAgreement",
    "Project",
    "Pulled",
    "Pushed",
    "QueryError",
    "QuestionAgreement",
    "Records",
    "RefusedError",
    "Report",
    "Result",
    "ServiceError",
    "State",
    "Store",
    "StoreError",
    "TooSlowError",
    "UsageError",
    "VerifyReport",
    "Version",
    "Written",
    "__version__",
    "open",
    "open_lake",
]

_HOMES = {
    "Agreement": "labelstore.analyses.agreement",
    "Copied": "labelstore.loading.from_tables",
    "Described": "labelstore.query.describe",
    "ExportChoices": "labelstore.export.keywords",
    "Fetched": "labelstore.connected.fetching.outcome",
    "FileReport": "labelstore.loading",
    "Gallery": "labelstore.notebook.gallery",
    "Hit": "labelstore.query.search",
    "Label": "labelstore.notebook.label",
    "LabelChange": "labelstore.history",
    "LabelDiff": "labelstore.history",
    "LabelFilters": "labelstore.query.filters",
    "Labeler": "labelstore.analyses.listings",
    "Lake": "labelstore.lake_contents",
    "Listed": "labelstore.query.describe",
    "Load": "labelstore.history",
    "Loss": "labelstore.export.losses",
    "ObjectAgreement": "labelstore.analyses.agreement",
    "ObjectClass": "labelstore.analyses.listings",
    "PairAgreement": "labelstore.analyses.agreement",
    "Project": "labelstore.analyses.listings",
    "Pulled": "labelstore.connected.pulling",
    "Pushed": "labelstore.connected.pushing",
    "QuestionAgreement": "labelstore.analyses.agreement",
    "Records": "labelstore.displaying.records",
    "Report": "labelstore.loading",
    "Result": "labelstore.engines.result",
    "State": "labelstore.history",
    "Store": "labelstore.store",
    "VerifyReport": "labelstore.verifying",
    "Version": "labelstore.history",
    "Written": "labelstore.export.exporter",
    "open": "labelstore.store",
    "open_lake": "labelstore.lake_contents",
}
"""Name → the module it is imported from when it is first used: the command line starts without them."""


if not TYPE_CHECKING:  # which would take any name for one of ours

    def __getattr__(name):
        if name in _HOMES:
            value = globals()[name] = getattr(import_module(_HOMES[name]), name)
            return value
        raise AttributeError(f"module 'labelstore' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
