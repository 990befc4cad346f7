"""Departments that issues can be given to."""

from typing import Any

from flask import Response
from pydantic import BaseModel, ConfigDict, Field

from server.api.resource import answer, resource, stored
from server.api.telling import named
from server.api.told import Named
from server.auth import allow
from server.services import departments
from server.services.departments import DepartmentView
from server.words.limits import department_kind_name

__all__ = ["blueprint"]

blueprint = resource("departments")


class DepartmentRow(Named):
    """A department in service."""

    model_config = ConfigDict(extra="forbid")
    kind: Named = Field(description="what it does; an empty code where nothing was said")
    area: Named | None = Field(description="where it serves; null for everywhere")


class DepartmentList(BaseModel):
    """Departments that serve the asker's areas, by name."""

    model_config = ConfigDict(extra="forbid")
    items: list[DepartmentRow]


@blueprint.get("/departments")
@allow()
@blueprint.output(DepartmentList)
def index() -> Response:
    """List departments.

    In service, that serve the asker's areas.
    """
    found = stored(lambda tx, actor: departments.listed(tx, actor, is_active=True))
    return answer({"items": [_told(one) for one in found]})


def _told(one: DepartmentView) -> dict[str, Any]:
    area = named(one.area, one.area_name) if one.area else None
    return {
        **named(one.code, one.name),
        "kind": named(one.kind, department_kind_name(one.kind)),
        "area": area,
    }
