"""What `datasets` sees in our preference pairs: columns of conversations, as TRL asks for."""

from pathlib import Path

from tests.exporting import exported
from tests.judging import judge, said
from tests.making import store_of
from tests.test_dpo import chat_row, many, ranking

DATASETS = """
import json, sys
from datasets import load_dataset
rows = load_dataset("json", data_files=sys.argv[1], split="train", cache_dir=sys.argv[2])
conversational = all(
    isinstance(one[name], list) and all(set(message) == {"role", "content"} for message in one[name])
    for one in rows
    for name in ("prompt", "chosen", "rejected")
)
print(json.dumps([len(rows), rows.column_names, conversational, [one["prompt"][-1]["role"] for one in rows]]))
"""


@judge
def test_datasets_reads_every_pair(tmp_path: Path) -> None:
    rows = [chat_row("r1", ranking("f1", "m4", "m3", "m5", ranks=(1, 2, 3))), chat_row("r2", many("f2", "m3"))]
    out, _ = exported(store_of(tmp_path, "sqlite", rows), "dpo", "out.jsonl")
    count, columns, conversational, roles = said("datasets", DATASETS, out, tmp_path / "cache")
    assert (count, conversational, set(roles)) == (5, True, {"user"})
    assert columns[:3] == ["prompt", "chosen", "rejected"]
