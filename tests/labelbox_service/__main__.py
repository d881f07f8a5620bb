"""`python -m tests.labelbox_service --rows 10000`: the service in a process of its own, until its input ends."""

import argparse
import json
import sys

from tests.labelbox_service.samples import sample_lines, small_lines
from tests.labelbox_service.server import labelbox_service
from tests.labelbox_service.workspace import Workspace


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.labelbox_service")
    parser.add_argument("--rows", type=int, default=100, help="data rows")
    parser.add_argument("--asset-type", help="samples of this type instead of small images")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--port", type=int, default=0, help="any free one by default")
    parser.add_argument("--polls", type=int, default=0, help="looks at an export task that find it in progress")
    parser.add_argument("--chunk-size", type=int, default=1 << 20, help="bytes of a chunk file")
    parser.add_argument("--cut", choices=("anywhere", "lines"), default="anywhere", help="where chunks are cut")
    parser.add_argument("--slow", type=float, default=0.0, help="seconds that each chunk file takes")
    chosen = parser.parse_args()
    rich = chosen.asset_type
    workspace = Workspace(sample_lines(chosen.rows, rich, chosen.seed) if rich else small_lines(chosen.rows))
    with labelbox_service(workspace, chosen.port) as service:
        service.exports.polls, service.exports.chunk_size = chosen.polls, chosen.chunk_size
        service.exports.cut = chosen.cut
        if chosen.slow:
            service.faults.slow(chosen.slow, "chunk")
        told: dict[str, object] = {
            "endpoint": service.endpoint,
            "rest_endpoint": service.rest_endpoint,
            "app_url": service.app_url,
        }
        told |= {"key": service.key, "projects": [*workspace.projects]}
        print(json.dumps(told), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
