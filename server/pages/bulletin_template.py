"""The Word template of the bulletin: what it may hold, the one in use, another in its place."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, request
from werkzeug.wrappers import Response

from server.auth import allow, current_actor, current_store
from server.db import Tx
from server.errors import InputError
from server.pages.admin_parts import Around, around, done, refusal
from server.pages.bulletin import DOCX
from server.pages.frame import render
from server.security import takes_bytes
from server.services import bulletin
from server.translate import status_of
from server.words import language
from server.workflow import Role

__all__ = ["blueprint"]

FORM_BYTES = 6 * 1024 * 1024  # the largest template, and a form around it
EXAMPLES = {
    "zh": ("{%tr for 行 in 类别表 %} {{ 行.名称 }} {{ 行.办结 }} {%tr endfor %}", "{%p if 热点区域 %} {{ 热点区域 }} {%p endif %}"),
    "en": ("{%tr for row in kinds %} {{ row.name }} {{ row.closed }} {%tr endfor %}", "{%p if hotspots %} {{ hotspots }} {%p endif %}"),
}  # fmt: skip
blueprint = Blueprint("bulletin_template", __name__)


@dataclass(frozen=True)
class Placeholder:
    """A placeholder.

    Attributes
    ----------
    name : str
        As it is written, in the language spoken.
    columns : tuple of str
        What it holds, where it is a table.
    """

    name: str
    columns: tuple[str, ...]


@dataclass(frozen=True)
class TemplatePage:
    """``bulletin/template.html``.

    Attributes
    ----------
    around : Around
        Tabs and notes.
    file : str
        Name of the template.
    own_since : datetime or None
        Since when another than the shipped one serves.
    may_edit : bool
        Whether this person may change it.
    placeholders : tuple of Placeholder
        All there are.
    examples : tuple of str
        A loop and a condition, as they are written.
    """

    around: Around
    file: str
    own_since: datetime | None
    may_edit: bool
    placeholders: tuple[Placeholder, ...]
    examples: tuple[str, ...]


@blueprint.get("/bulletin/template")
@allow(Role.SUPERVISOR, Role.ADMIN)
def index() -> str:
    """Show which template serves."""
    with current_store().read() as tx:
        return _page(tx)


@blueprint.get("/bulletin/template.docx")
@allow(Role.SUPERVISOR, Role.ADMIN)
def download() -> Response:
    """Give the template that serves, to be edited in Word."""
    with current_store().read() as tx:
        template = bulletin.template_of(tx)
    answer = Response(template.content, mimetype=DOCX)
    answer.headers["Content-Disposition"] = f'attachment; filename="{template.file}"'
    return answer


@blueprint.post("/bulletin/template")
@allow(Role.SUPERVISOR, Role.ADMIN)
@takes_bytes(FORM_BYTES)
def upload() -> Response | tuple[str, int]:
    """Put another template in its place."""
    try:
        name, content = _given()
        with current_store().read() as tx:
            specimen = bulletin.specimen(tx, current_actor())
        tried = bulletin.tried(specimen, name, content)
        with current_store().write() as tx:
            key = bulletin.upload(tx, current_actor(), tried)
    except InputError as error:
        with current_store().read() as tx:
            return _page(tx, refusal(error)), status_of(error)
    return done("bulletin_template.index", key)


@blueprint.post("/bulletin/template/remove")
@allow(Role.SUPERVISOR, Role.ADMIN)
def remove() -> Response:
    """Go back to the shipped template."""
    with current_store().write() as tx:
        key = bulletin.remove(tx, current_actor())
    return done("bulletin_template.index", key)


def _given() -> tuple[str, bytes]:
    file = request.files.get("file")
    if file is None or not file.filename:
        raise InputError("bulletin.file", field="file")
    return file.filename, file.read()


def _page(tx: Tx, error: str = "") -> str:
    template, above = bulletin.template_of(tx), around(tx, "bulletin", error)
    may_edit = bulletin.may_edit(tx, current_actor())
    page = TemplatePage(
        above, template.file, template.own_since, may_edit, _placeholders(), EXAMPLES[language()]
    )
    return render("bulletin/template.html", page)


def _placeholders() -> tuple[Placeholder, ...]:
    def said(names: Mapping[str, str]) -> tuple[str, ...]:
        return tuple(names if language() == "en" else names.values())

    held = {code: said(columns) for code, columns in bulletin.COLUMNS.items()}
    names = zip(bulletin.PLACEHOLDERS, said(bulletin.PLACEHOLDERS), strict=True)
    return tuple(Placeholder(name, held.get(code, ())) for code, name in names)
