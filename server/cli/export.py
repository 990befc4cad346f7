"""``wangge export``: issues, cells and hot spots to files, written whole or not at all."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import orjson

from server.cli.acting import acting_as
from server.cli.environment import Environment, pass_environment
from server.cli.output import progress, say, whole_file
from server.cli.program import Command, Group, Option
from server.formats import FORMATS, Record, Table
from server.services import audit
from server.services.exporting.wishes import Wish, count, named, table_of, wish_of
from server.services.exports import StoredCell, stored_cells
from server.services.people import system_actor
from server.words import sentence

__all__ = ["export"]

FILTERS = ("area", "state", "category", "source", "since", "until", "bbox", "q")
UNITS = ("level", "indicators", "period", "area", "category", "source", "since", "until")
KNOWN = {**{f".{suffix}": suffix for suffix in FORMATS}, ".json": "geojson"}
SHOWN_EACH = 200


@click.group("export", cls=Group, help="cli.export")
def export() -> None:
    """Write data to files."""


COMMON = (
    Option(["-o", "--out"], required=True, type=click.Path(path_type=Path), help="cli.export.out"),
    Option(["--format", "form"], type=click.Choice(tuple(FORMATS)), help="cli.export.format"),
    Option(["--as", "login"], metavar="LOGIN", help="cli.export.as"),
)


SPOT_UNITS = Option(["--units"], help="cli.export.spot_units")


def _options(*names: str) -> list[click.Parameter]:
    return [*COMMON, *(Option([f"--{name}"], help=f"cli.export.{name}") for name in names)]


@export.command("issues", cls=Command, help="cli.export.issues", params=_options(*FILTERS))
@pass_environment
def issues(
    environment: Environment, out: Path, form: str | None, login: str | None, **filters: str | None
) -> None:
    """Export the issues that match, newest first."""
    _export(environment, wish_of("issues", _suffix(out, form), filters), out, login)


@export.command("cells", cls=Command, help="cli.export.units", params=_options(*UNITS))
@pass_environment
def cells(
    environment: Environment, out: Path, form: str | None, login: str | None, **given: str | None
) -> None:
    """Export the cells of the newest grid as GeoJSON; or cells, communities, subdistricts with their indicators."""
    suffix = _suffix(out, form or ("geojson" if out.suffix.lower() not in KNOWN else None))
    if suffix == "geojson" and login is None and not any(given.values()):
        with environment.store() as store, store.read() as tx, progress(sentence("cli.export.title")) as show:
            _write(out, suffix, Table({}, map(_record, stored_cells(tx)), tx.config.zone), 0, show)
        return
    _export(environment, wish_of("cells", suffix, given), out, login)


@export.command(
    "hotspots",
    cls=Command,
    help="cli.export.hotspots",
    params=[*_options("category", "weeks", "area"), SPOT_UNITS],
)
@pass_environment
def spots(
    environment: Environment, out: Path, form: str | None, login: str | None, **given: str | None
) -> None:
    """Export hot spots, the highest score first."""
    _export(environment, wish_of("hotspots", _suffix(out, form), given), out, login)


def _suffix(out: Path, form: str | None) -> str:
    """Choose the format: as said, else by the file's name, else CSV."""
    return form or KNOWN.get(out.suffix.lower(), "csv")


def _export(environment: Environment, wish: Wish, out: Path, login: str | None) -> None:
    """Write down what leaves, then write it; what cannot be asked for is refused before."""
    with environment.store() as store, progress(sentence("cli.export.title")) as show:
        with store.write() as tx:
            actor = acting_as(tx, login)
            rows = count(tx, actor, wish)
            given: dict[str, Any] = {"what": wish.kind, "form": wish.form, "filters": named(wish.given)}
            given |= {"seen_as": actor.login} if login else {"count": rows}
            audit.record(tx, system_actor(), "export", subject_id=actor.person_id, **given)
        with store.read() as tx:
            _write(out, wish.form, table_of(tx, actor, wish), rows, show)


def _record(cell: StoredCell) -> Record:
    facts = {name: value for name, value in vars(cell).items() if name != "geometry"}
    return Record(facts, orjson.Fragment(cell.geometry))


def _write(path: Path, suffix: str, table: Table, total: int, show: Callable[[int, int], None]) -> None:
    """Write a table to a file that appears only when all of it is written."""
    counted = _Counted(table.records, total, show)
    with whole_file(path) as draft, draft.open("wb") as file:
        file.writelines(FORMATS[suffix].write(replace(table, records=counted, folder=draft.parent)))
    say("cli.export.done", count=counted.count, file=str(path))


class _Counted:
    """Passes records on, counts them and shows how many there were."""

    def __init__(self, records: Iterable[Record], total: int, show: Callable[[int, int], None]) -> None:
        self.count, self._records, self._total, self._show = 0, records, total, show

    def __iter__(self) -> Iterator[Record]:
        for record in self._records:
            self.count += 1
            if self.count % SHOWN_EACH == 0:
                self._show(self.count, max(self._total, self.count))
            yield record
