"""The codes there are: categories, sources, states."""

from flask import Response

from server.api.resource import answer, resource
from server.api.telling import named
from server.api.told import CategoryList
from server.auth import allow
from server.services.categories import categories
from server.words import NAMES, source_name, state_name

__all__ = ["blueprint"]

blueprint = resource("categories")


@blueprint.get("/categories")
@allow()
@blueprint.output(CategoryList)
def index() -> Response:
    """List categories, sources and states.

    With their names in the language asked for.
    """
    kinds = [
        {**named(one.code, one.label), "group": one.group, "is_active": one.is_active}
        for one in categories().values()
    ]
    return answer(
        {
            "items": kinds,
            "sources": [named(code, source_name(code)) for code in NAMES["source"]],
            "states": [named(code, state_name(code)) for code in NAMES["state"]],
        }
    )
