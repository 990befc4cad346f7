"""Personal data: how long it is kept, what is due next, and what a resident may ask for.

A phone number is only ever posted; addresses hold its keyed hash, which nobody can read.
"""

import re
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response
from werkzeug.wsgi import wrap_file

from server.auth import allow, current_actor, current_store
from server.errors import InputError
from server.pages.frame import render
from server.pages.issue_rows import Row, rows_of
from server.pages.parts import Choice
from server.services import erasing, keeping, listing, rights
from server.services.keeping import Outlook
from server.services.rights import Sought
from server.words import NAMES, _
from server.workflow import ENDED, Role

__all__ = ["blueprint"]

KEY = re.compile(r"[0-9a-f]{64}")
NUMBER = re.compile(r"[0-9-]{1,20}")
MOST_KEYS = 8
MOST_ROWS = 500
blueprint = Blueprint("privacy", __name__)


@dataclass(frozen=True)
class Line:
    """One issue of the person.

    Attributes
    ----------
    issue : Row
        As the list shows it.
    is_open, is_purged : bool
        Whether it is being worked on; whether its words went.
    """

    issue: Row
    is_open: bool
    is_purged: bool


@dataclass(frozen=True)
class PrivacyPage:
    """``privacy/index.html``.

    Attributes
    ----------
    outlook : Outlook
        What is kept how long, and what is due.
    person : tuple of str
        Hashes of the phone that was sought; empty for none.
    number : str
        Number of the issue that was sought by.
    lines : tuple of Line
        What was found.
    open, ended : int
        How many of these are open, and how many ended ones still hold words.
    whys : tuple of Choice
        Why open issues may lose name and phone.
    erased, contact, left : int or None
        What became of an erasure just now.
    """

    outlook: Outlook
    person: tuple[str, ...]
    number: str
    lines: tuple[Line, ...]
    open: int
    ended: int
    whys: tuple[Choice, ...]
    erased: int | None = None
    contact: int | None = None
    left: int | None = None

    @property
    def is_search(self) -> bool:
        """Whether somebody was sought."""
        return bool(self.person or self.number)


@blueprint.get("/privacy")
@allow(Role.SUPERVISOR)
def index() -> str:
    """Show what is kept how long, and whom was sought."""
    sought, actor = _sought(request.args.getlist("person"), request.args.get("number", "")), current_actor()
    with current_store().read() as tx:
        outlook = keeping.outlook(tx, actor)
        found = rights.listed(tx, actor, sought)[:MOST_ROWS] if sought.label else ()
        facts = {one.number: one for one in found}
        shown = rows_of(tx, listing.these(tx, actor, list(facts)))
    lines = tuple(_line(row, is_purged=facts[row.number].purged_at is not None) for row in shown)
    page = PrivacyPage(
        outlook=outlook,
        person=sought.keys,
        number=sought.number,
        lines=lines,
        open=sum(one.is_open for one in lines),
        ended=sum(not one.is_open and not one.is_purged for one in lines),
        whys=(
            Choice("", _("不清除，等办结")),
            *(Choice(code, _(NAMES["erase_why"][code])) for code in erasing.WHYS),
        ),
        erased=_count("erased"),
        contact=_count("contact"),
        left=_count("left"),
    )
    return render("privacy/index.html", page)


@blueprint.post("/privacy/find")
@allow(Role.SUPERVISOR)
def find() -> Response:
    """Seek somebody by phone or by the number of an issue; that it was done is on record."""
    typed, actor = request.form.get("q", "").strip(), current_actor()
    with current_store().write() as tx:
        is_number = "-" in typed and NUMBER.fullmatch(typed) and typed[:2] == "20"
        found = rights.by_number(tx, actor, typed) if is_number else rights.by_phone(tx, typed)
        sought = rights.known(tx, actor, found)
        rights.note(tx, actor, "person.find", sought, rights.listed(tx, actor, sought))
    return redirect(_address(sought), 303)


@blueprint.post("/privacy/export")
@allow(Role.SUPERVISOR)
def export() -> Response:
    """Hand out all that is kept, with the photos, as one file."""
    store, sought = current_store(), _given()
    with store.write() as tx:
        told = rights.export(tx, current_actor(), sought)
        day = tx.now.astimezone(store.config.zone).strftime("%Y%m%d")
    archive = rights.packed(store, told)
    answer = Response(
        wrap_file(request.environ, archive), mimetype="application/zip", direct_passthrough=True
    )
    answer.headers["Content-Disposition"] = f'attachment; filename="person-{day}.zip"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.post("/privacy/erase")
@allow(Role.SUPERVISOR)
def erase() -> Response:
    """Erase; only when it was said that it cannot be undone."""
    sought = _given()
    if request.form.get("sure") != "1":
        raise InputError("person.confirm", field="sure")
    done = erasing.erase(current_store(), current_actor(), sought, request.form.get("why", ""))
    told = {"erased": len(done.ended), "contact": len(done.contact), "left": len(done.left)}
    return redirect(f"{_address(sought)}&{urlencode(told)}", 303)


def _given() -> Sought:
    sought = _sought(request.form.getlist("person"), request.form.get("number", ""))
    if not sought.label:
        raise InputError("person.phone", field="q", least=rights.LEAST_DIGITS)
    return sought


def _sought(keys: list[str], number: str) -> Sought:
    known = tuple(dict.fromkeys(one for one in keys if KEY.fullmatch(one)))
    return Sought(known[:MOST_KEYS], number if NUMBER.fullmatch(number) else "")


def _address(sought: Sought) -> str:
    number = [("number", sought.number)] if sought.number else []
    return f"/privacy?{urlencode([*(('person', key) for key in sought.keys), *number])}"


def _line(row: Row, *, is_purged: bool) -> Line:
    return Line(row, row.state.code not in ENDED, is_purged)


def _count(name: str) -> int | None:
    given = request.args.get(name, "")
    return int(given) if given.isdecimal() and given.isascii() and len(given) < len("10000") else None
