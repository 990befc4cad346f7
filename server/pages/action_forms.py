"""The forms of an issue's actions: which fields each row of the loop's table asks for, and how they are filled in."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from server.auth import current_store
from server.pages.choices import category_choices
from server.pages.parts import ActionForm, Choice, FormField
from server.pages.times import moment
from server.services.asking import Asked, HolderOption
from server.services.filters import instant_of
from server.services.steps.fields import UNITS
from server.words import NAMES, _, action_name, field_name
from server.workflow import Transition

__all__ = ["GRAVE", "Refusal", "confirm_of", "fields_of", "forms_of", "given_by", "holder_choices"]

LIKELIEST = (
    "answer",
    "take",
    "finish",
    "dispatch",
    "extend",
    "suspend",
    "pass",
    "rework",
    "survey",
    "resume",
    "reassign",
)
GRAVE = {
    "reject": "不予受理后事件即告结束，不再派遣。",
    "withdraw": "撤诉后事件即告结束，不再派遣。",
    "merge": "并案后由另一事件办理，这一件不再单独流转。",
    "reopen": "重办后事件回到待派遣，开始新一轮。",
}
"""Actions that end something or begin it anew, and what to know before."""
ELSEWHERE = frozenset({"attach"})
"""Actions whose form stands where it belongs: with the photos."""
WORDS = frozenset({"reason", "told", "outcome", "text", "matter"})
TIMES = frozenset({"answer_by", "until"})
RADIOS = ("result", "satisfaction", "contacted")
PLAIN = {"quantity": "number", "money": "number", "photos": "photos"}
HINTS = {"photos": "办理后的照片，可多选，一次最多 9 张。"}
SEVERAL = "departments"
CHANGES = ("category", "urgent", "lon", "lat")
MINUTE, DAY = len("2026-03-10T10:00"), len("2026-03-10")


@dataclass(frozen=True)
class Refusal:
    """An action that was refused, with what was typed.

    Attributes
    ----------
    action : str
        Which.
    typed : Mapping
        Form as sent: name -> values.
    fields : Mapping[str, str]
        Field -> what is wrong with it.
    detail : str
        The refusal as a sentence.
    lost_photos : bool
        Whether photos were chosen, which no page can choose again.
    """

    action: str
    typed: Mapping[str, Sequence[str]]
    fields: Mapping[str, str]
    detail: str
    lost_photos: bool = False


def forms_of(
    number: str, rows: Iterable[Transition], asked: Asked, refusal: Refusal | None = None
) -> tuple[ActionForm, ...]:
    """Make the forms of the actions offered, the likeliest first.

    Parameters
    ----------
    number : str
        Of the issue.
    rows : Iterable of Transition
        What is offered.
    asked : Asked
        What their fields can be filled with.
    refusal : Refusal, optional
        One that was refused just now: it stands open, with what was typed.
    """
    order = {action: place for place, action in enumerate(LIKELIEST)}
    likely = sorted(
        (row for row in rows if row.action not in ELSEWHERE),
        key=lambda row: order.get(row.action, len(order)),
    )
    return tuple(
        _form(number, row, asked, refusal if refusal and refusal.action == row.action else None, place == 0)
        for place, row in enumerate(likely)
    )


def _form(number: str, row: Transition, asked: Asked, refusal: Refusal | None, is_first: bool) -> ActionForm:
    fields = fields_of(row, asked)
    shown = {one.name for one in fields}
    if refusal:
        fields = tuple(_refilled(one, refusal) for one in fields)
    return ActionForm(
        action=row.action,
        name=action_name(row.action),
        url=f"/issues/{number}/{row.action}",
        fields=fields,
        is_primary=is_first and row.action in LIKELIEST,
        confirm=confirm_of(row.action),
        is_open=refusal is not None,
        error=refusal.detail if refusal and not shown & refusal.fields.keys() else "",
    )


def confirm_of(action: str) -> str:
    """Say what an action ends; empty when nothing."""
    return _(GRAVE[action]) if action in GRAVE else ""


def _refilled(field: FormField, refusal: Refusal) -> FormField:
    typed = refusal.typed.get(field.name, [])
    chosen = tuple(replace(one, chosen=one.value in typed) for one in field.choices)
    wrong = refusal.fields.get(field.name, "")
    if field.kind == "photos" and refusal.lost_photos:
        wrong += _("照片请重新选择。")
    return replace(field, value=typed[0] if typed else "", choices=chosen, error=wrong)


def fields_of(row: Transition, asked: Asked) -> tuple[FormField, ...]:
    """Make the fields of an action: what it needs, then what it takes besides."""
    needed = [one for name in row.requires for one in _fields(name, asked, is_required=True)]
    taken = [one for name in row.takes for one in _fields(name, asked, is_required=False)]
    return (*needed, *taken)


def _fields(name: str, asked: Asked, *, is_required: bool) -> Iterator[FormField]:
    if name == "changes":
        yield from _changes()
        return
    label, value, hint = field_name(name), "", ""
    kind, choices = "long", tuple[Choice, ...]()
    if name == "holder":
        kind, choices = "choice", holder_choices(asked.holders)
    elif name == SEVERAL:
        kind, choices = "checks", tuple(Choice(*one) for one in asked.departments)
    elif name in RADIOS:
        kind, choices = "radio", _coded(name)
    elif name in TIMES:
        kind, value = "datetime-local", _local(asked, name, MINUTE)
    elif name == "review_date":
        kind, value = "date", _local(asked, name, DAY)
    elif name in PLAIN:
        kind, hint = PLAIN[name], _(HINTS[name]) if name in HINTS else ""
    elif name == "unit":
        kind, choices = "choice", tuple(Choice(one, _(one)) for one in ("", *UNITS))
    elif name == "parent":
        kind, hint = "suggest", _("可从附近未结事件中选，也可填写编号。")
        choices = tuple(Choice(*one) for one in asked.nearby)
    yield FormField(name, label, kind, choices, value, is_required, "", hint)


def _local(asked: Asked, name: str, length: int) -> str:
    at = (asked.times or {}).get(name)
    return moment(at, current_store().config.zone).replace(" ", "T")[:length] if at else ""


def holder_choices(options: Iterable[HolderOption]) -> tuple[Choice, ...]:
    """List whom an issue can be given to, under their communities."""
    return tuple(
        Choice(
            one.holder,
            _("{name}（{what}）", name=one.name, what=one.what) if one.what else one.name,
            group=one.group or _("承办单位"),
        )
        for one in options
    )


def _coded(kind: str) -> tuple[Choice, ...]:
    return tuple(Choice(code, _(said)) for code, said in NAMES[kind].items())


def _changes() -> Iterator[FormField]:
    """Give what a correction may change; what is left as it is, is not changed."""
    urgencies = (Choice("", _("不变"), chosen=True), Choice("yes", _("紧急")), Choice("no", _("不紧急")))
    kinds = (Choice("", _("不变"), chosen=True), *category_choices())
    yield FormField("category", field_name("category"), "choice", kinds, "", False)
    yield FormField("urgent", field_name("urgent"), "choice", urgencies, "", False)
    hint = _("在下方地图上点选新位置，或填写经纬度；不填则位置不变。")
    yield FormField("lon", field_name("lon"), "pin", (), "", False)
    yield FormField("lat", field_name("lat"), "pin", (), "", False, "", hint)


def given_by(form: Mapping[str, Sequence[str]], row_fields: Iterable[str], zone: Any) -> dict[str, Any]:  # noqa: ANN401 - a time zone
    """Read what an action was given from a form.

    Parameters
    ----------
    form : Mapping
        Name -> values as typed.
    row_fields : Iterable of str
        What the action needs and takes.
    zone : tzinfo
        Of times without one.

    Raises
    ------
    InputError
        A time cannot be read.
    """
    names = set(row_fields)
    said = {name: values[0].strip() for name, values in form.items() if values and values[0].strip()}
    given: dict[str, Any] = {name: said[name] for name in names if name in said}
    for name in TIMES & given.keys():
        given[name] = instant_of(name, given[name], zone, end=True)
    if SEVERAL in names and form.get(SEVERAL):
        given[SEVERAL] = list(form[SEVERAL])
    if "changes" in names:
        given["changes"] = _changed(said)
    return given


def _changed(said: Mapping[str, str]) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    if "category" in said:
        changes["category"] = said["category"]
    if "urgent" in said:
        changes["urgent"] = said["urgent"] == "yes"
    if "lon" in said or "lat" in said:
        place = {name: _number(said.get(name, "")) for name in ("lon", "lat")}
        changes["place"] = {**place, "crs": "wgs84", "accuracy_m": None}
    return changes


def _number(said: str) -> float | str:
    """Read a number; what is none is left to the service, which refuses it by its field."""
    try:
        return float(said)
    except ValueError:
        return said
