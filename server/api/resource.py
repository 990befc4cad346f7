"""What every resource of the API shares: how a request is read, refused and answered.

A body must be one JSON object under its right name, a parameter known and given once; what is wrong is
told field by field in the asker's language. The rest is in the resources.
"""

from collections.abc import Callable, Mapping
from typing import Any

import orjson
from apiflask import APIBlueprint, HTTPError
from flask import Response, abort, request
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails
from werkzeug.exceptions import BadRequest

from server.auth import current_actor, current_store, done_reading, reading
from server.db import Tx
from server.errors import InputError
from server.services import idempotency
from server.services.idempotency import Answer
from server.services.people import Actor
from server.translate import problem
from server.words import sentence

__all__ = [
    "PREFIX",
    "SHOWN",
    "Body",
    "Query",
    "answer",
    "answer_once",
    "resource",
    "stored",
]

PREFIX = "/api/v1"
JSON = "application/json"
FILES = "multipart/form-data"
SHOWN = 60


class Query(BaseModel):
    """Base of parameters: text from a query, each known by name."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class Body(BaseModel):
    """Base of bodies: one JSON object, each field known by name."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


def resource(name: str, *, has_files: bool = False) -> APIBlueprint:
    """Make the blueprint of a resource.

    Parameters
    ----------
    name : str
        Plural noun; the tag in the documentation.
    has_files : bool
        Whether its POSTs bring files, as forms of several parts, and no JSON.
    """
    blueprint = APIBlueprint(f"api_{name}", __name__, url_prefix=PREFIX, tag=name)
    blueprint.before_request(_check_query)
    blueprint.before_request(_check_files if has_files else _check_form)
    blueprint.register_error_handler(HTTPError, _refused)
    return blueprint


def _check_query() -> None:
    """Refuse a parameter that is given twice."""
    for name, values in request.args.lists():
        if len(values) > 1:
            raise InputError("query.twice", field=name[:SHOWN])


def _check_files() -> None:
    """Refuse what is no form with files."""
    if request.method == "POST" and request.mimetype != FILES:
        abort(problem(415, "photo.form", {}))


def _check_form() -> None:
    """Refuse what cannot be read at all, before anything asks what it means."""
    if request.method != "POST":
        return
    if not request.is_json:
        abort(problem(415, "request.not_json", {}))
    try:
        said = request.get_json()
    except (BadRequest, RecursionError):
        abort(problem(400, "request.not_json", {}))
    if not isinstance(said, dict):
        abort(problem(400, "request.not_object", {}))


def _refused(error: HTTPError) -> Response:
    """Tell what pydantic found, field by field."""
    cause = error.__cause__
    if not isinstance(cause, ValidationError):
        return problem(error.status_code, "request.invalid", {})
    faults = [_fault(one) for one in cause.errors(include_url=False)]
    return problem(422, "request.invalid", {}, faults)


def _fault(found: ErrorDetails) -> dict[str, str]:
    field = ".".join(str(part) for part in found["loc"])[:SHOWN] or "body"
    context = found.get("ctx", {})
    given = found["input"]
    values: dict[str, Any] = {"field": field, "value": str(given)[:SHOWN], **context}
    if isinstance(given, str):
        values["length"] = len(given)
    values["limit"] = context.get("max_length", context.get("min_length"))
    values["most"] = context.get("le", context.get("lt"))
    values["least"] = context.get("ge", context.get("gt"))
    return {"field": field, "detail": sentence(_CODES.get(found["type"], "field.unreadable"), values)}


_CODES = {
    "missing": "field.missing",
    "extra_forbidden": "field.unknown",
    "string_too_long": "field.too_long",
    "string_too_short": "field.missing",
    "string_type": "field.not_text",
    "string_unicode": "field.not_text",
    "float_type": "field.not_number",
    "float_parsing": "field.not_number",
    "finite_number": "field.not_number",
    "int_type": "field.not_whole",
    "int_parsing": "field.not_whole",
    "int_parsing_size": "field.not_whole",
    "int_from_float": "field.not_whole",
    "greater_than": "field.too_small",
    "greater_than_equal": "field.too_small",
    "less_than": "field.too_large",
    "less_than_equal": "field.too_large",
    "literal_error": "field.not_one_of",
    "uuid_parsing": "field.not_uuid",
    "uuid_type": "field.not_uuid",
}


def stored(read: Callable[[Tx, Actor], Any]) -> Any:  # noqa: ANN401 - whatever is read
    """Ask services in one reading transaction, as the person who asks."""
    with reading() as tx:
        return read(tx, current_actor())


def answer(
    body: Mapping[str, Any] | bytes, status: int = 200, mimetype: str = JSON, stamp: str = ""
) -> Response:
    """Answer whole; a GET whose answer has not changed since gets 304.

    Parameters
    ----------
    body : Mapping or bytes
        Written as JSON unless bytes already; instants as UTC with ``Z``.
    status : int
        HTTP status.
    mimetype : str
        What it is.
    stamp : str
        What tells this answer from others where its bytes do not, because they tell the time; its bytes when empty.
    """
    said = body if isinstance(body, bytes) else orjson.dumps(body, option=orjson.OPT_UTC_Z)
    told = Response(said, status, mimetype=mimetype)
    told.headers["Cache-Control"] = "private, no-cache"
    told.vary.update(("Accept-Language", "Authorization", "Cookie"))
    if request.method in {"GET", "HEAD"}:
        if stamp:
            told.set_etag(stamp, weak=True)
        told.add_etag(weak=True)
        told.make_conditional(request)
    return told


def answer_once(
    act: Callable[[Tx, Actor], Mapping[str, Any]], status: int, said: bytes | None = None
) -> Response:
    """Act in one writing transaction; the same request under its Idempotency-Key acts once.

    Parameters
    ----------
    act : Callable[[Tx, Actor], Mapping]
        Does it, and gives the body of the answer.
    status : int
        HTTP status of the answer.
    said : bytes, optional
        What tells this request from others; its body when omitted.

    Raises
    ------
    InputError
        The key is malformed, or came with another request.
    """
    actor = current_actor()
    key = idempotency.checked_key(request.headers.get("Idempotency-Key"))
    digest = idempotency.digest_of(
        f"{request.method} {request.path}", request.get_data() if said is None else said
    )
    done_reading()
    with current_store().write() as tx:
        known = idempotency.recall(tx, actor, key, digest) if key else None
        if known is None:
            known = Answer(status, orjson.dumps(act(tx, actor), option=orjson.OPT_UTC_Z))
            if key:
                idempotency.remember(tx, actor, key, digest, known)
    return answer(known.body, known.status)
