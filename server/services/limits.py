"""The table of limits, category by stage: as shipped, as edited, as in force."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import delete

from server.db import Tx
from server.errors import InputError, NotFound
from server.models import LimitEdit
from server.services import audit
from server.services.administered import acting_for_all
from server.services.categories import categories
from server.services.people import Actor
from server.services.rules import ALL, STAGES, edited, rules_of, shipped_limits
from server.worktime import Kind, Limit

__all__ = ["MOST", "LimitView", "NewLimit", "kinds_for", "listed", "reset", "set_limits"]

MOST = {Kind.URGENT_HOUR: 8_784, Kind.WORK_HOUR: 2_000, Kind.WORK_DAY: 250, Kind.NATURAL_DAY: 366}
"""A year of each, about."""
LEAST_HOURS = 0.05
Key = tuple[str, str, bool]


@dataclass(frozen=True)
class LimitView:
    """A limit of one category for one stage.

    Attributes
    ----------
    category : str
        Code, or ``*`` for all that have none of their own.
    stage : str
        One of :data:`server.services.rules.STAGES`.
    urgent : bool
        Whether for what is urgent.
    shipped : Limit or None
        As the program ships it; None: as the row of all says.
    edit : Limit or None
        As it was changed in the administration; None: it was not.
    in_force : Limit
        As it counts.
    """

    category: str
    stage: str
    urgent: bool
    shipped: Limit | None
    edit: Limit | None
    in_force: Limit

    @property
    def is_own(self) -> bool:
        """Whether the category has a limit of its own, rather than that of all."""
        return self.category == ALL or self.shipped is not None or self.edit is not None


@dataclass(frozen=True)
class NewLimit:
    """A limit as somebody wants it.

    Attributes
    ----------
    stage, kind : str
        As typed or chosen.
    amount : str or float
        As typed.
    """

    stage: str
    kind: str
    amount: str | float


def kinds_for(*, urgent: bool) -> tuple[Kind, ...]:
    """Name the units that limits can have; what is urgent runs by the wall clock alone."""
    return tuple(kind for kind in Kind if (kind is Kind.URGENT_HOUR) == urgent)


def listed(tx: Tx) -> tuple[LimitView, ...]:
    """List all limits: the row of all first, then categories in their order, by urgency and stage.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    """
    shipped, edits, rules = shipped_limits(), _edits(tx), rules_of(tx)
    return tuple(
        LimitView(
            category,
            stage,
            urgent,
            shipped.get((category, stage, urgent)),
            edits.get((category, stage, urgent)),
            rules.limit(category, stage, urgent=urgent),
        )
        for category in (ALL, *categories())
        for urgent in (False, True)
        for stage in STAGES
    )


def set_limits(tx: Tx, actor: Actor, category: str, wanted: Iterable[NewLimit], *, urgent: bool) -> list[int]:
    """Change limits of a category; what is wanted as it is in force already stays untouched.

    Parameters
    ----------
    tx : Tx
        Writing transaction.
    actor : Actor
        Who changes them.
    category : str
        Code, or ``*``.
    wanted : Iterable of NewLimit
        One a stage.
    urgent : bool
        Whether for what is urgent.

    Returns
    -------
    list of int
        Keys of the acts in the record; empty when nothing differed.

    Raises
    ------
    NotFound
        No such category.
    InputError
        A stage, unit or amount that cannot be; nothing is written.
    """
    actor = acting_for_all(tx, actor)
    _check_category(tx, category)
    limits = {(category, one.stage, urgent): _limit(one, urgent=urgent) for one in wanted}
    rules = rules_of(tx)
    differing = {
        key: limit for key, limit in limits.items() if limit != rules.limit(category, key[1], urgent=urgent)
    }
    written = [_set(tx, actor, key, limit) for key, limit in differing.items()]
    if written:
        edited(tx)
    return written


def reset(tx: Tx, actor: Actor, category: str, stage: str, *, urgent: bool) -> int | None:
    """Take back a change of a limit, so that the shipped one counts again.

    Returns
    -------
    int or None
        Key of the act in the record; None when there was nothing to take back.

    Raises
    ------
    NotFound
        No such category.
    InputError
        No such stage.
    """
    actor = acting_for_all(tx, actor)
    _check_category(tx, category)
    key = (category, _stage(stage), urgent)
    if key not in _edits(tx):
        return None
    before = rules_of(tx).limit(category, stage, urgent=urgent)
    _forget(tx, key)
    edited(tx)
    after = rules_of(tx).limit(category, stage, urgent=urgent)
    return _record(tx, actor, "limit.reset", key, before, after)


def _set(tx: Tx, actor: Actor, key: Key, limit: Limit) -> int:
    before = rules_of(tx).limit(key[0], key[1], urgent=key[2])
    _forget(tx, key)
    if shipped_limits().get(key) != limit:
        category, stage, urgent = key
        row = LimitEdit(
            category=category, stage=stage, urgent=urgent, kind=str(limit.kind), amount=limit.amount
        )
        tx.session.add(row)
        tx.session.flush()
    return _record(tx, actor, "limit.set", key, before, limit)


def _record(tx: Tx, actor: Actor, code: str, key: Key, before: Limit, after: Limit) -> int:
    category, stage, urgent = key
    return audit.record(
        tx,
        actor,
        code,
        category=category,
        stage=stage,
        urgent=urgent,
        before=[before.kind, before.amount],
        after=[after.kind, after.amount],
    )


def _forget(tx: Tx, key: Key) -> None:
    category, stage, urgent = key
    tx.session.execute(
        delete(LimitEdit).where(
            LimitEdit.category == category, LimitEdit.stage == stage, LimitEdit.urgent == urgent
        )
    )


def _edits(tx: Tx) -> dict[Key, Limit]:
    rows = tx.session.query(LimitEdit)
    return {(row.category, row.stage, row.urgent): Limit(Kind(row.kind), row.amount) for row in rows}


def _check_category(tx: Tx, category: str) -> None:
    rules_of(tx)  # brings the categories up to date
    if category != ALL and category not in categories():
        raise NotFound(
            "category.unknown", field="category", value=category[:80], known="、".join(categories())
        )


def _stage(value: str) -> str:
    if value not in STAGES:
        raise InputError("limit.stage", field="stage", value=value[:40], known="、".join(STAGES))
    return value


def _limit(wanted: NewLimit, *, urgent: bool) -> Limit:
    stage, allowed = _stage(wanted.stage), kinds_for(urgent=urgent)
    if wanted.kind not in allowed:
        code = "limit.kind_urgent" if urgent else "limit.kind"
        raise InputError(code, field=stage, value=str(wanted.kind)[:40], known="、".join(allowed))
    kind, amount = Kind(wanted.kind), _amount(wanted)
    is_days = kind in (Kind.WORK_DAY, Kind.NATURAL_DAY)
    if is_days and amount != int(amount):
        raise InputError("limit.whole", field=stage, value=f"{amount:g}")
    least = 1 if is_days else LEAST_HOURS
    if not least <= amount <= MOST[kind]:
        raise InputError("limit.range", field=stage, value=f"{amount:g}", least=least, most=MOST[kind])
    return Limit(kind, amount)


def _amount(wanted: NewLimit) -> float:
    try:
        amount = float(str(wanted.amount).strip().replace("_", "x"))
    except ValueError as error:
        raise InputError("field.not_number", field=wanted.stage, value=str(wanted.amount)[:40]) from error
    if not math.isfinite(amount):
        raise InputError("field.not_number", field=wanted.stage, value=str(wanted.amount)[:40])
    return round(amount, 2)
