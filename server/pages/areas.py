"""The tree of areas with who answers for each and what is open in it."""

from collections.abc import Iterator

from flask import Blueprint

from server.auth import allow, current_actor, current_store
from server.pages.contexts import AreasPage
from server.pages.frame import render
from server.pages.parts import AreaRow
from server.services import areas, duties, regrid
from server.services.areas import AreaView
from server.services.duties import OnDuty
from server.services.tally import Tally, tally_by_area
from server.words import level_name

__all__ = ["blueprint"]

MOST = 5_000
blueprint = Blueprint("areas", __name__)


@blueprint.get("/areas")
@allow()
def index() -> str:
    """List the areas that this person may see, as a tree."""
    actor = current_actor()
    with current_store().read() as tx:
        found = areas.find(tx, actor, limit=MOST)
        tallies = tally_by_area(tx, actor, found)
        answering = duties.on_duty_many(tx, (area.id for area in found), tx.now)
        version = areas.current_grid(tx)
        elsewhere = len(regrid.misplaced(tx, actor)) if actor.roles & regrid.MOVERS else 0
    rows = tuple(_rows(found, tallies, answering))
    cells = sum(1 for area in found if area.level == "cell")
    return render("areas/list.html", AreasPage(rows, cells, str(version or ""), elsewhere))


def _rows(
    found: list[AreaView], tallies: dict[str, Tally], answering: dict[int, OnDuty]
) -> Iterator[AreaRow]:
    top = min((len(area.path_names) for area in found), default=1)
    for area in found:
        yield AreaRow(
            code=area.code,
            name=area.name,
            level=area.level,
            level_name=level_name(area.level),
            depth=len(area.path_names) - top,
            workers=answering[area.id].name,
            households=area.households,
            open=tallies[area.code].open,
            overdue=tallies[area.code].overdue,
            map_url=f"/map?area={area.code}" if area.bbox else "",
            issues_url=f"/issues?area={area.code}&state=open",
        )
