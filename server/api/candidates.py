"""Whom an issue can be given to."""

from flask import Response

from server.api.resource import answer, resource, stored
from server.api.told_loop import Told
from server.auth import ISSUE_ROLES, allow
from server.services import asking

__all__ = ["blueprint"]

blueprint = resource("candidates")


class CandidateRow(Told):
    """Somebody an issue can be given to."""

    holder: str
    name: str
    what: str
    group: str


class CandidateList(Told):
    """People on duty around an issue and not away, the nearest first, then departments."""

    items: list[CandidateRow]


@blueprint.get("/issues/<number>/candidates")
@allow(*ISSUE_ROLES)
@blueprint.output(CandidateList)
def index(number: str) -> Response:
    """List whom an issue can be given to.

    For `holder` of dispatch, transfer and reassign: people on duty around it, the nearest first, then departments
    that serve there. `what` is the area somebody answers for, `group` the community; both empty for departments.
    """
    found = stored(lambda tx, actor: asking.holders_of(tx, actor, number))
    rows = [{"holder": one.holder, "name": one.name, "what": one.what, "group": one.group} for one in found]
    return answer({"items": rows})
