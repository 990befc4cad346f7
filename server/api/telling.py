"""Services' dataclasses -> what the API sends: codes with their names, instants, sentences."""

from collections.abc import Mapping
from typing import Any

from server.db import Tx
from server.pages.timeline import why_said
from server.pages.times import left_words
from server.services import briefs
from server.services.areas import AreaView
from server.services.beside import Asked, Called
from server.services.briefs import Brief
from server.services.categories import category_name
from server.services.issue_view import IssueView, Step
from server.services.locating import OpenLocator, open_locator
from server.services.time_left import Timer, timer_of
from server.words import NAMES, _, action_name, moved_said, role_name, sentence, source_name, state_name

__all__ = [
    "area_told",
    "brief_told",
    "holder_told",
    "issue_told",
    "named",
    "near_told",
]


def named(code: str, name: str) -> dict[str, str]:
    """Tell a code with its name."""
    return {"code": code, "name": name}


def brief_told(brief: Brief, timer: Timer) -> dict[str, Any]:
    """Tell an issue as a list shows it; what is left of its limit is as of the timer's instant."""
    runs = brief.clock != "none"
    left = timer.left(brief.category, brief.due_at, urgent=brief.urgent) if runs else None
    return {
        "number": brief.number,
        "uid": brief.uid,
        "state": named(brief.state, state_name(brief.state)),
        "category": named(brief.category, category_name(brief.category)),
        "source": named(brief.source, source_name(brief.source)),
        "summary": brief.summary,
        "place_text": brief.place_text,
        "lon": brief.lon,
        "lat": brief.lat,
        "accuracy_m": brief.accuracy_m,
        "cell": named(brief.cell.code, brief.cell.name) if brief.cell else None,
        "area": area_told(brief.area),
        "how": brief.how,
        "distance_m": brief.distance_m,
        "holder": holder_told(brief.holder),
        "reported_at": brief.reported_at,
        "due_at": brief.due_at,
        "clock": brief.clock,
        "left": left_words(left),
        "round": brief.round,
        "border": brief.border,
        "needs_check": brief.needs_check,
        "version": brief.version,
    }


def area_told(area: AreaView) -> dict[str, Any]:
    """Tell an area and its place in the tree."""
    return {"code": area.code, "name": area.name, "level": area.level, "path_names": area.path_names}


def holder_told(holder: tuple[str, str] | None) -> dict[str, str] | None:
    """Tell who has an issue."""
    return {"name": holder[1], "kind": holder[0]} if holder else None


def issue_told(
    tx: Tx, view: IssueView, brief: Brief | None = None, timer: Timer | None = None
) -> dict[str, Any]:
    """Tell an issue whole.

    Parameters
    ----------
    tx : Tx
        The transaction the view was read in.
    view : IssueView
        The issue as the actor sees it.
    brief : Brief, optional
        The same one in brief, where it is known already.
    timer : Timer, optional
        Of that transaction, where the caller has it.
    """
    issue = view.issue
    brief = brief or briefs.by_ids(tx, [issue.id])[issue.id]
    return {
        **brief_told(brief, timer or timer_of(tx)),
        "place_text": view.place or brief.place_text,
        "description": view.description or brief.summary,
        "reporter": {"name": view.reporter_name, "phone": view.reporter_phone},
        "may_unmask": view.may_unmask,
        "is_whole": view.is_whole,
        "is_purged": issue.purged_at is not None,
        "reason": _said(issue.placed),
        "assignment": _said(issue.assigned),
        "runner_ups": near_told(issue.runner_ups, open_locator(tx)) if issue.runner_ups else [],
        "urgent": issue.urgent,
        "external_number": issue.external_number,
        "stage_due_at": issue.stage_due_at,
        "whistles": [_whistle(one) for one in view.whistles],
        "asks": [_ask(one) for one in view.asks],
        "outcome": _outcome(view),
        "merged_into": view.parent or None,
        "merged": view.children,
        "log": [_step(step) for step in view.log],
        "actions": [
            {
                "action": row.action,
                "name": action_name(row.action),
                "requires": row.requires,
                "takes": row.takes,
            }
            for row in view.actions
        ],
    }


def _whistle(one: Called) -> dict[str, Any]:
    return {
        "department": named(one.code, one.department),
        "at": one.at,
        "answer_by": one.answer_by,
        "answered_at": one.answered_at,
        "result": _coded("result", one.result),
        "who": one.who,
    }


def _ask(one: Asked) -> dict[str, Any]:
    facts = {name: getattr(one, name) for name in ("kind", "at", "until", "who", "decided_by", "decided_at")}
    return {**facts, "state": _coded("ask", one.state)}


def _outcome(view: IssueView) -> dict[str, Any]:
    issue = view.issue
    return {
        "satisfaction": _coded("satisfaction", issue.satisfaction),
        "quantity": issue.quantity,
        "unit": issue.unit,
        "money": None if issue.money_fen is None else issue.money_fen / 100,
    }


def _coded(kind: str, code: str | None) -> dict[str, str] | None:
    return named(code, _(NAMES[kind].get(code, code))) if code else None


def near_told(cells: Any, grid: OpenLocator | None) -> list[dict[str, Any]]:  # noqa: ANN401 - a JSON column
    """Tell cells nearby, ``{"code", "distance_m"}``, with the names that a grid gives them."""
    return [{**near, "name": grid.name_of(near["code"]) if grid else near["code"]} for near in cells]


def _said(reason: Mapping[str, Any] | None) -> str:
    return sentence(reason["code"], reason.get("values")) if reason else ""


def _step(step: Step) -> dict[str, Any]:
    moved = [moved_said(*step.moved)] if step.moved else []
    told = [step.unit, _("告知 {name}", name=step.told) if step.told else ""]
    why = _("，").join([*why_said(step), *(one for one in told if one)])
    return {
        "seq": step.seq,
        "action": step.action,
        "action_name": action_name(step.action),
        "from": step.from_state,
        "to": step.to_state,
        "who": step.who,
        "role_name": role_name(step.role),
        "at": step.at,
        "used_s": step.used_s,
        "words": "\n".join(one for one in (*(moved or [why]), *step.said) if one),
    }
