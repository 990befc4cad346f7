"""Exports: large files made by the job process, one's own alone; see also ``/issues.csv`` and the like for small ones."""

from typing import Any, Literal
from uuid import UUID

from flask import Response
from pydantic import AwareDatetime, Field

from server.api.resource import Body, answer, answer_once, resource, stored
from server.api.told_loop import Told
from server.auth import ISSUE_ROLES, allow, current_actor, current_store, done_reading
from server.db import Tx
from server.downloads import attached
from server.errors import NotFound
from server.formats import FORMATS
from server.services import exporting
from server.services.exporting import KINDS, ExportView, wish_of
from server.services.people import Actor
from server.translate import shown
from server.words import sentence

__all__ = ["blueprint"]

blueprint = resource("exports")
MOST_FILTERS = 40


class NewExport(Body):
    """What to export, and how."""

    kind: str = Field(description=f"one of {', '.join(KINDS)}", max_length=16)
    format: str = Field(description=f"one of {', '.join(FORMATS)}", max_length=16)
    filters: dict[str, str] = Field(
        default_factory=dict,
        description="of issues: filters of `/issues`; of cells: `level` (cell, community, subdistrict), "
        "`indicators`, a period and filters of `/stats/by`; of hotspots: `units`, `category`, `weeks`, `area`",
        max_length=MOST_FILTERS,
    )


class ExportRow(Told):
    """A file asked for."""

    uid: UUID
    kind: str
    format: str
    filters: dict[str, str]
    state: Literal["waiting", "running", "done", "failed", "cancelled"]
    done: int = Field(description="rows so far")
    total: int = Field(description="rows in all")
    file_name: str
    size: int | None = Field(description="bytes, once it is there")
    detail: str = Field(description="why it was not made; empty otherwise")
    created_at: AwareDatetime
    finished_at: AwareDatetime | None
    expires_at: AwareDatetime = Field(description="gone from then on")
    file: str = Field(description="where to fetch it; empty while it cannot be")


class ExportList(Told):
    """One's own files, newest first."""

    items: list[ExportRow]


@blueprint.get("/exports")
@allow(*ISSUE_ROLES)
@blueprint.output(ExportList)
def index() -> Response:
    """List exports.

    One's own, newest first.
    """
    return answer({"items": [_told(one) for one in stored(exporting.find)]})


@blueprint.post("/exports")
@allow(*ISSUE_ROLES, scope="read")
@blueprint.input(NewExport)
@blueprint.output(ExportRow, status_code=201)
def create(json_data: NewExport) -> Response:
    """Have a file made.

    What the asker may see when it is made, masked as lists are. Ask for it again until its `state` is `done`, then
    fetch its `file`.
    """
    wish = wish_of(json_data.kind, json_data.format, json_data.filters)
    return answer_once(lambda tx, actor: _told(exporting.ask(tx, actor, wish)), 201)


@blueprint.get("/exports/<uid>")
@allow(*ISSUE_ROLES)
@blueprint.output(ExportRow)
def one(uid: str) -> Response:
    """Look at an export.

    How far it is, and why it was not made.
    """

    def read(tx: Tx, actor: Actor) -> dict[str, Any]:
        return _told(exporting.one(tx, actor, _uid(uid)))

    return answer(stored(read))


@blueprint.get("/exports/<uid>/file")
@allow(*ISSUE_ROLES)
def file(uid: str) -> Response:
    """Fetch an export.

    Only who asked for it may, and only while their roles are what they were when it was made.
    """
    actor = current_actor()
    done_reading()
    with current_store().write() as tx:
        path, job = exporting.fetch(tx, actor, _uid(uid))
    return attached(path, job.file_name, job.wish.format.mimetype)


@blueprint.delete("/exports/<uid>")
@allow(*ISSUE_ROLES, scope="read")
@blueprint.output(ExportRow)
def delete(uid: str) -> Response:
    """Take an export away.

    Whatever its state; one that is being made stops. Tells it as it was.
    """
    actor = current_actor()
    done_reading()
    with current_store().write() as tx:
        told = _told(exporting.one(tx, actor, _uid(uid)))
        exporting.delete(tx, actor, _uid(uid))
    return answer({**told, "file": ""})


def _uid(said: str) -> UUID:
    """Read a key; what is none is as unknown as another's."""
    try:
        return UUID(said)
    except ValueError as error:
        raise NotFound("export.unknown") from error


def _told(one: ExportView) -> dict[str, Any]:
    return {
        "uid": str(one.uid),
        "kind": one.wish.kind,
        "format": one.wish.form,
        "filters": dict(one.wish.given),
        "state": one.state,
        "done": one.done,
        "total": one.total,
        "file_name": one.file_name,
        "size": one.size,
        "detail": sentence(one.problem["code"], shown(one.problem["values"])) if one.problem else "",
        "created_at": one.created_at,
        "finished_at": one.finished_at,
        "expires_at": one.expires_at,
        "file": f"/api/v1/exports/{one.uid}/file" if one.has_file else "",
    }
