"""Running tasks: by processes of this computer. An engine of clusters runs the same tasks in its own way."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from labelstore.workers import helpers, result_of, send_task

Told = dict[str, Any]


class Runner(NamedTuple):
    """Runs tasks, in any order and any number of times; gives what came of one run of each, in their order.

    `workers` is how many tasks run at once.
    """

    run: Callable[[Sequence[Told]], Iterator[Told]]
    workers: int


def run_task(told: Told) -> Told:
    """Do a task that is told in JSON, and tell in JSON what came of it."""
    from labelstore.lake.changing import ChangeTask, change_task
    from labelstore.lake.task import WriteTask, write_task

    match told["work"]:
        case "write":
            return write_task(WriteTask.from_json(told)).to_json()
        case "change":
            return {"files": change_task(ChangeTask.from_json(told))}
        case "digest":
            from labelstore.files import digest_of

            return {"sha256": digest_of(told["source"])}
    raise ValueError(told["work"])


def in_processes(jobs: int) -> Runner:
    """Runs tasks in so many processes; one is this process itself."""

    def run(tasks: Sequence[Told]) -> Iterator[Told]:
        if jobs == 1 or len(tasks) == 1:
            yield from map(run_task, tasks)
            return
        count = min(jobs, len(tasks))
        with helpers(__name__, count) as processes:
            for place, process in enumerate(processes):
                send_task(process, {"tasks": tasks[place::count]})
            results = [result_of(process, tasks[0]["lake"], "try again")["results"] for process in processes]
        yield from (results[number % count][number // count] for number in range(len(tasks)))

    return Runner(run, jobs)


def work(told: Told) -> Told:
    """The part of a helper process."""
    return {"results": [run_task(task) for task in told["tasks"]]}
