"""What the forms of the duty pages do: leave, posts, handing over, leaving service."""

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from server.auth import allow, current_actor, current_store
from server.errors import InputError, NotFound
from server.services import appointing, handover, leaves, leaving, staffing
from server.services.appointing import Post
from server.services.filters import instant_of
from server.services.handover import HandedOver
from server.services.leaves import Absence, Wish

__all__ = ["blueprint"]

LONGEST_KEY = 18  # digits
blueprint = Blueprint("duty_acts", __name__)


@blueprint.post("/duties/people/<uid>/leaves")
@allow()
def announce(uid: str) -> Response:
    """Announce a leave; what is due is handed over at once."""
    with current_store().write() as tx:
        told = leaves.announce(tx, current_actor(), uid, _wish())
    return _back_from(told)


@blueprint.post("/duties/leaves/<key>")
@allow()
def change(key: str) -> Response:
    """Change a leave."""
    with current_store().write() as tx:
        told = leaves.change(tx, current_actor(), _key(key, "leave.absent"), _wish())
    return _back_from(told)


@blueprint.post("/duties/leaves/<key>/end")
@allow()
def end_leave(key: str) -> Response:
    """End a leave now, or cancel it."""
    with current_store().write() as tx:
        uid = leaves.end(tx, current_actor(), _key(key, "leave.absent")).person[0]
    return redirect(url_for("duties.person", uid=uid, saved=1), 303)


@blueprint.post("/duties/areas/<code>")
@allow(*staffing.MANAGERS)
def appoint(code: str) -> Response:
    """Give a duty."""
    post = Post(
        code,
        request.form.get("kind", ""),
        _day("since"),
        _day("until", end=True),
        replaces=request.form.get("replaces") == "1",
    )
    with current_store().write() as tx:
        appointing.appoint(tx, current_actor(), request.form.get("person", ""), post)
    handover.run_due(current_store())
    return redirect(url_for("duties.area", code=code), 303)


@blueprint.post("/duties/posts/<key>/end")
@allow(*staffing.MANAGERS)
def end_duty(key: str) -> Response:
    """End a duty, or cancel one to come."""
    with current_store().write() as tx:
        appointing.end_duty(
            tx,
            current_actor(),
            _key(key, "duty.absent"),
            _day("until", end=True),
            hand_over=request.form.get("hand_over") == "1",
        )
    handover.run_due(current_store())
    return redirect(url_for("duties.index"), 303)


@blueprint.post("/duties/people/<uid>/hand-over")
@allow()
def hand_over(uid: str) -> Response:
    """Hand over somebody's open issues."""
    cell = request.form.get("cell", "")
    done = handover.hand_over(
        current_store(), current_actor(), uid, request.form.get("to", ""), [cell] if cell else []
    )
    return _back(uid, done)


@blueprint.post("/duties/people/<uid>/leaving")
@allow()
def leave_service(uid: str) -> Response:
    """Let somebody leave service, now or at the end of a day."""
    return _back(uid, leaving.leave_service(current_store(), current_actor(), uid, _day("until", end=True)))


@blueprint.post("/duties/people/<uid>/stay")
@allow()
def stay(uid: str) -> Response:
    """Take back an announced leaving."""
    with current_store().write() as tx:
        leaving.stay(tx, current_actor(), uid)
    return redirect(url_for("duties.person", uid=uid, saved=1), 303)


def _wish() -> Wish:
    since, until = _day("since"), _day("until", end=True)
    if since is None or until is None:
        raise InputError("field.missing", field="since" if since is None else "until")
    form = request.form
    return Wish(since, until, form.get("substitute") or None, form.get("everything") == "1")


def _day(name: str, *, end: bool = False) -> datetime | None:
    return instant_of(name, request.form.get(name, "").strip(), current_store().config.zone, end=end)


def _key(given: str, code: str) -> int:
    if not (given.isascii() and given.isdecimal() and len(given) <= LONGEST_KEY):
        raise NotFound(code, id=given[:LONGEST_KEY])
    return int(given)


def _back_from(told: Absence) -> Response:
    done = handover.run_due(current_store())
    alone = {"alone": 1} if told.alone else {}
    return _back(told.person[0], done, **alone)


def _back(uid: UUID | str, done: HandedOver, **more: int) -> Response:
    told: dict[str, Any] = {"moved": done.moved, "left": len(done.left), "failed": done.failed}
    told |= {"saved": 1, **more}
    return redirect(url_for("duties.person", uid=uid, **told), 303)
