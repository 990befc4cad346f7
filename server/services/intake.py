"""Taking reports in: each is located, explained, assigned to the worker on duty, and written whole.

One path for one report and for a batch of hundreds; everything of a batch is written in the caller's
transaction, or nothing of it.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any

import numpy as np
from sqlalchemy import Executable, Integer, String, bindparam, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from server.db import Tx
from server.errors import Conflict, InputError
from server.models import DayCounter, Issue, PrivateText
from server.services import clocks, duties, visit_origin
from server.services.drafts import Draft, checked
from server.services.duties import OnDuty
from server.services.first_entries import entries_of
from server.services.grid_above import tree_of
from server.services.ledger import NewEntry, append
from server.services.locating import OpenLocator, open_locator
from server.services.people import Actor
from server.services.placing import Placed, place_on
from server.services.private import Sealed, seal
from server.services.redact import public_place, public_words
from server.services.rules import Rules, rules_of
from server.uids import uuid7
from server.workflow import State

__all__ = ["Receipt", "report", "report_many"]

_CLOCKS = ("due_at", "amber_at", "dispatched_at", "stage_at", "stage_due_at")


@dataclass(frozen=True)
class Receipt:
    """What became of a report.

    Attributes
    ----------
    id : int
        Key inside the program.
    number : str
        Number for people.
    state : State
        ``reported`` (waits for a dispatcher), ``dispatched`` or ``closed`` (finished history).
    placed : Placed
        Where it lies.
    holder : OnDuty or None
        Who has it; None when nobody could be found or it is finished history.
    row : dict
        Columns of the issue, but for its key.
    grid : OpenLocator or None
        The grid that was asked.
    """

    id: int
    number: str
    state: State
    placed: Placed
    holder: OnDuty | None
    row: dict[str, Any]
    grid: OpenLocator | None


def report(tx: Tx, actor: Actor, draft: Draft) -> Receipt:
    """Take one report in, with the visit that led to it where it names one; see :func:`report_many`."""
    draft, visit_id = visit_origin.with_origin(tx, actor, draft)
    receipt = report_many(tx, actor, [draft])[0]
    visit_origin.link(tx, receipt.id, visit_id)
    return receipt


def report_many(
    tx: Tx,
    actor: Actor,
    drafts: Sequence[Draft],
    facts: Sequence[dict[str, Any]] | None = None,
    tellers: Sequence[tuple[datetime, Actor]] | None = None,
) -> list[Receipt]:
    """Take reports in.

    Parameters
    ----------
    tx : Tx
        Writing transaction; duty is asked at its instant.
    actor : Actor
        Who reports.
    drafts : Sequence of Draft
        Up to some hundreds.
    facts : Sequence of dict, optional
        What :func:`server.services.drafts.checked` said of each, where the caller has asked already.
    tellers : Sequence of (datetime, Actor), optional
        When each is received and who reports it, where these differ; duty is asked as for all.

    Returns
    -------
    list of Receipt
        One a draft, in order.

    Raises
    ------
    InputError
        A draft cannot be used (see :func:`server.services.drafts.checked`); nothing is written.
    Conflict
        A client-made uid is already there.
    """
    told = [(replace(tx, now=at), who) for at, who in tellers] if tellers else [(tx, actor)] * len(drafts)
    facts = facts or [checked(one, draft) for (one, _), draft in zip(told, drafts, strict=True)]
    grid = open_locator(tx)
    places = place_on(tx, grid, drafts)
    live = [
        where for where, draft in zip(places, drafts, strict=True) if where.in_cell and not draft.closed_at
    ]
    on_duty = _on_duty(tx, grid, live)
    numbers = _numbers(tx, [fact["happened_at"] for fact in facts])
    rules = rules_of(tx)
    rows, holders, sealed = [], [], []
    for (one, who), draft, fact, where, number in zip(told, drafts, facts, places, numbers, strict=True):
        holder = None if draft.closed_at else _holder(on_duty, where)
        holders.append(holder)
        sealed.append(_sealed(one, draft))
        row = _issue_row(one, who, draft, fact, where, holder, number)
        rows.append(row | _clocks(rules, row, one.now))
    _refuse_known(tx, [draft.uid for draft in drafts if draft.uid])
    ids = _inserted(tx, rows)
    _keep_sealed(tx, ids, sealed)
    entries: list[NewEntry] = []
    for (_, who), *step in zip(told, ids, drafts, rows, holders, sealed, places, strict=True):
        entries += entries_of(who, *step)
    append(tx, entries)
    held = [holder if holder and holder.person_id else None for holder in holders]
    return [
        Receipt(key, row["number"], State(row["state"]), where, holder, row, grid)
        for key, row, where, holder in zip(ids, rows, places, held, strict=True)
    ]


def _on_duty(tx: Tx, grid: OpenLocator | None, live: list[Placed]) -> dict[int, OnDuty]:
    """Ask who is on duty in cells; what lies above them the grid knows."""
    tree = tree_of(tx, grid, np.array([where.row for where in live])) if grid is not None and live else None
    return duties.on_duty_many(tx, {where.area_id for where in live}, tx.now, tree)


def _keep_sealed(tx: Tx, ids: list[int], sealed: list[list[Sealed]]) -> None:
    texts = [
        {**text.row, "issue_id": key} for key, several in zip(ids, sealed, strict=True) for text in several
    ]
    if texts:
        tx.session.execute(insert(PrivateText.__table__), texts)  # type: ignore[arg-type] # see _inserted


def _inserted(tx: Tx, rows: list[dict[str, Any]]) -> list[int]:
    """Insert issues and give their ids in order.

    The table is written to without the ORM, and the ids are read by uid afterwards: RETURNING in the
    parameters' order makes SQLite insert row by row, which takes four times as long.
    """
    if len(rows) == 1:
        return [int(tx.session.execute(insert(Issue.__table__), rows[0]).inserted_primary_key[0])]  # type: ignore[attr-defined, arg-type]
    tx.session.execute(insert(Issue.__table__), rows)  # type: ignore[arg-type]
    uids = [row["uid"] for row in rows]
    found = tx.session.execute(select(Issue.uid, Issue.id).where(Issue.uid.in_(uids)))
    id_of = dict(found.all())
    return [id_of[uid] for uid in uids]


def _holder(on_duty: dict[int, OnDuty], where: Placed) -> OnDuty:
    if where.in_cell:
        return on_duty[where.area_id]
    return OnDuty(where.area_id, None, "", "duty.no_cell")


def _sealed(tx: Tx, draft: Draft) -> list[Sealed]:
    words = {
        "description": draft.description,
        "place": draft.place_text,
        "reporter_name": draft.reporter_name,
        "reporter_phone": draft.reporter_phone,
    }
    return [seal(tx, kind, said) for kind, said in words.items() if said]


def _clocks(rules: Rules, row: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """Give the clock columns: none for finished history; the due begins when it is dispatched at once."""
    told: dict[str, Any] = dict.fromkeys(_CLOCKS)
    if row["state"] == State.CLOSED:
        return told
    category, urgent = row["category"], row["urgent"]
    if row["state"] == State.DISPATCHED:
        told |= clocks.begun(rules, category, urgent=urgent, at=now)
    stage = "take" if row["state"] == State.DISPATCHED else "dispatch"
    return told | clocks.started(rules, category, stage, urgent=urgent, at=now, due_at=told["due_at"])


def _issue_row(
    tx: Tx,
    actor: Actor,
    draft: Draft,
    fact: dict[str, Any],
    where: Placed,
    holder: OnDuty | None,
    number: str,
) -> dict[str, Any]:
    held = holder.person_id if holder else None
    state = State.CLOSED if draft.closed_at else State.DISPATCHED if held else State.REPORTED
    reason = holder or OnDuty(where.area_id, None, "", "duty.history")
    return {
        "uid": draft.uid or uuid7(tx.now),
        "number": number,
        "category": fact["category"],
        "source": fact["source"],
        "state": str(state),
        "summary": public_words(draft.description, (draft.reporter_name,)),
        "place_text": public_place(draft.place_text, (draft.reporter_name,)),
        "reported_lon": draft.lon,
        "reported_lat": draft.lat,
        "reported_crs": fact["crs"],
        "accuracy_m": draft.accuracy_m,
        **where.columns,
        "assigned": {"code": reason.reason, "values": reason.values},
        "holder_person_id": held,
        "holder_department_id": None,
        "reporter_person_id": actor.person_id,
        "round": 1,
        "hand_offs": 0,
        "reported_at": fact["happened_at"],
        "received_at": tx.now,
        "ended_at": draft.closed_at,
        "used_s": 0 if held else None,  # dispatched at once
        "updated_at": tx.now,
        "version": 1 if state == State.REPORTED else 2,
        **_origin(draft, fact),
    }


def _origin(draft: Draft, fact: dict[str, Any]) -> dict[str, Any]:
    return {
        "import_id": draft.import_id,
        "external_key": draft.external_key,
        "external_number": draft.external_number or None,
        "origin": None if draft.origin is None else dict(draft.origin),
        "urgent": fact["urgent"],
        "callback": fact["callback"] and not draft.closed_at,
    }


def _refuse_known(tx: Tx, uids: list[Any]) -> None:
    if uids and tx.session.query(Issue.id).where(Issue.uid.in_(uids)).first():
        raise Conflict("uid.taken")
    if len(set(uids)) < len(uids):
        raise InputError("uid.taken", field="uid")


def _numbers(tx: Tx, instants: list[Any]) -> list[str]:
    days = [at.astimezone(tx.config.zone).strftime("%Y%m%d") for at in instants]
    counts = Counter(days)
    last = {day: end - counts[day] for day, end in _count_up(tx, counts).items()}
    numbers = []
    for day in days:
        last[day] += 1
        numbers.append(f"{day}-{last[day]:05d}")
    return numbers


def _count_up(tx: Tx, counts: Mapping[str, int]) -> dict[str, int]:
    """Reserve numbers day by day, in order, so that two writers never wait crosswise."""
    statement = _counting(tx.on_sqlite)
    rows = sorted(counts.items())
    return {day: int(tx.rows(statement, {"day": day, "last": count})[0].last) for day, count in rows}


@cache
def _counting(on_sqlite: bool) -> Executable:
    """Make the statement that reserves numbers of a day, once."""
    day, last = bindparam("day", type_=String), bindparam("last", type_=Integer)
    statement = (sqlite if on_sqlite else postgresql).insert(DayCounter).values(day=day, last=last)
    return statement.on_conflict_do_update(
        index_elements=["day"], set_={"last": DayCounter.last + statement.excluded.last}
    ).returning(DayCounter.last)
