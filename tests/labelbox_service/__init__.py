"""A Labelbox service on loopback for tests: the SDK talks to it, unmodified.

    with labelbox_service(Workspace(lines)) as service:
        client = labelbox.Client(
            service.key, endpoint=service.endpoint, rest_endpoint=service.rest_endpoint, app_url=service.app_url
        )

Its operations are those of labelbox 7.17.0, read in that version's code: who one is; projects, datasets and model runs
by id; `export` of a project, dataset, model run, data rows and the catalog with filters and parameters; the task, the
headers of its two streams and their chunk files by offset; ontologies and feature schemas, read and made; imports of
labels, pre-labels and a model run's predictions with the status of every line; data rows by global key.
`python -m tests.labelbox_service --rows 10000` runs one by itself and prints where, as JSON.

Nobody could compare it with the real service, for want of an account. What the SDK's code does not tell is guessed:
- which HTTP status comes with an error in GraphQL (401 for a key, 200 for others), and what else is in it;
- where chunks are cut (here anywhere, so that nobody relies on it), whether sizes are texts or numbers (here texts),
  and that a chunk is found by every offset in it, not by its first alone;
- that an empty stream has no header, and a task in progress none yet;
- whether both ends of a span of times count (here they do), and what counts as activity of a data row;
- how late a change is in the index that exports read (here as late as a test says: `put(line, lag=…)`);
- how addresses of chunk files look and how long they live, what they answer then (here 403, as Google's store of files
  does), and that a key sent there is an error (400);
- what an import says of a line (here: a uuid, but for answers over time, a data row of the project, and a name of its
  ontology's top level are needed; geometry is not looked at), and what a second annotation with the same uuid or a
  second import with the same name does (here nothing special);
- whether feature schemas of another workspace may be in a new ontology (here not);
- which blocks each parameter takes out (model run details and interpolated frames take none out here).
"""

from tests.labelbox_service.faults import Answer, Faults
from tests.labelbox_service.hurry import hurried
from tests.labelbox_service.imports import Import
from tests.labelbox_service.server import KEY, Request, Service, labelbox_service
from tests.labelbox_service.workspace import Clock, Json, Workspace, stamp

__all__ = [
    "KEY",
    "Answer",
    "Clock",
    "Faults",
    "Import",
    "Json",
    "Request",
    "Service",
    "Workspace",
    "hurried",
    "labelbox_service",
    "stamp",
]
