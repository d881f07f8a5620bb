"""A driver whose cluster loses something: `python -m tests.spark.losing LOSS MASTER LAKE MARKS FILE`.

LOSS is `executor` or `twin`. What happened is told in files of the folder MARKS, what came of the load on stdout.
"""

import json
import os
import signal
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

from labelstore.lake.load import load
from labelstore.lake.tasks.table_files import TableFiles
from labelstore.spark import tasks
from tests.spark.sessions import session_of

SETTINGS = {
    "spark_executor_extraJavaOptions": "-XX:TieredStopAtLevel=1",
    "spark_executor_memory": "512m",
}
OF_TWINS = {
    "spark_speculation": "true",
    "spark_speculation_interval": "200ms",
    "spark_speculation_quantile": "0.5",
    "spark_speculation_multiplier": "1.1",
    "spark_speculation_minTaskRuntime": "200ms",
    "spark_task_maxFailures": "1",  # so a second run is no second attempt
}


class _Losing(tasks._Work):
    """It does something else at one of the tasks that write."""

    def __init__(self, marks: str, number: int, texts: list[str]) -> None:
        super().__init__(texts)
        self._marks, self._number = marks, number

    def is_meant(self, number: int) -> bool:
        return number == self._number and bool(json.loads(self._texts[number])["work"] == "write")

    def mark(self, name: str, **told: Any) -> None:
        """Tell, in one step, something of the executor besides."""
        with open(f"/proc/{os.getppid()}/stat", encoding="ascii") as file:  # the parent of processes of Python
            jvm = int(file.read().rpartition(")")[2].split()[1])
        command = Path(f"/proc/{jvm}/cmdline").read_text().split("\0")
        unfinished = Path(self._marks, f".{name}")
        unfinished.write_text(json.dumps({"jvm": jvm, "command": command, **told}))
        unfinished.rename(Path(self._marks, name))

    def is_marked(self, name: str) -> bool:
        return Path(self._marks, name).exists()


class _Killing(_Losing):
    """The executor is killed while a Parquet file is open."""

    def __call__(self, number: int) -> str:
        if self.is_meant(number) and not self.is_marked("killed"):
            add = TableFiles.add_arrow

            def kills(files: TableFiles, table: str, rows: Any) -> NoReturn:
                add(files, table, rows)
                self.mark("killed", file=files._writers[table].name)
                os.kill(json.loads(Path(self._marks, "killed").read_text())["jvm"], signal.SIGKILL)
                os._exit(1)

            TableFiles.add_arrow = kills  # type: ignore[assignment,method-assign]
        return super().__call__(number)


class _Waiting(_Losing):
    """The first run of the task writes all, and waits for a twin to be quicker."""

    def __call__(self, number: int) -> str:
        told = super().__call__(number)
        if self.is_meant(number):
            is_first = not self.is_marked("first")
            written = json.loads(told)["result"]["written"]
            files = [f"{table}/{path}" for table, some in written.items() for path, *_ in some]
            self.mark("first" if is_first else "twin", files=files)
            for _ in range(600 if is_first else 0):
                time.sleep(0.1)
                if self.is_marked("loaded"):
                    break
        return told


def main(loss: str, master: str, lake: str, marks: str, file: str) -> None:
    spark = session_of(master, **SETTINGS, **(OF_TWINS if loss == "twin" else {}))
    kind, number = (_Waiting, 2) if loss == "twin" else (_Killing, 1)
    tasks._Work = partial(kind, marks, number)  # type: ignore[assignment,misc]
    report = load(lake, file, split_bytes=9_000, task_bytes=9_000, runner=tasks.on_spark(spark))
    killed = Path(marks, "killed")
    gone = killed.exists() and not Path(f"/proc/{json.loads(killed.read_text())['jvm']}").exists()
    print(json.dumps({"added": report.total("added"), "is_executor_gone": gone}), flush=True)
    Path(marks, "loaded").touch()
    spark.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
