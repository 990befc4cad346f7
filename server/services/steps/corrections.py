"""Correcting what a report said: its place, its category, whether it is urgent."""

from collections.abc import Callable, Mapping
from typing import Any

from server.errors import InputError
from server.models import Area, Issue
from server.services import clocks, duties
from server.services.categories import category_of
from server.services.drafts import Draft, check_position
from server.services.duties import OnDuty
from server.services.placing import Placed, place
from server.services.rules import rules_of
from server.services.standing import SPENT_AT
from server.services.steps.step import Step
from server.workflow import State

__all__ = ["DO", "PLACE", "READ", "off_duty", "spot", "write_place"]

PLACE = ("area_id", "boundary_id", "grid_id", "how", "distance_m", "runner_ups", "placed")
_SPOT = ("area_id", "boundary_id", "grid_id", "how", "distance_m")
_POSITION = ("lon", "lat", "crs", "accuracy_m")


def spot(columns: Mapping[str, Any], code: str) -> dict[str, Any]:
    """Give what an entry keeps of a place: codes and numbers."""
    return {"cell": code or None, **{name: columns[name] for name in _SPOT}}


def write_place(issue: Issue, columns: Mapping[str, Any]) -> None:
    """Put an issue where it was placed."""
    for name in (*PLACE, "border", "needs_check"):
        setattr(issue, name, columns[name])


def off_duty(issue: Issue, duty: OnDuty | None) -> bool:
    """Whether a person holds it who is not on duty where it lies now."""
    return issue.holder_person_id is not None and (duty is None or duty.person_id != issue.holder_person_id)


def _read(step: Step) -> None:
    said = step.given["changes"]
    if not isinstance(said, Mapping):
        raise InputError("field.unreadable", field="changes", value=str(said)[:40])
    for name in said:
        if name not in ("category", "urgent", "place"):
            raise InputError("field.unknown", field=str(name)[:40])
    changes: dict[str, Any] = {}
    issue = step.issue
    if said.get("category"):
        code = category_of(str(said["category"])).code
        if code != issue.category:
            changes["category"] = {"from": issue.category, "to": code}
    if said.get("urgent") is not None and bool(said["urgent"]) != issue.urgent:
        changes["urgent"] = {"from": issue.urgent, "to": bool(said["urgent"])}
    if said.get("place"):
        step.placed, step.drawn = _placed(step, said["place"])
        changes["place"] = _from_to(step, step.placed)
    if not changes:
        raise InputError("correct.nothing", field="changes")
    step.codes["changes"] = changes
    if {"category", "urgent"} & set(changes):
        issue.category = changes.get("category", {"to": issue.category})["to"]
        issue.urgent = changes.get("urgent", {"to": issue.urgent})["to"]
        step.codes |= clocks.recounted(rules_of(step.tx), issue, step.entries)


def _placed(step: Step, said: object) -> tuple[Placed, Draft]:
    if not isinstance(said, Mapping) or set(said) - set(_POSITION):
        raise InputError("field.unreadable", field="place", value=str(said)[:40])
    facts = {name: said[name] for name in _POSITION if said.get(name) is not None}
    for name, value in facts.items():
        if name != "crs" and (isinstance(value, bool) or not isinstance(value, int | float)):
            raise InputError("field.not_number", field=name, value=str(value)[:40])
    draft = Draft(step.issue.category, step.issue.source, **facts)
    check_position(draft)
    return place(step.tx, [draft])[0], draft


def _from_to(step: Step, where: Placed) -> dict[str, Any]:
    issue = step.issue
    left = step.tx.session.get_one(Area, issue.area_id).code if issue.boundary_id is not None else ""
    reached = where.path.rstrip("/").rpartition("/")[2] if where.in_cell else ""
    before = {name: getattr(issue, name) for name in _SPOT}
    return {"from": spot(before, left), "to": spot(where.columns, reached)}


def _corrected(step: Step) -> None:
    step.issue.border = step.issue.needs_check = False
    if step.placed is not None and step.drawn is not None:
        _move(step, step.placed, step.drawn)


def _move(step: Step, where: Placed, draft: Draft) -> None:
    """Move it, and give it to who is on duty there unless somebody is at work on it already."""
    issue, columns = step.issue, where.columns
    has_left = where.area_id != issue.area_id
    issue.lon, issue.lat = columns["lon"], columns["lat"]
    issue.reported_lon, issue.reported_lat, issue.reported_crs = draft.lon, draft.lat, check_position(draft)
    issue.accuracy_m = draft.accuracy_m
    write_place(issue, columns)
    if not has_left:
        return
    duty = duties.on_duty(step.tx, where.area_id, step.tx.now) if where.in_cell else None
    if step.state == State.REPORTED:
        told = duty or OnDuty(where.area_id, None, "", "duty.no_cell")
        issue.assigned = {"code": told.reason, "values": told.values}
    is_free = issue.hand_offs < SPENT_AT and not issue.final
    is_waiting = step.state == State.REPORTED and is_free
    is_untaken = step.state == State.DISPATCHED and is_free and off_duty(issue, duty)
    if duty is None or duty.person_id is None:
        issue.needs_check = issue.needs_check or step.state != State.REPORTED
    elif is_waiting or is_untaken:
        action = "dispatch" if is_waiting else "reassign"
        given = {"holder": f"person:{duty.person_id}", "reason_code": duty.reason, "assigned": duty}
        step.follow.append((action, given))
    elif off_duty(issue, duty):
        issue.needs_check = True


READ: Mapping[str, Callable[[Step], None]] = {"correct": _read}
DO: Mapping[str, Callable[[Step], None]] = {"correct": _corrected}
