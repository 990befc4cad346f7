"""The tablet's stream of events: that there is something new to ask for, as it happens."""

import itertools
from collections.abc import Iterator
from time import monotonic

import orjson
from apiflask import EmptySchema
from flask import Response

from server.api.resource import resource
from server.auth import allow, current_actor, current_store, done_reading
from server.errors import Busy, NotPermitted, StoreError
from server.services.field.events import Crowded, Listener, Watch, watch_of
from server.services.people import Actor
from server.translate import refused
from server.workflow import Role

__all__ = ["blueprint"]

blueprint = resource("events")
HEARTBEAT_S = 15.0
RENEW_S = 30.0
"""After which the session and the duties are looked at anew."""
AGAIN_S = 15
"""How soon a browser connects again."""
LATER_S = 60
"""When to try again where there is no room."""


@blueprint.get("/field/events")
@allow(Role.WORKER, Role.LEADER)
@blueprint.output(EmptySchema, content_type="text/event-stream")
def stream() -> Response:
    """Follow what changes.

    Server-sent events: `hello` at first, `work` whenever `/field/work` is worth asking again; each with a `stamp` that
    is new. A comment every 15 s. 503 with `Retry-After` when too many follow already: ask every 15 s instead.
    """
    watch, actor = watch_of(current_store()), current_actor()
    done_reading()
    try:
        listener = watch.enter(actor)
    except Crowded as error:
        answer = refused(503, error.code, error.values)
        answer.headers["Retry-After"] = str(LATER_S)
        return answer  # type: ignore[return-value]  # Flask's own, as the function makes no other
    told = Response(_told(watch, listener, actor), mimetype="text/event-stream", direct_passthrough=True)
    told.headers["Cache-Control"] = "no-store"
    told.headers["X-Accel-Buffering"] = "no"
    told.call_on_close(lambda: watch.leave(listener))
    return told


def _told(watch: Watch, listener: Listener, actor: Actor) -> Iterator[bytes]:
    """Write events until the reader goes, or may not read any more."""
    stamps = itertools.count(1)
    try:
        watch.renew(listener, actor)
        watch.keep_looking()
        renewed = monotonic()
        yield b"retry: %d\n" % (AGAIN_S * 1000) + _event("hello", next(stamps))
        while (found := listener.wait(HEARTBEAT_S)) != "over":
            if monotonic() - renewed >= RENEW_S:
                found = "work" if watch.renew(listener, actor) else found
                watch.keep_looking()  # should it have ended by a fault
                renewed = monotonic()
            yield _event("work", next(stamps)) if found else b": still here\n\n"
    except (NotPermitted, Busy, StoreError):
        return
    finally:
        watch.leave(listener)


def _event(name: str, stamp: int) -> bytes:
    return f"event: {name}\ndata: ".encode() + orjson.dumps({"stamp": str(stamp)}) + b"\n\n"
