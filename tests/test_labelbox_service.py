"""The service in tests/labelbox_service: the SDK, as it is installed, talks to it."""

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.error import HTTPError

import labelbox
import pytest
from labelbox import StreamType
from lbox import exceptions

from tests.labelbox_service import Json, Service, Workspace, hurried, labelbox_service
from tests.labelbox_service.samples import PROJECT, sample_lines, small_line, small_lines

EVERYTHING = {
    "attachments": True,
    "embeddings": True,
    "metadata_fields": True,
    "data_row_details": True,
    "project_details": True,
    "label_details": True,
    "performance_details": True,
}


@pytest.fixture
def service() -> Iterator[Service]:
    """A project of ten data rows; its chunks end with lines, which the SDK needs."""
    with labelbox_service(Workspace(small_lines(10))) as service, hurried():
        service.exports.cut = "lines"
        yield service


def client_of(service: Service, key: str | None = None) -> Any:
    return labelbox.Client(
        key or service.key,
        endpoint=service.endpoint,
        rest_endpoint=service.rest_endpoint,
        app_url=service.app_url,
    )


def exported(source: Any, stream: StreamType = StreamType.RESULT, **choices: Any) -> list[Json]:
    """The lines of an export by the SDK; it has no stream where there is nothing."""
    task = source.export(**choices)
    task.wait_till_done()
    if not task.get_total_file_size(stream):
        return []
    return [output.json for output in task.get_buffered_stream(stream)]


def ids(lines: list[Json]) -> list[str]:
    return [line["data_row"]["id"].removeprefix("row-") for line in lines]


def test_the_sdk_logs_in_and_finds_what_there_is(service: Service) -> None:
    client = client_of(service)
    assert client.get_user().email == "ada@example.com"
    assert client.get_organization().name == "Example"
    project = client.get_project(PROJECT)
    assert (project.name, project.data_row_count, project.media_type) == ("Signs", 10, labelbox.MediaType.Image)
    assert [found.uid for found in client.get_projects()] == [PROJECT]
    assert client.get_dataset("dataset-1").row_count == 10
    assert project.get_label_count() == 10
    for get in (client.get_project, client.get_dataset, client.get_model_run):
        with pytest.raises(exceptions.ResourceNotFoundError):
            get("another")
    with pytest.raises(exceptions.AuthenticationError):
        client_of(service, "another key").get_user()


def test_an_export_that_asks_for_everything_has_the_lines_as_they_are() -> None:
    lines = list(sample_lines(30, "image"))
    with labelbox_service(Workspace(lines)) as service, hurried():
        service.exports.cut, service.exports.chunk_size = "lines", 20_000
        for project in client_of(service).get_projects():
            found = exported(project, params=EVERYTHING)
            assert found
            for line in found:
                (whole,) = [one for one in lines if one["data_row"]["id"] == line["data_row"]["id"]]
                assert line["projects"] == {project.uid: whole["projects"][project.uid]}
                assert set(whole) - set(line) == {"experiments"} & set(whole)
                line["data_row"]["details"].pop("last_activity_at")
                whole["data_row"]["details"].pop("last_activity_at", None)
                assert line["data_row"] == whole["data_row"]
        assert len(service.asked("chunk")) > 2


def test_an_export_has_only_what_it_asks_for(service: Service) -> None:
    bare, *_ = exported(client_of(service).get_project(PROJECT))
    assert set(bare) == {"data_row", "media_attributes", "projects"}
    assert set(bare["projects"][PROJECT]) == {"name", "labels"}
    assert set(bare["projects"][PROJECT]["labels"][0]) == {"label_kind", "version", "id", "annotations"}
    for parameter, block in (("metadata_fields", "metadata_fields"), ("attachments", "attachments")):
        line, *_ = exported(client_of(service).get_project(PROJECT), params={parameter: True})
        assert set(line) - set(bare) == {block}
    line, *_ = exported(client_of(service).get_project(PROJECT), params={"data_row_details": True})
    assert line["data_row"]["details"] == {"dataset_id": "dataset-1", "last_activity_at": "2026-03-02T08:00:00.000Z"}


def test_a_task_is_in_progress_before_it_is_complete(service: Service) -> None:
    service.exports.polls = 3
    with hurried() as waited:
        task = client_of(service).get_project(PROJECT).export(task_name="Signs of today")
        assert (task.status, task.completion_percentage, task.name) == ("IN_PROGRESS", 0.0, "Signs of today")
        assert task.created_at == service.workspace.clock.now
        task.wait_till_done()
    assert (task.status, task.completion_percentage, waited.slept) == ("COMPLETE", 100.0, 6.0)
    assert task.get_total_lines(StreamType.RESULT) == 10
    assert not task.has_errors()
    again = labelbox.ExportTask.get_task(client_of(service), task.uid)
    assert (again.status, again.created_at) == (task.status, task.created_at)
    service.exports.tasks.clear()
    with pytest.raises(exceptions.ResourceNotFoundError):
        labelbox.ExportTask.get_task(client_of(service), task.uid)


def test_an_export_can_fail_or_have_errors_or_nothing(service: Service) -> None:
    project = client_of(service).get_project(PROJECT)
    assert exported(project, filters={"global_keys": ["none"]}) == []
    service.exports.errors = [{"dataRowId": "row-3", "error": "Could not be exported"}]
    assert exported(project, StreamType.ERRORS) == service.exports.errors
    service.exports.is_canceled = True
    assert project.export().status == "CANCELED"
    service.exports.fails = True
    with pytest.raises(labelbox.ExportTask.ExportTaskException, match="Task failed"):
        exported(project)


@pytest.mark.parametrize("chunk_size", [61, 1000, 1 << 20])
def test_chunks_are_cut_anywhere_and_found_by_every_offset(service: Service, chunk_size: int) -> None:
    service.exports.cut, service.exports.chunk_size = "anywhere", chunk_size
    client = client_of(service)
    task = client.get_project(PROJECT).export(filters={"global_keys": ["key-1", "key-2"]})
    found = service.exports.tasks[task.uid].streams["RESULT"]
    content = b""
    while len(content) < len(found.content):
        offset = len(content)
        inside = min(offset + 3, len(found.content) - 1)
        query = """query GetExportFileFromOffsetPyApi($where: WhereUniqueIdInput, $streamType: TaskStreamType!,
            $offset: UInt64!) {task(where: $where) {exportFileFromOffset(streamType: $streamType, offset: $offset)
            {offsets {start end} lines {start end} file}}}"""
        asked = {"where": {"id": task.uid}, "streamType": "RESULT", "offset": str(inside)}
        part = client.execute(query, asked)["task"]["exportFileFromOffset"]
        assert int(part["offsets"]["start"]) == offset
        assert int(part["lines"]["start"]) == content.count(b"\n")
        with urllib.request.urlopen(part["file"]) as answer:
            content += answer.read()
        assert int(part["offsets"]["end"]) == len(content) - 1
    assert ids([json.loads(line) for line in content.decode().splitlines()]) == ["1", "2"]
    assert len(service.asked("chunk")) == -(-len(content) // chunk_size)


def test_a_key_does_not_go_to_chunk_files(service: Service) -> None:
    client = client_of(service)
    exported(client.get_project(PROJECT))
    (request,) = service.asked("chunk")
    assert "authorization" not in request.headers
    assert all(other.headers["authorization"] == f"Bearer {service.key}" for other in service.asked("graphql"))
    keyed = urllib.request.Request(service.app_url + request.path, headers={"Authorization": f"Bearer {service.key}"})
    with pytest.raises(HTTPError, match="400"):
        urllib.request.urlopen(keyed)


def test_filters_by_what_a_data_row_is(service: Service) -> None:
    def waits(line: Json) -> None:
        line["projects"][PROJECT]["project_details"]["workflow_status"] = "TO_LABEL"

    service.workspace.edit("row-4", waits)
    project = client_of(service).get_project(PROJECT)
    for filters, expected in (
        ({"data_row_ids": ["row-7", "row-2", "none"]}, ["2", "7"]),
        ({"global_keys": ["key-5"]}, ["5"]),
        ({"batch_ids": ["batch-1", "batch-2"], "workflow_status": "Done"}, ["1", "2", "5", "7", "8"]),
        ({"workflow_status": "ToLabel"}, ["4"]),
        ({"workflow_status": "InReview"}, []),
        ({"label_created_at": ("2024-01-02", "2024-01-03")}, [str(number) for number in range(10)]),
        ({"label_created_at": (None, "2024-01-02 09:59:59")}, []),
    ):
        assert ids(exported(project, filters=filters)) == expected, filters


def test_an_incremental_export_has_what_was_active_since(service: Service) -> None:
    workspace, project = service.workspace, client_of(service).get_project(PROJECT)
    watermark = workspace.clock.advance(hours=1)
    workspace.edit("row-3", lambda line: line["media_attributes"].update(width=1))
    workspace.clock.advance(minutes=1)
    workspace.put(small_line(99))
    workspace.delete("row-5")
    since = watermark.strftime("%Y-%m-%dT%H:%M:%S+0000")
    changed = exported(project, filters={"last_activity_at": (since, None)})
    assert ids(changed) == ["3", "99"]
    assert changed[0]["media_attributes"]["width"] == 1
    until = {"last_activity_at": (since, watermark.strftime("%Y-%m-%dT%H:%M:%S+0000"))}
    assert ids(exported(project, filters=until)) == ["3"]
    assert len(exported(project)) == 10
    # The SDK takes an offset for UTC, whatever it is; without one it asks for the user's timezone.
    assert ids(exported(project, filters={"last_activity_at": ("2026-03-02T09:00:00-0700", None)})) == ["3", "99"]
    assert ids(exported(project, filters={"last_activity_at": ("2026-03-02 09:00:01", None)})) == ["99"]
    workspace.timezone = "America/New_York"
    assert ids(exported(project, filters={"last_activity_at": ("2026-03-02 04:00:01", None)})) == ["99"]


def test_an_export_sees_a_change_late_if_the_index_does(service: Service) -> None:
    workspace, project = service.workspace, client_of(service).get_project(PROJECT)
    now = workspace.clock.advance(hours=1)
    workspace.put(small_line(99), lag=timedelta(minutes=2))
    workspace.edit("row-3", lambda line: line["data_row"].update(external_id="new"), lag=timedelta(minutes=2))
    since = {"last_activity_at": (now.strftime("%Y-%m-%dT%H:%M:%S+0000"), None)}
    assert exported(project, filters=since) == []
    assert len(exported(project)) == 10
    workspace.clock.advance(minutes=2)
    assert ids(exported(project, filters=since)) == ["3", "99"]


def test_datasets_model_runs_and_the_catalog() -> None:
    lines = list(sample_lines(12, "image", seed=1))
    with labelbox_service(Workspace([*lines, small_line(1)])) as service, hurried():
        service.exports.cut = "lines"
        client = client_of(service)
        assert ids(exported(client.get_dataset("dataset-1"))) == ["1"]
        assert exported(client.get_dataset("dataset-1"))[0]["projects"] == {}
        assert len(exported(client.get_catalog())) == 13
        projects = exported(client.get_catalog(), params={"project_ids": [PROJECT]})
        assert [line["projects"].keys() for line in projects if line["projects"]] == [{PROJECT}]
        run = next(iter(service.workspace.model_runs))
        for line in exported(client.get_model_run(run), params={"predictions": True}):
            (model,) = line["experiments"].values()
            assert list(model["runs"]) == [run]
            assert "predictions" in model["runs"][run]
        by_rows = labelbox.DataRow.export(client, data_rows=["row-1"])
        assert ids([output.json for output in by_rows.get_buffered_stream()]) == ["1"]


def test_the_sdk_tells_faults_of_the_api_apart(service: Service) -> None:
    client, faults = client_of(service), service.faults
    faults.throttle()
    with pytest.raises(exceptions.ApiLimitError, match="You have exceeded"):
        client.get_user()
    faults.throttle("chunk", retry_after=7)
    with pytest.raises(Exception, match="429 Client Error") as raised:
        exported(client.get_project(PROJECT))
    assert vars(raised.value)["response"].headers["Retry-After"] == "7"
    faults.forbid("project")
    with pytest.raises(exceptions.AuthorizationError):
        client.get_project(PROJECT)
    faults.not_json()
    with pytest.raises(exceptions.LabelboxError, match="Failed to parse response as JSON"):
        client.get_user()
    faults.drop()
    with pytest.raises(exceptions.NetworkError):
        client.get_user()
    faults.slow(0.01, times=1)
    assert client.get_user()
    with pytest.raises(exceptions.InvalidQueryError, match="Cannot query field"):
        client.execute("query Odd {user {shoeSize}}")


@pytest.mark.parametrize("status", [500, 502, 503])
def test_the_sdk_asks_again_after_an_error_of_the_server(service: Service, status: int) -> None:
    service.faults.status(status, times=3)
    assert client_of(service).get_user()
    assert len(service.asked("graphql")) == 4


def test_a_key_can_expire_half_way(service: Service) -> None:
    service.exports.chunk_size = 1
    project = client_of(service).get_project(PROJECT)
    service.faults.key_expires(after=9)
    with pytest.raises(exceptions.AuthenticationError):
        exported(project)
    assert 0 < len(service.asked("chunk")) < 10


def test_faults_of_chunk_files(service: Service) -> None:
    service.exports.chunk_size = 1000
    project, faults = client_of(service).get_project(PROJECT), service.faults
    faults.shorten(after=1)
    with pytest.raises(AssertionError, match=r"expected \d+ bytes, got \d+ bytes"):
        exported(project)
    faults.break_off()
    with pytest.raises(Exception, match=r"Connection broken|IncompleteRead"):
        exported(project)
    faults.status(404, "chunk")
    with pytest.raises(Exception, match="404 Client Error"):
        exported(project)
    service.exports.missing = 100
    with pytest.raises(ValueError, match="does not have a metadata file"):
        exported(project)


def test_a_storm_passes(service: Service) -> None:
    service.exports.chunk_size = 2000
    project = client_of(service).get_project(PROJECT)
    service.faults.storm(0.3, seed=1)
    raised = set()
    for _ in range(15):
        try:
            exported(project)
        except Exception as error:
            raised.add(type(error).__name__)
    assert {"HTTPError", "ApiLimitError", "NetworkError"} <= raised
    service.faults.clear()
    assert len(exported(project)) == 10


def test_an_address_that_expired_is_signed_anew(service: Service) -> None:
    project = client_of(service).get_project(PROJECT)
    service.faults.expire()
    with pytest.raises(Exception, match="403 Client Error"):
        exported(project)
    (first,) = service.asked("chunk")
    with pytest.raises(HTTPError, match="403"):
        urllib.request.urlopen(service.app_url + first.path)
    assert len(exported(project)) == 10


def test_it_runs_in_a_process_of_its_own() -> None:
    command = [sys.executable, "-m", "tests.labelbox_service", "--rows", "20", "--chunk-size", "500", "--cut", "lines"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        client = labelbox.Client(told["key"], endpoint=told["endpoint"])
        assert len(exported(client.get_project(told["projects"][0]))) == 20
        process.communicate()
    assert process.returncode == 0


BOX = {"tool": "rectangle", "name": "Car", "color": "#00ff00"}
COLOR = {"type": "radio", "name": "Color", "options": [{"label": "Red", "value": "red"}]}
ONTOLOGY = {"tools": [BOX], "classifications": [COLOR]}


@pytest.fixture
def target(service: Service) -> Service:
    """The service, whose project has an ontology."""
    service.workspace.add_project(PROJECT, "Signs", ONTOLOGY)
    return service


def annotation(number: int, name: str = "Car", **members: Any) -> Json:
    bbox = {"top": 1, "left": 2, "height": 3, "width": 4}
    return {"uuid": f"uuid-{number}", "name": name, "dataRow": {"globalKey": f"key-{number}"}, "bbox": bbox} | members


def test_the_sdk_reads_the_ontology_of_a_project(target: Service) -> None:
    ontology = client_of(target).get_project(PROJECT).ontology()
    (tool,), (question,) = ontology.tools(), ontology.classifications()
    assert (tool.name, tool.tool, tool.color) == ("Car", labelbox.Tool.Type.BBOX, "#00ff00")
    assert tool.feature_schema_id
    assert (question.name, [option.value for option in question.options]) == ("Color", ["red"])
    assert question.options[0].feature_schema_id
    assert client_of(target).get_ontology(ontology.uid).normalized == ontology.normalized
    assert [found.name for found in client_of(target).get_ontologies("sig")] == ["Signs"]


def test_the_sdk_makes_ontologies_of_new_and_known_features(target: Service) -> None:
    client = client_of(target)
    made = client.create_ontology("New", ONTOLOGY, media_type=labelbox.MediaType.Image)
    assert [tool.name for tool in made.tools()] == ["Car"]
    schema = client.create_feature_schema({"tool": "polygon", "name": "Lane", "color": "#0000ff"})
    assert client.get_feature_schema(schema.uid).name == "Lane"
    assert [found.uid for found in client.get_feature_schemas("lan")] == [schema.uid]
    both = [schema.uid, made.tools()[0].feature_schema_id]
    mixed = client.create_ontology_from_feature_schemas("Mixed", both, media_type=labelbox.MediaType.Image)
    assert [tool.feature_schema_id for tool in mixed.tools()] == both
    tool = labelbox.Tool(tool=labelbox.Tool.Type.POINT, name="Tip", color="#000000")
    tip = client.upsert_feature_schema(tool.asdict())
    client.insert_feature_schema_into_ontology(tip.uid, mixed.uid, 0)
    assert [tool.name for tool in client.get_ontology(mixed.uid).tools()] == ["Tip", "Lane", "Car"]
    with pytest.warns(UserWarning, match="Project has labels"):
        client.get_project(PROJECT).connect_ontology(mixed)
    assert client.get_project(PROJECT).ontology().uid == mixed.uid
    client.delete_unused_ontology(made.uid)
    with pytest.raises(exceptions.ResourceNotFoundError):
        client.get_ontology(made.uid)
    foreign = {"tools": [BOX | {"featureSchemaId": "of another workspace"}], "classifications": []}
    with pytest.raises(TypeError):  # the SDK forgets that there may be no answer
        client.create_ontology("Foreign", foreign)


@pytest.mark.parametrize("kind", [labelbox.LabelImport, labelbox.MALPredictionImport])
def test_imports_keep_what_was_sent_and_tell_what_became_of_it(target: Service, kind: Any) -> None:
    target.imports.polls = 2
    target.imports.rule = lambda line: ("BadBox", "Keine Fläche") if line["uuid"] == "uuid-5" else None
    lines = [
        annotation(1),
        annotation(2, "Straße"),
        annotation(77),
        annotation(5),
        annotation(3, dataRow={"id": "row-3"}),
    ]
    with hurried() as waited:
        job = kind.create_from_objects(client_of(target), PROJECT, "Straße 1", lines)
        assert job.state.value == "RUNNING"
        job.wait_till_done()
    assert (job.state.value, job.progress, waited.slept) == ("FINISHED", "100%", 20.0)
    (kept,) = target.imports.all
    assert (kept.kind, kept.target, kept.name) == (
        "labels" if "Label" in kind.__name__ else "pre-labels",
        PROJECT,
        "Straße 1",
    )
    assert kept.lines == lines == job.inputs
    assert [status["status"] for status in job.statuses] == ["SUCCESS", "FAILURE", "FAILURE", "FAILURE", "SUCCESS"]
    assert [(error["uuid"], error["errors"][0]["name"]) for error in job.errors] == [
        ("uuid-2", "UnknownFeature"),
        ("uuid-77", "DataRowNotFound"),
        ("uuid-5", "BadBox"),
    ]
    assert job.errors[2]["errors"][0]["message"] == "Keine Fläche"
    assert job.statuses[0]["dataRow"] == {"id": "row-1", "globalKey": "key-1"}
    assert all("authorization" not in request.headers for request in target.asked("import file"))
    assert kind.from_name(client_of(target), PROJECT, "Straße 1").uid == job.uid
    target.workspace.clock.advance(hours=25)
    with pytest.raises(HTTPError, match="403"):
        urllib.request.urlopen(job.error_file_url)


def test_an_import_can_fail_or_be_done_without_its_answer(target: Service) -> None:
    client = client_of(target)
    target.imports.fails = True
    job = labelbox.LabelImport.create_from_objects(client, PROJECT, "first", [annotation(1)])
    job.wait_till_done()
    assert job.state.value == "FAILED"
    target.faults.lose("createLabelImport")
    with pytest.raises(exceptions.NetworkError):
        labelbox.LabelImport.create_from_objects(client, PROJECT, "second", [annotation(1)])
    assert [made.name for made in target.imports.all] == ["first", "second"]
    assert [job.name for job in client.get_project(PROJECT).get_label_imports()] == ["first", "second"]
    with pytest.raises(exceptions.ResourceNotFoundError):
        labelbox.LabelImport.from_name(client, PROJECT, "third")


def test_the_sdk_imports_twice_if_the_answer_is_lost_in_an_error_of_the_server(target: Service) -> None:
    """It repeats every request after an HTTP error from 500 on, those that create something, too."""
    target.faults.lose("createLabelImport", status=502)
    labelbox.LabelImport.create_from_objects(client_of(target), PROJECT, "first", [annotation(1)])
    assert [made.name for made in target.imports.all] == ["first", "first"]


def test_a_model_run_takes_predictions_and_data_rows(target: Service) -> None:
    target.workspace.add_model_run("run-1", "Run 1")
    run = client_of(target).get_model_run("run-1")
    job = run.add_predictions("nightly", [annotation(1, confidence=0.5), annotation(77)])
    job.wait_till_done()
    assert [status["status"] for status in job.statuses] == ["SUCCESS", "FAILURE"]
    assert (target.imports.all[0].kind, target.imports.all[0].target) == ("predictions", "run-1")
    assert run.upsert_data_rows(global_keys=["key-1"])
    assert run.upsert_labels(project_id=PROJECT)
    assert [run_id for run_id, _ in target.imports.registered] == ["run-1", "run-1"]


def test_data_rows_are_found_by_global_key(service: Service) -> None:
    found = client_of(service).get_data_row_ids_for_global_keys(["key-3", "none"])
    assert found["results"] == ["row-3", ""]
    assert found["errors"] == [{"global_key": "none", "error": "Data Row not found"}]
