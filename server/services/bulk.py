"""One action on many issues: each for itself, all or nothing of it, and what became of each is told.

An issue that refuses does not hold up the others: each is done in a savepoint of its own. The answer is
remembered under a key, so that a form sent twice does nothing twice and its result can be looked at again.
All are locked first, in the order of their keys; what became of them is told in the order asked for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import select

from server.db import Tx
from server.errors import Conflict, InputError, NotFound, NotPermitted
from server.models import Issue
from server.services import idempotency, issues
from server.services.idempotency import Answer
from server.services.people import Actor
from server.services.permissions import visible
from server.words import action_name
from server.workflow import TRANSITIONS, Relation, WorkflowError

__all__ = ["ACTIONS", "MOST", "Outcome", "act", "act_once", "kept", "offered"]

ACTIONS = ("dispatch", "reassign", "supervise", "note", "reject", "pass")
NUMBER_MOST = 20
MOST = 200


@dataclass(frozen=True)
class Outcome:
    """What became of one issue.

    Attributes
    ----------
    number : str
        Which.
    state : str
        State afterwards; empty when it was refused.
    code : str
        Why it was refused; empty when it was done.
    values : dict
        What the refusal speaks about.
    """

    number: str
    state: str = ""
    code: str = ""
    values: Mapping[str, Any] | None = None

    @property
    def is_done(self) -> bool:
        """Whether it was done."""
        return not self.code


def offered(actor: Actor) -> tuple[str, ...]:
    """List the actions that somebody may do to many issues at once, by role; each issue decides for itself."""
    return tuple(
        action
        for action in ACTIONS
        if any(
            row.roles & actor.roles or row.relations & {Relation.HOLDER}
            for row in TRANSITIONS
            if row.action == action
        )
    )


def act(
    tx: Tx, actor: Actor, numbers: Sequence[str], action: str, given: Mapping[str, Any]
) -> tuple[Outcome, ...]:
    """Do one thing with many issues.

    Parameters
    ----------
    tx : Tx
        Writing transaction; what is done commits with it.
    actor : Actor
        Who does it.
    numbers : Sequence of str
        Which, 1 to :data:`MOST`; one named twice is done once.
    action : str
        One of :data:`ACTIONS`.
    given : Mapping[str, Any]
        What it needs, the same for each; see :func:`server.services.issues.act`.

    Returns
    -------
    tuple of Outcome
        In the order asked for.

    Raises
    ------
    InputError
        Nothing chosen, too many, or an action that is not done to many; nothing is written.
    """
    wanted = tuple(dict.fromkeys(numbers))
    if action not in ACTIONS:
        known = "、".join(action_name(one) for one in ACTIONS)
        raise InputError("bulk.action", field="action", action=action[:24], known=known)
    if not wanted:
        raise InputError("bulk.none", field="numbers")
    if len(wanted) > MOST:
        raise InputError("bulk.many", field="numbers", limit=MOST, count=len(wanted))
    _lock(tx, actor, [number for number in wanted if _could_be(number)])
    return tuple(_one(tx, actor, number, action, given) for number in wanted)


def _lock(tx: Tx, actor: Actor, numbers: Sequence[str]) -> None:
    """Lock all of them in the order of their keys, so that two who choose the same never wait crosswise."""
    rows = select(Issue.id).where(Issue.number.in_(numbers), visible(actor))
    tx.session.execute(rows.order_by(Issue.id).with_for_update())


def _could_be(number: str) -> bool:
    """Whether a database can be asked for it at all."""
    return number.isascii() and number.isprintable() and len(number) <= NUMBER_MOST


def _one(tx: Tx, actor: Actor, number: str, action: str, given: Mapping[str, Any]) -> Outcome:
    if not _could_be(number):
        shown = number.encode("ascii", "backslashreplace").decode()[:40]
        return Outcome(shown, "", "issue.not_found", {"number": shown})
    try:
        with tx.session.begin_nested():
            done = issues.perform(tx, actor, number, action, given)
            return Outcome(number, str(done.state))
    except (InputError, NotFound, NotPermitted, Conflict, WorkflowError) as refused:
        return Outcome(number, "", refused.code, orjson.loads(orjson.dumps(refused.values, default=str)))


def act_once(
    tx: Tx, actor: Actor, key: str, numbers: Sequence[str], action: str, given: Mapping[str, Any]
) -> tuple[Outcome, ...]:
    """Do one thing with many issues, once per key; see :func:`act`.

    Parameters
    ----------
    tx, actor, numbers, action, given :
        As there.
    key : str
        Names this request; sent again, it gets the same answer.

    Raises
    ------
    InputError
        As there; or the key is malformed, or came with another request.
    """
    named = idempotency.checked_key(key) or ""
    said = orjson.dumps([list(numbers), action, dict(given)], option=orjson.OPT_SORT_KEYS)
    digest = idempotency.digest_of("bulk", said)
    known = idempotency.recall(tx, actor, named, digest)
    if known is None:
        outcomes = act(tx, actor, numbers, action, given)
        body = {"action": action, "outcomes": [vars(one) for one in outcomes]}
        known = Answer(200, orjson.dumps(body))
        idempotency.remember(tx, actor, named, digest, known)
    return _read(known)[1]


def kept(tx: Tx, actor: Actor, key: str) -> tuple[str, tuple[Outcome, ...]]:
    """Look again at what :func:`act_once` did under a key: the action and its outcomes.

    Raises
    ------
    NotFound
        Nothing was done under it, or a week ago.
    """
    known = idempotency.kept(tx, actor, key)
    if known is None:
        raise NotFound("bulk.not_found")
    return _read(known)


def _read(known: Answer) -> tuple[str, tuple[Outcome, ...]]:
    body = orjson.loads(known.body)
    if "outcomes" not in body:
        raise NotFound("bulk.not_found")
    return str(body["action"]), tuple(Outcome(**one) for one in body["outcomes"])
