"""Errors -> answers: one table of statuses, one handler, RFC 9457 problem+json or a page.

The core raises codes and values; here they become a status and a sentence in the asker's language.
"""

import json
import logging
import secrets
from collections.abc import Callable
from typing import Any, cast
from urllib.parse import quote

from flask import Flask, Response, current_app, redirect, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from geo.errors import GeoError
from server import errors, faults, words, workflow

__all__ = ["STATUS", "install", "problem", "refused", "status_of"]

STATUS: dict[type[Exception], int] = {
    errors.NotSignedIn: 401,
    errors.NotPermitted: 403,
    workflow.NotPermittedAction: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    workflow.IllegalAction: 409,
    errors.InputError: 422,
    workflow.MissingField: 422,
    GeoError: 422,
    errors.Busy: 503,
    errors.StoreError: 507,
    errors.SetupError: 500,
}
HTTP_CODES = {400: "request.invalid", 404: "request.not_found", 405: "request.method", 413: "request.too_large",
              415: "request.not_json"}  # fmt: skip
Coded = errors.ServerError | workflow.WorkflowError | GeoError
log = logging.getLogger("wangge")
PAGE = "wangge_problem_page"
NAMED_ROWS = 10


def status_of(error: Exception) -> int:
    """Find an error's status: its own class first, then its ancestors; 500 for a stranger."""
    return next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 500)


def problem(
    status: int, code: str, values: dict[str, Any], faults: list[dict[str, Any]] | None = None
) -> Response:
    """Make a problem+json answer.

    Parameters
    ----------
    status : int
        HTTP status.
    code : str
        Stable English name; becomes ``type``.
    values : dict
        What the sentence speaks about.
    faults : list of dict, optional
        ``{"field", "detail"}`` one a fault, with ``"rows"`` where many were given.
    """
    body: dict[str, Any] = {
        "type": f"urn:wangge:{code}",
        "title": code,
        "status": status,
        "detail": words.sentence(code, shown(values)),
        "instance": request.path,
    }
    if values.get("field") and faults is None:
        faults = [{"field": str(values["field"]), "detail": body["detail"]}]
    if faults:
        body["errors"] = faults
    if values.get("possible") is not None:
        body["possible"] = [str(one) for one in values["possible"]]
    if values.get("changed") is not None:
        body["changed"] = [{**one, "name": words.action_name(one["action"])} for one in values["changed"]]
    answer = Response(
        json.dumps(body, ensure_ascii=False).encode("utf-8", "backslashreplace"),
        status=status,
        mimetype="application/problem+json",
    )
    answer.headers["Content-Language"] = "zh-CN" if words.language() == "zh" else "en"
    return answer


def shown(values: dict[str, Any]) -> dict[str, Any]:
    """Put codes of the loop into words before they stand in a sentence."""
    told = dict(values)
    if told.get("state"):
        told["state"] = words.state_name(str(told["state"]))
    if told.get("action"):
        told["action"] = words.action_name(str(told["action"]))
    if isinstance(told.get("possible"), list):
        told["possible"] = "、".join(words.action_name(str(one)) for one in told["possible"]) or "—"
    if told.get("field"):
        told["field"] = words.field_name(str(told["field"]))
    if isinstance(told.get("fields"), list):
        told["fields"] = "、".join(words.field_name(str(one)) for one in told["fields"])
    return told


def wants_json() -> bool:
    """Whether the asker is a program: the API, or one that asks for JSON."""
    if request.path.startswith(("/api/", "/openapi")):
        return True
    best = request.accept_mimetypes.best_match(["text/html", "application/json", "application/problem+json"])
    return best not in (None, "text/html")


def install(app: Flask, page: Callable[[int, str], str]) -> None:
    """Translate every error that leaves a view.

    Parameters
    ----------
    app : Flask
        Application.
    page : Callable[[int, str], str]
        Renders a status and a sentence as an HTML page.
    """
    app.extensions[PAGE] = page
    for kind in (errors.ServerError, workflow.WorkflowError, GeoError):
        app.register_error_handler(kind, _coded)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _stranger)


def refused(
    status: int, code: str, values: dict[str, Any], faults: list[dict[str, Any]] | None = None
) -> AnyResponse:
    """Make the answer to what cannot be done: problem+json for a program, a page for a person.

    Parameters
    ----------
    status : int
        HTTP status.
    code : str
        Stable English name; its sentence is shown.
    values : dict
        What the sentence speaks about.
    faults : list of dict, optional
        As in :func:`problem`.
    """
    if wants_json():
        return problem(status, code, values, faults)
    if status == 401 and code == "auth.required":
        if request.headers.get("HX-Request"):
            return Response(status=401, headers={"HX-Redirect": "/sign-in"})
        return redirect("/sign-in?next=" + _here(), 303)
    told = current_app.extensions[PAGE](status, words.sentence(code, shown(values)))
    return Response(told, status=status, mimetype="text/html")


def _coded(error: Coded) -> AnyResponse:
    faults = [_rows_told(one) for one in error.faults] if isinstance(error, errors.InvalidPoints) else None
    return refused(status_of(error), error.code, error.values, faults)


def _rows_told(fault: Any) -> dict[str, Any]:  # noqa: ANN401 - a fault of many positions
    """Tell one fault with all rows; its sentence names the first few."""
    named = ", ".join(map(str, fault.rows[:NAMED_ROWS])) + (" …" if len(fault.rows) > NAMED_ROWS else "")
    why = words.sentence(fault.code, shown({"field": fault.field, "value": fault.value, "crs": fault.crs}))
    said = words.sentence("points.fault", {"rows": named, "count": len(fault.rows), "why": why})
    return {"field": fault.field, "detail": said, "rows": fault.rows}


def _http(error: HTTPException) -> AnyResponse:
    if error.response is not None:
        return cast("AnyResponse", error.response)
    if isinstance(error, CSRFError):
        return refused(400, "auth.csrf", {})
    status = error.code or 500
    if status in (301, 302, 303, 307, 308):
        return error.get_response()
    limit = f"{(request.max_content_length or 0) // 1024} KB"
    values = {"method": request.method, "limit": limit}
    return refused(status, HTTP_CODES.get(status, "request.invalid"), values)


def _stranger(error: Exception) -> AnyResponse:
    number = secrets.token_hex(4)
    # The rule, not the address: a path may hold a secret, and the fault's message what somebody wrote.
    rule, endpoint = request.url_rule or "-", request.endpoint or "-"
    log.error("request %s %s %s (%s) failed\n%s", number, request.method, rule, endpoint, faults.told(error))
    return refused(500, "request.failed", {"number": number})


def _here() -> str:
    return quote(request.full_path.rstrip("?"), safe="")
