"""The OpenAPI document as a page of Markdown, for ``docs/api.md``; ``docs/generate.py`` writes it."""

from collections.abc import Iterator
from typing import Any

from server.api.spec import REFUSALS

__all__ = ["markdown"]

HEAD = """# The HTTP API

Made by `python docs/generate.py` from the running program's `/openapi.json`; a test holds it. The same is shown at
`/docs`.

A session's cookie or a token (`Authorization: Bearer …`, made by `wangge token`) says who asks. A session's POST
carries `X-CSRFToken` (from `/api/v1/me`). """
HIDDEN = frozenset({"title", "description", "default", "examples", "additionalProperties"})


def markdown(spec: dict[str, Any]) -> str:
    """Write the document.

    Parameters
    ----------
    spec : dict
        As :func:`server.api.spec.document` makes it.
    """
    return "\n".join(_lines(spec)).rstrip() + "\n"


def _lines(spec: dict[str, Any]) -> Iterator[str]:
    yield HEAD + spec["info"]["description"].replace("\n", " ")
    yield ""
    yield "## Refusals"
    yield ""
    yield "| status | means |"
    yield "|---|---|"
    yield from (f"| {code} | {_cell(meaning)} |" for code, meaning in REFUSALS.items())
    for path, item in spec["paths"].items():
        for method, operation in item.items():
            yield from _operation(f"{method.upper()} {path}", operation)
    yield "## Shapes"
    for name, shape in spec["components"]["schemas"].items():
        yield from _shape(name, shape)


def _operation(title: str, operation: dict[str, Any]) -> Iterator[str]:
    yield ""
    yield f"## {title}"
    yield ""
    yield f"{operation['summary']}. {' '.join(operation.get('description', '').split())}".rstrip()
    yield ""
    roles = ", ".join(operation["x-roles"]) or "everybody signed in"
    yield f"For {roles}; a token needs `{operation['x-scope']}`."
    yield ""
    if operation["parameters"]:
        yield "| parameter | in | type | |"
        yield "|---|---|---|---|"
        yield from (_parameter(one) for one in operation["parameters"])
        yield ""
    if "requestBody" in operation:
        yield f"Body: {_content(operation['requestBody'])}"
        yield ""
    for code, told in operation["responses"].items():
        if code.startswith("2"):
            yield f"Answer {code}: {_content(told)}"
            yield ""


def _parameter(one: dict[str, Any]) -> str:
    name = f"**{one['name']}**" if one.get("required") else one["name"]
    return f"| {name} | {one['in']} | {_kind(one['schema'])} | {_cell(one.get('description', ''))} |"


def _content(told: dict[str, Any]) -> str:
    return ", ".join(f"`{mimetype}` {_kind(one['schema'])}" for mimetype, one in told["content"].items())


def _shape(name: str, shape: dict[str, Any]) -> Iterator[str]:
    yield ""
    yield f"### {name}"
    yield ""
    yield " ".join(shape.get("description", "").split())
    yield ""
    yield "| field | type | |"
    yield "|---|---|---|"
    required = shape.get("required", [])
    for field, one in shape["properties"].items():
        shown = f"**{field}**" if field in required else field
        yield f"| {shown} | {_kind(one)} | {_cell(one.get('description', ''))} |"


def _kind(schema: dict[str, Any]) -> str:
    """Name a type in a few letters; a shape links to where it is described."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in schema:
        return " or ".join(_kind(one) for one in schema["anyOf"])
    if "enum" in schema:
        return " ".join(f"`{value}`" if value else "nothing" for value in schema["enum"])
    if "const" in schema:
        return f"`{schema['const']}`"
    if schema.get("type") == "array":
        inner = schema.get("items") or {}
        return f"list of {_kind(inner)}" if inner else "list"
    limits = {name: schema[name] for name in sorted(schema.keys() - HIDDEN - {"type", "format"})}
    facts = [
        schema.get("format", ""),
        *(f"{name} {value}" for name, value in limits.items() if name != "prefixItems"),
    ]
    told = ", ".join(fact for fact in facts if fact)
    return f"{schema.get('type', 'any')} ({told})" if told else str(schema.get("type", "any"))


def _cell(said: str) -> str:
    return " ".join(said.split()).replace("|", "\\|")
