"""Who asks."""

from typing import Any

from flask import Response, request
from flask_wtf.csrf import generate_csrf

from server.api.resource import answer, resource, stored
from server.api.telling import named
from server.api.told import MeAnswer
from server.auth import allow
from server.db import Tx
from server.services import areas, duties
from server.services.people import Actor
from server.words import role_name

__all__ = ["blueprint"]

blueprint = resource("me")


@blueprint.get("/me")
@allow()
@blueprint.output(MeAnswer)
def index() -> Response:
    """Tell who asks.

    With roles, the cells they answer for now, and the token that a session's POSTs carry.
    """
    csrf = None if "Authorization" in request.headers else generate_csrf()
    return answer({**stored(_told), "csrf": csrf})


def _told(tx: Tx, actor: Actor) -> dict[str, Any]:
    mine = areas.by_ids(tx, duties.cells_of(tx, actor.person_id or 0, tx.now))
    cells = sorted(mine.values(), key=lambda cell: cell.code)
    return {
        "person": {"uid": actor.uid, "name": actor.name, "login": actor.login},
        "roles": [
            {"role": str(one.role), "name": role_name(one.role), "area": named(one.code, one.name)}
            for one in actor.grants
        ],
        "cells": [named(cell.code, cell.name) for cell in cells],
    }
