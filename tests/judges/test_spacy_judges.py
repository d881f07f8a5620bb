"""What spaCy sees in our files: the entities of the report, in DocBin, which passes its check of data, and in CoNLL."""

import json
import sys
from collections import Counter
from pathlib import Path

import pytest

from labelstore.loading import load
from labelstore.samples import write
from tests.exporting import exported
from tests.judging import judge, said
from tests.test_documents import lines_of

DOCBIN = """
import json, sys
import spacy
from spacy.tokens import DocBin
sys.path += json.loads(sys.argv[1])
from labelstore.export.writing import export, report
store, out = sys.argv[2:4]
done = export(store, "spacy", out, class_key="name")
again = export(store, "spacy", out + ".again.spacy", class_key="name")
same = open(out, "rb").read() == open(out + ".again.spacy", "rb").read()
export(store, "spacy", out + ".folder", class_key="name", split="hash")
vocab = spacy.blank("xx").vocab
told = [
    {
        "text": doc.text,
        "sc": sorted([one.start_char, one.end_char, one.label_] for one in doc.spans["sc"]),
        "ents": len(doc.ents),
        "cats": doc.cats,
    }
    for doc in DocBin().from_disk(out).get_docs(vocab)
]
print(json.dumps([report(done), told, same]))
"""
CHECK = """
import json, sys
from pathlib import Path
import spacy
from spacy.cli.init_config import init_config
from spacy.cli.debug_data import debug_data
folder = Path(sys.argv[1])
config = init_config(lang="xx", pipeline=["ner", "textcat_multilabel"])
config.to_disk(folder / "config.cfg")
paths = {"paths.train": str(folder / "train"), "paths.dev": str(folder / "dev")}
try:
    debug_data(folder / "config.cfg", config_overrides=paths, no_format=True, silent=False)
    code = 0
except SystemExit as end:
    code = end.code
print()
print(json.dumps(code))
"""
CONLL = """
import json, sys
from spacy.training.converters import conll_ner_to_docs
found = {}
docs = list(conll_ner_to_docs(open(sys.argv[1], encoding="utf-8").read(), n_sents=1, no_print=True))
for doc in docs:
    for one in doc.ents:
        found[one.label_] = found.get(one.label_, 0) + 1
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("texts")
    files = write(folder / "samples", asset_types=("text", "conversation"), labels=120)
    load(folder / "labels.db", [file.path for file in files])
    return folder / "labels.db"


@judge
def test_spacy_reads_the_same_spans_from_docbin_and_finds_nothing_wrong(store: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.spacy"
    ours = json.dumps([str(Path(__file__).resolve().parents[2]), *filter(None, sys.path)])
    done, docs, same = said("spacy", DOCBIN, ours, store, out)
    jsonl, as_lines = exported(store, "spacy", "out.jsonl", class_key="name")
    lines = lines_of(jsonl)
    assert same
    assert [doc["text"] for doc in docs] == [line["text"] for line in lines]
    assert [doc["cats"] for doc in docs] == [line["cats"] for line in lines]
    spans = sum(len(doc["sc"]) for doc in docs)
    assert spans == as_lines.written["text_entity"] == done["constructs"]["text_entity"]["written"] > 50
    changes = {loss["reason"]: loss["count"] for loss in done["losses"] if loss["action"] == "changed"}
    assert spans - sum(doc["ents"] for doc in docs) == changes.get('overlaps a longer one: in spans["sc"] only', 0)
    wrong = 0
    for doc, line in zip(docs, lines, strict=True):
        exact = Counter((span["start"], span["end"], span["label"]) for span in line["spans"])
        wrong += (Counter(map(tuple, doc["sc"])) - exact).total()
    assert wrong == changes.get("widened to whole tokens", 0)
    assert said("spacy", CHECK, f"{out}.folder") == 0


@judge
def test_spacy_reads_the_entities_of_conll(store: Path) -> None:
    out, done = exported(store, "conll", "out.conll", class_key="name")
    found = said("spacy", CONLL, out)
    assert sum(found.values()) == done.written["text_entity"] > 50
