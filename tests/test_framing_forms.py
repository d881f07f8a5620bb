"""The forms in which people hand on an export: each loads as the plain one does, and is verified."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from labelstore.engines import open_database
from labelstore.inputs.detection import detect
from labelstore.loading import load
from labelstore.verifying import verify
from tests.lines import label, square, v2

RECORDS = [v2(f"row{n}", label(f"label{n}", square(f"Straße {n} 😀", f"f{n}", 1, 2, 3, n))) for n in range(8)]
LINES = [json.dumps(record, ensure_ascii=False) for record in RECORDS]
TEXT = "\n".join(LINES) + "\n"


def streamed(member: str, value: Callable[[Any], Any]) -> str:
    outputs = ({"current_offset": n, "current_line": n, member: value(record)} for n, record in enumerate(RECORDS))
    return "\n".join(map(json.dumps, outputs)) + "\n"


FORMS = {
    "UTF-8 with a mark": TEXT.encode("utf-8-sig"),
    "PowerShell": "\ufeff".encode("utf-16-le") + TEXT.replace("\n", "\r\n").encode("utf-16-le"),
    "UTF-16, big end first": "\ufeff".encode("utf-16-be") + TEXT.encode("utf-16-be"),
    "an array in UTF-16": json.dumps(RECORDS, ensure_ascii=False, indent=1).encode("utf-16"),
    "lines with commas": ",\n".join(LINES).encode() + b",\n",
    "lines with commas and returns": ",\r\n".join(LINES).encode(),
    "an array without brackets": ",\n".join(json.dumps(record, indent=2) for record in RECORDS).encode(),
    "the SDK's stream": streamed("json_str", json.dumps).encode(),
    "the SDK's newer stream": streamed("json", lambda record: record).encode(),
    "the SDK's stream in an array": json.dumps([{"json_str": line + "\n"} for line in LINES]).encode(),
    "data": json.dumps({"data": RECORDS}).encode(),
    "pages of results": b"\n".join(
        json.dumps({"page": page, "results": RECORDS[page * 2 : page * 2 + 2], "next": None}).encode()
        for page in range(4)
    ),
}


@pytest.mark.sampled(6)
@pytest.mark.parametrize("suffix", [".db", ".duckdb"])
@pytest.mark.parametrize("form", FORMS)
def test_every_form_loads_as_the_plain_one(tmp_path: Path, form: str, suffix: str) -> None:
    path, store = tmp_path / "export.json", tmp_path / f"labels{suffix}"
    path.write_bytes(FORMS[form])
    report = load(store, [path])
    assert (report.total("records"), report.total("added"), report.total("rejected")) == (8, 8, 0)
    with open_database(store, read_only=True) as database:
        found = [json.loads(text) for record in RECORDS for text in database.data_row_json(record["data_row"]["id"])]
        positions = [row[0] for row in database.query("select position from records order by record_id").rows]
    assert found == RECORDS
    assert positions == list(range(8))
    assert verify(store, [path]).as_json()["equal"] == 8
    [detection] = detect([str(path)])
    assert (detection.generation, detection.records, detection.rejected) == ("v2", 8, 0)
