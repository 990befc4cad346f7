"""A server in a process of its own, as a user runs it, for as long as a measurement takes."""

import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["serving"]


@contextmanager
def serving(command: Callable[[int], list[str]]) -> Iterator[int]:
    """Run a server by the command that it takes for a port; give that port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    unlimited = {**os.environ, "WANGGE_RATE_LIMITS": "false"}
    with subprocess.Popen(command(port), stdout=subprocess.DEVNULL, env=unlimited) as server:
        try:
            _wait(port)
            yield port
        finally:
            server.terminate()


def _wait(port: int) -> None:
    for _ in range(120):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.25)
        else:
            return
    raise SystemExit("the server did not start")
