"""What the pages of the administration share: their tabs, what was changed just now, what was refused."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from server.auth import current_actor
from server.db import Tx
from server.errors import ServerError
from server.pages.audit_said import said
from server.pages.parts import Choice, Link
from server.services import audit
from server.services.administered import is_whole
from server.services.lines import whole
from server.translate import shown
from server.words import NAMES, _, sentence
from server.words.limits import department_kind_name
from server.workflow import Role

__all__ = ["Around", "PageLinks", "around", "done", "kind_choices", "page_asked", "page_links", "refusal"]

READERS = (Role.ADMIN, Role.SUPERVISOR)
FOR_ALL = ("limits", "categories", "calendar")  # rules that hold everywhere
MOST = 12
JUST_NOW = timedelta(minutes=10)


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


@dataclass(frozen=True)
class PageLinks:
    """Ways from one page of a list to its neighbours.

    Attributes
    ----------
    before, after : str
        Addresses; empty for none.
    number, pages : int
        Which page, of how many.
    """

    before: str
    after: str
    number: int
    pages: int


def page_asked() -> int:
    """Read which page of a list is asked for; the first when it cannot be read."""
    return whole(request.args.get("page", "")) or 1


def page_links(number: int, pages: int) -> PageLinks:
    """Link a page of a list with its neighbours, keeping what else the address says."""

    def link(to: int) -> str:
        kept = {name: value for name, value in request.args.items() if name not in ("page", "done")}
        return f"{request.path}?{urlencode({**kept, 'page': to})}" if 1 <= to <= pages else ""

    return PageLinks(link(number - 1), link(number + 1), number, pages)


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
    actor, told = current_actor(), _just_done(tx)
    is_admin = Role.ADMIN in actor.roles
    may_edit = is_admin and (here not in FOR_ALL or is_whole(tx, actor))
    return Around(tuple(_tabs(is_admin=is_admin)), here, tuple(told) if not error else (), error, may_edit)


def _just_done(tx: Tx) -> list[str]:
    """Say what this person did just now, as the address tells; nobody reads the acts of others by their keys."""
    keys = [key for key in request.args.get("done", "").split(",") if key][:MOST]
    if keys == ["none"]:
        return [_("没有改动：提交的内容与现在的一样。")]
    known = [key for key in map(whole, keys) if key is not None]
    acts = audit.by_keys(tx, known) if known else ()
    mine = current_actor().login
    return [said(one) for one in acts if one.login == mine and one.at >= tx.now - JUST_NOW]


def done(address: str, keys: list[int] | int | None, **values: str | int) -> Response:
    """Go on to a page that says what was changed.

    Parameters
    ----------
    address : str
        Endpoint.
    keys : list of int, int or None
        Of the acts in the record; none: nothing differed.
    **values : str or int
        Of the address.
    """
    listed = [keys] if isinstance(keys, int) else keys or []
    held: dict[str, Any] = {**values, "done": ",".join(map(str, listed)) or "none"}
    return redirect(url_for(address, **held), 303)


def refusal(error: ServerError) -> str:
    """Say why something was refused."""
    return sentence(error.code, shown(error.values))


def kind_choices(chosen: str) -> tuple[Choice, ...]:
    """List the kinds of departments, with none first; one that only an import knows is kept."""
    codes = dict.fromkeys(["", *NAMES["department_kind"], chosen])
    return tuple(Choice(code, department_kind_name(code) or _("不指定"), code == chosen) for code in codes)


def _tabs(*, is_admin: bool) -> Iterator[Link]:
    if is_admin:
        yield Link("overview", _("概况"), "/admin", "adjustments-horizontal")
        yield Link("people", _("人员"), "/admin/people", "users")
        yield Link("areas", _("各级区域"), "/admin/areas", "layout-grid")
        yield Link("tokens", _("令牌"), "/admin/tokens", "key")
        yield Link("audit", _("审计记录"), "/admin/audit", "history")
    yield Link("limits", _("办理时限"), "/admin/limits", "hourglass")
    if is_admin:
        yield Link("categories", _("事件类别"), "/admin/categories", "tag")
        yield Link("departments", _("承办单位"), "/admin/departments", "building")
    yield Link("calendar", _("日历"), "/admin/calendar", "calendar")
    yield Link("bulletin", _("简报模板"), "/bulletin/template", "file-text")
