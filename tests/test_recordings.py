"""The exporters audacity, rttm, textgrid and elan: spans of recordings, and what they lose."""

import json
from pathlib import Path
from xml.etree import ElementTree

from tests.exporting import exported, files_of, reasons
from tests.making import ENGINES, store_of
from tests.test_audio import HELLO, OTHER, ROGER, WIND, at, line, radio, text

LOST = text("Note", "q9", "left behind")
RECORD = line(
    "a",
    at(
        ms1000=[HELLO, WIND],
        ms2500=[HELLO, OTHER],
        ms4000=[OTHER, ROGER],
        ms5000=[ROGER, LOST],
        ms9000=[WIND],
    ),
    {"q1": [[1000, 2500], [4000, 5000]], "q2": [[2500, 4000]], "na": [[1000, 9000]]},
)


@ENGINES
def test_audacity_has_a_line_for_each_span(tmp_path: Path, engine: str) -> None:
    out, done = exported(store_of(tmp_path, engine, [RECORD, line("b", {}, {})]), "audacity", "out")
    assert files_of(out) == {
        "a.txt": b"1.000\t2.500\tPilot: ready for taxi\n1.000\t9.000\tNoise: wind\n"
        b"2.500\t4.000\tTower: hold short of the runway\n4.000\t5.000\tPilot: roger\n",
        "b.txt": b"",
    }
    assert (done.count, done.written) == (4, {"label": 2, "frame_question": 4})
    assert reasons(done) == {("frame_question", "left out", "in no span of time"): 1}


@ENGINES
def test_rttm_has_who_speaks(tmp_path: Path, engine: str) -> None:
    out, done = exported(store_of(tmp_path, engine, [RECORD, line("b", {}, {})]), "rttm", "out.rttm")
    assert out.read_text().splitlines() == [
        "SPEAKER a 1 1.000 1.500 <NA> <NA> Pilot <NA> <NA>",
        "SPEAKER a 1 1.000 8.000 <NA> <NA> wind <NA> <NA>",
        "SPEAKER a 1 2.500 1.500 <NA> <NA> Tower <NA> <NA>",
        "SPEAKER a 1 4.000 1.000 <NA> <NA> Pilot <NA> <NA>",
    ]
    assert done.not_selected == {"labels without a span": 1}


@ENGINES
def test_tiers_are_questions_and_hold_no_overlaps(tmp_path: Path, engine: str) -> None:
    rain = radio("Noise", "n1", 'the "heavy" rain\x00', "nb")
    record = line(
        "a", at(ms1000=[WIND], ms2000=[rain], ms3000=[WIND, rain]), {"na": [[1000, 3000]], "nb": [[2000, 3000]]}
    )
    store = store_of(tmp_path, engine, [record])
    content = files_of(exported(store, "textgrid", "grids")[0])["a.TextGrid"].decode()
    assert [row.strip() for row in content.splitlines() if "name" in row or "text" in row] == [
        'name = "Noise"',
        'text = ""',
        'text = "wind"',
        'name = "Noise 2"',
        'text = ""',
        'text = "the ""heavy"" rain\x00"',
    ]
    root = ElementTree.fromstring(files_of(exported(store, "elan", "elan")[0])["a.eaf"])
    slots = {slot.get("TIME_SLOT_ID"): slot.get("TIME_VALUE") for slot in root.iter("TIME_SLOT")}
    told = [
        (tier.get("TIER_ID"), slots[one.get("TIME_SLOT_REF1")], slots[one.get("TIME_SLOT_REF2")], one[0].text)
        for tier in root.iter("TIER")
        for one in tier.iter("ALIGNABLE_ANNOTATION")
    ]
    assert told == [("Noise", "1000", "3000", "wind"), ("Noise 2", "2000", "3000", 'the "heavy" rain\ufffd')]


def test_a_text_that_ends_as_another_is_told(tmp_path: Path) -> None:
    record = line("a", at(ms1000=[HELLO], ms2000=[ROGER]), {"q1": [[1000, 2000]]})
    image = json.loads(json.dumps(record).replace("audio", "image").replace("row-a", "row-b").replace('"a"', '"b"'))
    done = exported(store_of(tmp_path, "sqlite", [record, image]), "elan", "out")[1]
    assert reasons(done)["frame_question", "changed", "its answer at the start; at the end it has another"] == 1
    assert reasons(done)["label", "left out", "image: no recording"] == 1
