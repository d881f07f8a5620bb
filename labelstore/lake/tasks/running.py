"""Running tasks: by processes of this computer. An engine of clusters runs the same tasks in its own way."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

from labelstore.workers import helpers, result_of, send_task, tell

Told = dict[str, Any]
Heard = Callable[[int], None]
_WAY_OUT = "nothing was stored; try again, or with --jobs 1"


class Runner(NamedTuple):
    """Runs tasks, in any order and any number of times; gives what came of one run of each, in their order.

    `workers` is how many tasks run at once.
    """

    run: Callable[[Sequence[Told]], Iterator[Told]]
    workers: int


def run_task(told: Told, heard: Heard | None = None) -> Told:
    """Do a task that is told in JSON, and tell in JSON what came of it; `heard` is told how many bytes it has read."""
    from labelstore.lake.tasks.changing import ChangeTask, change_task
    from labelstore.lake.tasks.writing import WriteTask, write_task

    match told["work"]:
        case "write":
            return write_task(WriteTask.from_json(told), heard).to_json()
        case "change":
            return {"files": change_task(ChangeTask.from_json(told))}
        case "digest":
            from labelstore.files import digest_of

            return {"sha256": digest_of(told["source"])}
    raise ValueError(told["work"])


def in_processes(jobs: int, heard: Heard | None = None) -> Runner:
    """Runs tasks in so many processes, or in this one; `heard` is told how many bytes were read since it was last."""

    def run(tasks: Sequence[Told]) -> Iterator[Told]:
        if jobs == 1 or len(tasks) == 1:
            yield from (run_task(task, heard) for task in tasks)
            return
        count = min(jobs, len(tasks))
        with helpers(__name__, count) as processes, ThreadPoolExecutor(count) as pool:  # a thread waits for each
            for place, process in enumerate(processes):
                send_task(process, {"tasks": tasks[place::count]})
            waiting = [pool.submit(result_of, one, tasks[0]["lake"], _WAY_OUT, heard) for one in processes]
            results = [one.result()["results"] for one in waiting]
        yield from (results[number % count][number // count] for number in range(len(tasks)))

    return Runner(run, jobs)


def work(told: Told) -> Told:
    """The part of a helper process."""
    return {"results": [run_task(task, tell) for task in told["tasks"]]}
