"""What a user waits for, beside the tools that people use on these exports today: whole commands, in turn.

python -m benchmarks.glance --megabytes 100 1000 --rounds 3 [--dir FOLDER] [--write docs/explanation/performance.md]
"""

import argparse
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from statistics import median

from benchmarks.measuring import LABELSTORE, STORES, Command, Run, machine, markdown, medians, put, remove, run, sample
from benchmarks.peers import PEERS, QUESTIONS, ask_ours, environment
from benchmarks.reexports import one_percent_changed

LOAD, AGAIN, PROOF = "load the export", "load it a week later, 1 % of the labels changed", "prove that nothing is lost"
LARGE = 500
"""MB of an export that is timed once."""
WHOLE = "every label as JSON again, exact"


def measure(folder: Path, megabytes: int, rounds: int) -> dict[str, dict[str, list[Run]]]:
    """What is waited for → by tool its runs."""
    export = sample(folder, "v1", megabytes)
    changed = one_percent_changed(export)
    label_id = first_id(export)
    runs: dict[str, dict[str, list[Run]]] = defaultdict(lambda: defaultdict(list))
    pythons = {name: environment(folder, name, peer.packages) for name, peer in PEERS.items() if megabytes <= peer.most}

    def note(what: str, tool: str, command: Command) -> None:
        done = run(*command)
        runs[what][tool].append(done)
        print(f"{megabytes:,} MB, {tool}, {what}: {done.seconds:.2f} s, {done.peak_mib:.0f} MiB", file=sys.stderr)

    for _ in range(rounds):
        for engine, name in STORES.items():
            store, tool, out = folder / f"glance-{name}", f"labelstore, {engine}", folder / "glance-out.json"
            remove(store)
            note(LOAD, tool, (*LABELSTORE, "load", store, export))
            for number, question in enumerate(QUESTIONS):
                note(question, tool, ask_ours(store, number, label_id))
            note(PROOF, tool, (*LABELSTORE, "verify", store, export))
            remove(out)
            note(WHOLE, tool, (*LABELSTORE, "export", store, "labelbox-v1", out))
            note(AGAIN, tool, (*LABELSTORE, "load", store, changed))
            remove(store)
            remove(out)
        for name, python in pythons.items():
            if python is None:
                continue
            peer, store = PEERS[name], (folder / "glance-peer").with_suffix(PEERS[name].suffix)
            for what, source in ((LOAD, export), (AGAIN, changed)):  # they know only how to load all of it
                remove(store)
                note(what, name, peer.load(python, store, source))
            for number, question in enumerate(QUESTIONS):
                note(question, name, peer.ask(python, store, number, label_id))
            remove(store)
    return runs


def first_id(export: Path) -> str:
    """The id of the first label of a v1 export."""
    with export.open("rb") as file:
        return file.read(200).partition(b'"ID":')[2].split(b'"')[1].decode()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--megabytes", type=int, nargs="+", default=[100, 1000], help="sizes of the export")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--dir", type=Path, default=Path(tempfile.gettempdir()) / "labelstore-benchmarks")
    parser.add_argument("--write", type=Path, help="a page that takes the table as a section")
    options = parser.parse_args()
    rounds = {megabytes: options.rounds if megabytes <= LARGE else 1 for megabytes in options.megabytes}
    found = {megabytes: measure(options.dir, megabytes, number) for megabytes, number in rounds.items()}
    tools = [f"labelstore, {engine}" for engine in STORES] + list(PEERS)

    def cell(what: str, tool: str) -> str:
        return " / ".join(_waited(runs[what].get(tool, [])) for runs in found.values())

    def memory(tool: str) -> str:
        peaks = [max((done.peak_mib for done in runs[LOAD].get(tool, [])), default=0) for runs in found.values()]
        return " / ".join(f"{peak:,.0f} MiB" if peak else "–" for peak in peaks)

    rows = [(what, *(cell(what, tool) for tool in tools)) for what in (LOAD, AGAIN, *QUESTIONS, WHOLE, PROOF)]
    rows.insert(1, ("memory of that", *(memory(tool) for tool in tools)))
    sizes = " / ".join(f"{megabytes:,} MB" for megabytes in found)
    text = (
        f"Seconds that a user waits, with the start of the command: v1 exports of image labels of {sizes};"
        f" {medians(options.rounds)} in turn, one from {LARGE} MB on. –: the tool has no such thing, or its memory"
        f" grows with the file too much to try. {machine()}"
    )
    put("At a glance", text, markdown(("", *tools), rows), options.write)
    return 0


def _waited(runs: list[Run]) -> str:
    seconds = median(done.seconds for done in runs) if runs else None
    return "–" if seconds is None else f"{seconds:.1f}" if seconds >= 1 else f"{seconds:.2f}"


if __name__ == "__main__":
    sys.exit(main())
