"""The OpenAPI document: whole, true, and the same as docs/api.md."""

import re
from pathlib import Path

import pytest

from server.api.document import markdown
from server.api.spec import document

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def spec(app):
    with app.app_context():
        return document(app)


def references(node):
    if isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def test_every_route_of_the_api_is_described(app, spec):
    routes = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1")
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    assert routes == {(path, method) for path, item in spec["paths"].items() for method in item}


def test_the_document_is_openapi_3_1_and_every_reference_leads_somewhere(spec):
    assert spec["openapi"].startswith("3.1")
    for reference in references(spec):
        kind, name = reference.removeprefix("#/components/").split("/")
        assert name in spec["components"][kind], reference


def test_every_operation_has_a_name_of_its_own_words_and_its_refusals(spec):
    operations = [one for item in spec["paths"].values() for one in item.values()]
    names = [one["operationId"] for one in operations]
    assert len(set(names)) == len(names)
    for one in operations:
        assert one["summary"]
        assert one["description"]
        assert {"401", "403", "422"} <= set(one["responses"])
        assert all(
            parameter.get("description") for parameter in one["parameters"] if parameter["name"] == "bbox"
        )


def test_nobody_needs_to_sign_in_to_read_the_document(client_of):
    answer = client_of().get("/openapi.json")
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    assert answer.get_json()["info"]["title"] == "wangge"


def test_the_written_documentation_is_that_of_the_program(spec):
    written = (ROOT / "docs/api.md").read_text(encoding="utf-8")
    assert written == markdown(spec), "run: python docs/generate.py"
