"""What the pages of the administration share: their tabs, what was changed just now, what was refused."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from server.auth import current_actor
from server.db import Tx
from server.errors import ServerError
from server.pages.parts import Choice, Link
from server.services import changes
from server.services.categories import category_name
from server.services.changes import Change
from server.services.rules import ALL
from server.translate import shown
from server.words import NAMES, _, field_name, sentence
from server.words.limits import department_kind_name, limit_said, stage_name
from server.workflow import Role

__all__ = ["Around", "around", "category_said", "change_said", "done", "kind_choices", "refusal"]

READERS = (Role.ADMIN, Role.SUPERVISOR)
MOST = 12


@dataclass(frozen=True)
class Around:
    """What stands above a page of the administration.

    Attributes
    ----------
    tabs : tuple of Link
        The other pages, as far as this person may see them.
    here : str
        Key of this page's tab.
    done : tuple of str
        What was changed just now, in sentences.
    error : str
        Why nothing was changed; empty for none.
    may_edit : bool
        Whether this person may change anything here.
    """

    tabs: tuple[Link, ...]
    here: str
    done: tuple[str, ...] = ()
    error: str = ""
    may_edit: bool = False


def around(tx: Tx, here: str, error: str = "") -> Around:
    """Make what stands above a page.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    here : str
        Key of this page's tab.
    error : str
        Why nothing was changed.
    """
    may_edit = Role.ADMIN in current_actor().roles
    keys = [key for key in request.args.get("done", "").split(",") if key][:MOST]
    told = [change_said(found) for key in keys if (found := changes.change_of(tx, key))]
    if keys == ["none"]:
        told = [_("没有改动：提交的内容与现在的一样。")]
    return Around(tuple(_tabs(may_edit=may_edit)), here, tuple(told) if not error else (), error, may_edit)


def done(address: str, keys: list[str] | str | None, **values: str | int) -> Response:
    """Go on to a page that says what was changed.

    Parameters
    ----------
    address : str
        Endpoint.
    keys : list of str, str or None
        Of the changes written down; none: nothing differed.
    **values : str or int
        Of the address.
    """
    said = ",".join([keys] if isinstance(keys, str) else keys or ["none"])
    held: dict[str, Any] = {**values, "done": said}
    return redirect(url_for(address, **held), 303)


def refusal(error: ServerError) -> str:
    """Say why something was refused."""
    return sentence(error.code, shown(error.values))


def category_said(code: str) -> str:
    """Name a category; the row of all by words of its own."""
    return _("所有类别") if code == ALL else category_name(code)


def change_said(change: Change) -> str:
    """Say what was changed, without who did it."""
    told = dict(change.values)
    code = change.code
    if "category" in told:
        told["category"] = category_said(told["category"])
    if "stage" in told:
        told["stage"] = stage_name(told["stage"])
        told["urgency"] = _("紧急") if told["urgent"] else _("一般")
        told |= {name: limit_said(*told[name]) for name in ("before", "after")}
    if code == "department.change" and "name" in told["fields"]:
        code = "department.rename"
    if code == "calendar.remove":
        code = "calendar.restored" if told["is_shipped"] else "calendar.gone"
    if "fields" in told:
        told["fields"] = _("、").join(field_name(name) for name in told["fields"])
    return sentence(f"change.{code}", told)


def kind_choices(chosen: str) -> tuple[Choice, ...]:
    """List the kinds of departments, with none first; one that only an import knows is kept."""
    codes = dict.fromkeys(["", *NAMES["department_kind"], chosen])
    return tuple(Choice(code, department_kind_name(code) or _("不指定"), code == chosen) for code in codes)


def _tabs(*, may_edit: bool) -> Iterator[Link]:
    if may_edit:
        yield Link("overview", _("概况"), "/admin", "adjustments-horizontal")
    yield Link("limits", _("时限"), "/admin/limits", "hourglass")
    if may_edit:
        yield Link("categories", _("类别"), "/admin/categories", "tag")
        yield Link("departments", _("承办单位"), "/admin/departments", "building")
    yield Link("calendar", _("日历"), "/admin/calendar", "calendar")
