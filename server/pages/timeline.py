"""The log of an issue as a timeline: who did what, as what, when; whom it went to; what was said and changed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any

from server.pages.facts import GIVING, amounts
from server.pages.times import moment, span
from server.services.categories import category_name
from server.services.filters import instant_of
from server.services.issue_view import IssueView, Step
from server.services.related import Pointed
from server.words import NAMES, SENTENCES, _, action_name, moved_said, role_name, sentence

__all__ = ["LogLine", "lines_of", "why_said"]

PRESSING = frozenset({"supervise", "urge"})
CODED = ("contacted", "satisfaction", "result")
LEAST_S = 60  # less is not told


@dataclass(frozen=True)
class LogLine:
    """One entry in words.

    Attributes
    ----------
    seq : int
        Its place in the log.
    action, action_name, who, role_name : str
        What, by whom, as what.
    to : str
        Code of the state afterwards.
    at : datetime
        When.
    facts : tuple of str
        Whom it went to, what was changed, answered, asked for.
    said : tuple of str
        What was said.
    used : str
        How long the stage before took; empty when not measured.
    is_pressing : bool
        Whether it presses: a supervision or an urge.
    """

    seq: int
    action: str
    action_name: str
    who: str
    role_name: str
    to: str
    at: datetime
    facts: tuple[str, ...]
    said: tuple[str, ...]
    used: str
    is_pressing: bool


def lines_of(view: IssueView, names: Pointed, zone: tzinfo) -> tuple[LogLine, ...]:
    """Put a log into words, newest first.

    Parameters
    ----------
    view : IssueView
        The issue as the actor sees it.
    names : Pointed
        Names of what it points to.
    zone : tzinfo
        Of the times in it.
    """
    return tuple(_line(step, names, zone) for step in reversed(view.log))


def _line(step: Step, names: Pointed, zone: tzinfo) -> LogLine:
    used = step.used_s or 0
    return LogLine(
        seq=step.seq,
        action=step.action,
        action_name=action_name(step.action),
        who=step.who,
        role_name=role_name(step.role),
        to=step.to_state,
        at=step.at,
        facts=tuple(one for one in _facts(step, names, zone) if one),
        said=tuple(step.said),
        used=span(timedelta(seconds=used)) if used >= LEAST_S else "",
        is_pressing=step.action in PRESSING,
    )


def _facts(step: Step, names: Pointed, zone: tzinfo) -> Iterator[str]:
    given = step.given
    if step.action in GIVING and step.holder:
        yield _("派给 {name}", name=step.holder)
    yield from why_said(step)
    if given.get("final"):
        yield _("最终指派，不再退单、转派")
    if step.moved is not None:
        yield moved_said(*step.moved)
    yield from _changes(given.get("changes") or {})
    yield _("，").join(
        _(NAMES[kind][given[kind]]) for kind in CODED if given.get(kind) in NAMES.get(kind, {})
    )
    yield amounts(given)
    if given.get("files"):
        kinds = _("、").join(
            _(NAMES["photo"][kind]) for kind in dict.fromkeys(one[2] for one in given["files"])
        )
        yield _("{kinds}照片 {n} 张", kinds=kinds, n=len(given["files"]))
    if given.get("photos"):
        yield _("照片 {n} 张", n=given["photos"])
    yield from _pointed(step, names)
    yield from _times(given, zone)


def why_said(step: Step) -> Iterator[str]:
    """Say why the system did it, and for which time; nothing for who was on duty, which the facts tell while it is so."""
    code = f"reason.{step.given.get('reason')}"
    if code in SENTENCES:
        yield sentence(code)
    if step.given.get("turn", 1) > 1:
        yield _("第 {n} 次", n=step.given["turn"])


def _pointed(step: Step, names: Pointed) -> Iterator[str]:
    given = step.given
    if given.get("departments"):
        units = _("、").join(names.get(("department", key), "") for key in given["departments"])
        yield _("请 {names} 报到", names=units)
    if given.get("department"):
        yield names.get(("department", given["department"]), "")
    if given.get("person"):
        yield _("告知 {name}", name=names.get(("person", given["person"]), ""))
    if given.get("parent"):
        yield _("并入 {number}", number=names.get(("issue", given["parent"]), ""))
    if given.get("child"):
        number = names.get(("issue", given["child"]), "")
        yield (
            _("{number} 并入此件", number=number)
            if step.action == "absorb"
            else _("{number} 撤出", number=number)
        )


def _changes(changes: dict[str, Any]) -> Iterator[str]:
    category = changes.get("category")
    if isinstance(category, dict):
        names = (category_name(category["from"]), category_name(category["to"]))
        yield _("类别由“{source}”改为“{target}”", source=names[0], target=names[1])
    urgent = changes.get("urgent")
    if isinstance(urgent, dict):
        yield _("改为紧急") if urgent["to"] else _("改为不紧急")


def _times(given: dict[str, Any], zone: tzinfo) -> Iterator[str]:
    says = {
        "answer_by": _("请于 {time} 前报到", time="{time}"),
        "until": _("至 {time}", time="{time}"),
        "due_at": _("办理时限 {time}", time="{time}"),
    }
    for name, said in says.items():
        at = instant_of(name, str(given.get(name) or ""), zone)
        if at is not None:
            yield said.format(time=moment(at, zone))
