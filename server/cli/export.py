"""``wangge export``: issues and cells to files, written whole or not at all."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import click
import orjson

from server.api.resource import SHOWN
from server.services.exporting.tables import issue_table
from server.cli.environment import Environment, pass_environment
from server.cli.output import say, whole_file
from server.cli.program import Command, Group, Option
from server.formats import FORMATS, Record, Table
from server.services import audit
from server.services.accounts import actor_of_login
from server.services.exports import StoredCell, stored_cells
from server.services.filters import Filters
from server.services.listing import matching, walk
from server.services.people import system_actor

__all__ = ["export"]

FILTERS = ("area", "state", "category", "source", "since", "until", "bbox", "q")


@click.group("export", cls=Group, help="cli.export")
def export() -> None:
    """Write data to files."""


@export.command(
    "issues",
    cls=Command,
    help="cli.export.issues",
    params=[
        Option(["-o", "--out"], required=True, type=click.Path(path_type=Path), help="cli.export.out"),
        Option(["--format", "form"], type=click.Choice(tuple(FORMATS)), help="cli.export.format"),
        *(Option([f"--{name}"], help=f"cli.export.{name}") for name in FILTERS),
        Option(["--as", "login"], metavar="LOGIN", help="cli.export.as"),
    ],
)
@pass_environment
def issues(
    environment: Environment, out: Path, form: str | None, login: str | None, **filters: str | None
) -> None:
    """Export the issues that match, newest first."""
    suffix = form or ("geojson" if out.suffix.lower() in (".geojson", ".json") else "csv")
    with environment.store() as store:
        with store.write() as tx:
            actor = actor_of_login(tx, login) if login else system_actor()
            wanted = Filters.parse(filters, tx.config.zone)
            matching(tx, actor, wanted)  # what cannot be asked for is refused before it is written down
            given: dict[str, Any] = {"what": "issues", "form": suffix, "filters": _named(filters)}
            given |= {"seen_as": actor.login} if login else {}
            audit.record(tx, system_actor(), "export", subject_id=actor.person_id, **given)
        with store.read() as tx:
            _write(out, suffix, issue_table(tx, walk(tx, actor, wanted)))


def _named(filters: dict[str, str | None]) -> dict[str, str]:
    """Give the filters as they are written down: what is searched for may name somebody and is not."""
    return {name: "…" if name == "q" else said[:SHOWN] for name, said in filters.items() if said}


@export.command("cells", cls=Command, help="cli.export.cells")
@click.option(
    "-o", "--out", required=True, type=click.Path(path_type=Path), cls=Option, help="cli.export.out"
)
@pass_environment
def cells(environment: Environment, out: Path) -> None:
    """Export the cells of the newest grid as GeoJSON."""
    with environment.store() as store, store.read() as tx:
        _write(out, "geojson", Table({}, map(_record, stored_cells(tx)), tx.config.zone))


def _record(cell: StoredCell) -> Record:
    facts = {name: value for name, value in vars(cell).items() if name != "geometry"}
    return Record(facts, orjson.Fragment(cell.geometry))


def _write(path: Path, suffix: str, table: Table) -> None:
    """Write a table to a file that appears only when all of it is written."""
    counted = _Counted(table.records)
    with whole_file(path) as draft, draft.open("wb") as file:
        file.writelines(FORMATS[suffix].write(Table(table.columns, counted, table.zone)))
    say("cli.export.done", count=counted.count, file=str(path))


class _Counted:
    """Passes records on and counts them."""

    def __init__(self, records: Iterable[Record]) -> None:
        self.count, self._records = 0, records

    def __iter__(self) -> Iterator[Record]:
        for record in self._records:
            self.count += 1
            yield record
