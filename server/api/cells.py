"""Cells: as a list, as outlines for a map, as a spreadsheet."""

from flask import Response
from pydantic import Field

from server.api.asked import DEEPEST_ZOOM
from server.api.resource import Query, answer, resource, stored
from server.api.told import CellList
from server.auth import allow
from server.db import Tx
from server.downloads import download, form_of
from server.services import layer
from server.services.exporting.tables import cell_facts, cell_table
from server.services.filters import bbox_of
from server.services.layer import CellOnMap
from server.services.people import Actor

__all__ = ["blueprint"]

USUAL_ZOOM = 13
blueprint = resource("cells")


class CellQuery(Query):
    """Which cells, and how fine."""

    zoom: int = Field(USUAL_ZOOM, description="zoom of the map the outlines are for", ge=0, le=DEEPEST_ZOOM)
    area: str = Field("", description="code of an area: only cells in it", max_length=64)
    bbox: str = Field("", description="west,south,east,north: only cells that meet it")

    def read(self, tx: Tx, actor: Actor) -> list[CellOnMap]:
        """Read the cells asked for."""
        return layer.cells(tx, actor, self.zoom, area=self.area or None, bbox=bbox_of(self.bbox))


@blueprint.get("/cells")
@allow()
@blueprint.input(CellQuery, location="query")
@blueprint.output(CellList)
def index(query_data: CellQuery) -> Response:
    """List cells.

    Those in the asker's areas, with open issues and who answers now.
    """
    return answer({"items": [cell_facts(cell) for cell in stored(query_data.read)]})


@blueprint.get("/cells.<suffix>")
@allow()
@blueprint.input(CellQuery, location="query")
def export(suffix: str, query_data: CellQuery) -> Response:
    """Cells on a map or in a spreadsheet.

    GeoJSON outlines are simplified for the zoom; neighbours keep one common border.
    """
    form = form_of(suffix)
    if suffix != "geojson":
        return download("cells", form, lambda tx, actor: cell_table(tx, query_data.read(tx, actor)))
    table = stored(lambda tx, actor: cell_table(tx, query_data.read(tx, actor)))
    return answer(b"".join(form.write(table)), mimetype=form.mimetype)
