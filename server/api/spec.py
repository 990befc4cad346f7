"""The OpenAPI 3.1 document: what APIFlask finds, put in order for a reader and for a machine.

Refusals are the same everywhere, so they are added here once, by what an operation takes.
"""

import re
from collections.abc import Iterator
from typing import Any

import orjson
from apiflask import APIBlueprint, APIFlask
from flask import Response, current_app

from server.api.resource import PREFIX, answer
from server.api.told import FeatureCollection, Problem
from server.auth import access_of, public
from server.formats import FORMATS

__all__ = ["blueprint", "document"]

SHELF = "wangge_openapi"
ABOUT = """Positions are lon, lat in WGS 84 degrees unless `crs` says otherwise; instants are ISO 8601 in UTC.
Everybody sees what lies in their areas or is theirs: the rest is as if absent. Sentences are Chinese or
English by `Accept-Language`. Refusals are problem+json (RFC 9457) and name field and value."""
PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
REFUSALS = {
    "400": "cannot be read: broken JSON, no object, a NUL, another host, or a session's POST without its token",
    "401": "not signed in, or the token is unknown, expired or revoked",
    "403": "not this role's to do, the token lacks the scope, or another site's page sent it",
    "404": "absent, or outside the asker's areas",
    "409": "the state offers no such action, or somebody else changed it meanwhile",
    "413": "the body is too large",
    "415": "the body is not called what it should be: JSON, or a form with files where these are sent",
    "422": "a field or parameter cannot be used; `errors` lists them",
    "429": "too many requests within a minute; `Retry-After` says in how many seconds to try again",
    "503": "another writer holds the store; try again",
}
SHAPES = {"geojson": {"$ref": "#/components/schemas/FeatureCollection"}}
FILES = {form.mimetype: {"schema": SHAPES.get(form.suffix, {"type": "string"})} for form in FORMATS.values()}
KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "1 to 200 visible characters; the same request again under it changes nothing",
    "schema": {"type": "string", "pattern": "^[!-~]{1,200}$"},
}
UNKEPT = ("/unmask",)
"""Ends of addresses whose answers are never kept, not even sealed: asked again, it is done and written down again."""
blueprint = APIBlueprint("api_spec", __name__, enable_openapi=False)


@blueprint.get("/openapi.json")
@public
def openapi() -> Response:
    """Give the OpenAPI document."""
    if SHELF not in current_app.extensions:
        current_app.extensions[SHELF] = orjson.dumps(document(current_app))  # type: ignore[arg-type]
    return answer(current_app.extensions[SHELF])


def document(app: APIFlask) -> dict[str, Any]:
    """Make the document.

    Parameters
    ----------
    app : APIFlask
        With its routes; must be in an application context.
    """
    found: dict[str, Any] = app.spec  # type: ignore[assignment]
    paths = {path: found["paths"][path] for path in sorted(found["paths"]) if path.startswith(PREFIX)}
    marks = dict(_marks(app))
    for path, method, operation in _operations(paths):
        operation["x-roles"], operation["x-scope"] = marks[path, method]
        _complete(path, method, operation)
    schemas = found.get("components", {}).get("schemas", {})
    for shape in (Problem, FeatureCollection):
        schemas[shape.__name__] = shape.model_json_schema(ref_template="#/components/schemas/{model}")
    whole = {
        "openapi": found["openapi"],
        "info": {"title": "wangge", "version": "v1", "description": ABOUT},
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "session": {"type": "apiKey", "in": "cookie", "name": "session"},
            },
        },
    }
    return _flattened(whole)


def _marks(app: APIFlask) -> Iterator[tuple[tuple[str, str], tuple[list[str], str]]]:
    """Give of each path and method whose it is: roles (none: everybody signed in) and a token's scope."""
    for rule in app.url_map.iter_rules():
        if not rule.rule.startswith(PREFIX):
            continue
        roles, scope = access_of(app, rule.endpoint) or (frozenset(), None)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            usual = "read" if method == "GET" else "act"
            path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
            yield (path, method.lower()), (sorted(roles), scope or usual)


def _operations(paths: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in paths.items():
        for method, operation in item.items():
            yield path, method, operation


def _complete(path: str, method: str, operation: dict[str, Any]) -> None:
    """Add what holds for every operation of its kind."""
    parts = [part for part in path.removeprefix(PREFIX).replace(".", "/").split("/") if part]
    operation["operationId"] = "_".join([method, *(part.strip("{}") for part in parts)])
    operation["summary"] = operation["summary"].rstrip(".")
    if "x-form" in operation:
        operation["requestBody"] = operation.pop("x-form")
    operation["security"] = [{"token": []}, {"session": []}]
    operation["parameters"] = [_parameter(one) for one in operation.get("parameters", [])]
    # What only reads may be asked again as it is, without a key.
    is_act = method == "post" and operation["x-scope"] != "read" and not path.endswith(UNKEPT)
    if is_act:
        operation["parameters"].append(KEY)
    if path.endswith(".{suffix}"):
        operation["responses"] = {"200": {"description": "a file", "content": FILES}}
    codes = ["400", "401", "403", "404", "422", "429", "503"]
    codes += ["413", "415"] if method == "post" else []
    codes += ["409"] if is_act else []
    for code in sorted(codes):
        operation["responses"][code] = {"description": REFUSALS[code], "content": PROBLEM}


def _parameter(given: dict[str, Any]) -> dict[str, Any]:
    """Say of a parameter what pydantic says of its value; text in a query is never null."""
    schema = dict(given["schema"])
    schema.pop("title", None)
    told = {**given, "schema": schema}
    if "description" in schema:
        told["description"] = schema.pop("description")
    if "anyOf" in schema:
        schema.update(next(one for one in schema.pop("anyOf") if one.get("type") != "null"))
        schema.pop("default", None)
    if given["name"] == "suffix":
        told["schema"] = {"type": "string", "enum": sorted(FORMATS)}
    return told


def _flattened(whole: dict[str, Any]) -> dict[str, Any]:
    """Give nested shapes their own names: ``IssueList.Named`` is ``Named`` everywhere."""
    schemas = whole["components"]["schemas"]
    text = orjson.dumps(whole).decode()
    for name in sorted(schemas, key=len, reverse=True):
        text = text.replace(
            f'"#/components/schemas/{name}"', f'"#/components/schemas/{name.rpartition(".")[2]}"'
        )
    flat: dict[str, Any] = orjson.loads(text)
    own = {name.rpartition(".")[2]: shape for name, shape in flat["components"]["schemas"].items()}
    for shape in list(own.values()):
        own.update(shape.pop("$defs", {}))
    used = set(re.findall(r'"#/components/schemas/([^"]+)"', text))
    flat["components"]["schemas"] = {name: own[name] for name in sorted(own) if name in used}
    return flat
