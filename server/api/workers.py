"""Workers and leaders with their duties."""

from typing import Any

from flask import Response
from pydantic import Field

from server.api.resource import Query, answer, resource, stored
from server.api.telling import named
from server.api.told import WorkerList
from server.auth import allow
from server.services import workers
from server.services.workers import Worker

__all__ = ["blueprint"]

blueprint = resource("workers")


class WorkerQuery(Query):
    """Whose."""

    area: str = Field("", description="code of an area: only duties in it", max_length=64)


@blueprint.get("/workers")
@allow()
@blueprint.input(WorkerQuery, location="query")
@blueprint.output(WorkerList)
def index(query_data: WorkerQuery) -> Response:
    """List workers.

    Who has a duty now in the asker's areas, and who stands in for those away.
    """
    found = stored(lambda tx, actor: workers.on_duty_now(tx, actor, query_data.area or None))
    return answer({"items": [_told(one) for one in found]})


def _told(one: Worker) -> dict[str, Any]:
    return {
        "uid": one.uid,
        "name": one.name,
        "is_away": one.is_away,
        "substitute": one.substitute,
        "duties": [{"kind": kind, "area": named(code, name)} for kind, code, name in one.duties],
    }
