"""What readers of TextGrid and ELAN see in our files: the spans that SQL tells."""

from collections import Counter
from pathlib import Path

import pytest

from labelstore.loading import load
from labelstore.samples import write
from tests.exporting import exported
from tests.judging import judge, said
from tests.making import asked

TEXTGRID = """
import json, sys
import textgrids
found = []
for path in sys.argv[1:]:
    for name, tier in textgrids.TextGrid(path).items():
        assert all(one.xmax == other.xmin for one, other in zip(tier, tier[1:]))
        found += [[name, one.xmin, one.xmax, one.text] for one in tier if one.text]
print(json.dumps(found))
"""
ELAN = """
import json, sys
from elan_data import ELAN_Data
found = []
for path in sys.argv[1:]:
    table = ELAN_Data.from_file(path).init_dataframe()
    found += [[row.TIER_ID, int(row.START), int(row.STOP), row.TEXT or ""] for row in table.itertuples()]
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("speech")
    files = write(folder / "samples", generations=("v2",), asset_types=("audio",), labels=40)
    load(folder / "labels.db", [file.path for file in files])
    return folder / "labels.db"


def spans_of_sql(store: Path) -> Counter[tuple[int, int, str]]:
    """(start, end, answer) → how many; white space as single spaces."""
    return Counter(
        (row["start_ms"], row["end_ms"], " ".join((row["answer"] or "").split()))
        for row in asked(store, "audio-spans")
        if row["end_ms"] is not None
    )


@judge
def test_textgrids_has_every_interval(store: Path) -> None:
    out, done = exported(store, "textgrid", "textgrid", labels="all")
    told = spans_of_sql(store)
    found = said("speech", TEXTGRID, *sorted(out.iterdir()))
    read = Counter(
        (
            round(first * 1000),
            round(last * 1000),
            text.replace('""', '"'),
        )  # it leaves the quotes doubled, as Praat writes them
        for _, first, last, text in found
    )
    assert read == Counter({span: count for span, count in told.items() if span[2]})
    assert done.count == told.total() > 50


@judge
def test_elan_data_has_every_annotation(store: Path) -> None:
    out, done = exported(store, "elan", "elan", labels="all", empty="drop")
    found = said("speech", ELAN, *sorted(out.iterdir()))
    read = Counter((first, last, " ".join(text.split())) for _, first, last, text in found)
    assert read == spans_of_sql(store)
    assert done.count == read.total()
