"""How many unfinished bodies strangers may have on their way at once, so that slow ones leave threads for the others.

A thread waits for a body as long as its sender likes. Who is signed in is known before a body is read; where
everybody may send one, an address gets only so many at a time, each process for itself.
"""

import threading
from collections import Counter

from flask import Flask, abort, current_app, request

from server.auth import access_of
from server.security import SAFE
from server.translate import refused

__all__ = ["MOST", "install"]

MOST = 6  # of one address; a process has more threads than that, see server.cli.serve
SOON_S = 1


def install(app: Flask) -> None:
    """Refuse an address that has too many public forms on their way with 429.

    Those that are here already are not counted: a whole office may sign in within the same second.

    Parameters
    ----------
    app : Flask
        Application; to be called before anything reads a body.
    """
    open_now: Counter[str] = Counter()
    guard = threading.Lock()

    @app.before_request
    def receive() -> None:
        """Take a stranger's body in while the address is counted; it is not any more once the body is here."""
        if (
            request.method in SAFE
            or not request.endpoint
            or access_of(current_app, request.endpoint) is not None
        ):
            return
        address = request.remote_addr or "-"
        with guard:
            is_crowded = open_now[address] >= MOST
            open_now[address] += not is_crowded
        if is_crowded:
            answer = refused(429, "request.too_many", {"seconds": SOON_S})
            answer.headers["Retry-After"] = str(SOON_S)
            abort(answer)
        try:
            request.get_data(cache=True)
        finally:
            with guard:
                open_now[address] -= 1
                if not open_now[address]:
                    del open_now[address]
