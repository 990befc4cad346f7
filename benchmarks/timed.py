"""The application with its own time in each answer: ``python -m benchmarks.timed FOLDER URL PORT`` serves it."""

import sys
import time
from collections.abc import Callable, Iterable
from typing import Any

from server.app import from_environment
from server.cli.serve import run_server
from server.config import load

__all__ = ["application"]


def application() -> Callable[..., Iterable[bytes]]:
    """Make the application; ``Server-Timing: app;dur=…`` tells milliseconds from call to headers.

    An answer that is not streamed is whole when its headers go, so this is all the work there is but for the
    server's own reading and writing of sockets. The body is read inside, for the application asks for it.
    """
    app = from_environment()

    def timed(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        begun = time.perf_counter()

        def start(status: str, headers: list[tuple[str, str]], *rest: object) -> object:
            spent = (time.perf_counter() - begun) * 1000
            return start_response(status, [*headers, ("Server-Timing", f"app;dur={spent:.3f}")], *rest)

        return app(environ, start)

    return timed


if __name__ == "__main__":
    folder, url, port = sys.argv[1:]
    settings = {"dir": folder, "database_url": url or None, "port": int(port), "rate_limits": False}
    run_server(load(settings, environment={}), "benchmarks.timed:application")
