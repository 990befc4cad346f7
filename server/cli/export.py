"""``wangge export``: issues and cells to files, written whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import click

from server.cli.environment import Environment, pass_environment
from server.cli.output import say
from server.cli.program import Command, Group, Option
from server.services.accounts import actor_of_login
from server.services.exports import cells_geojson, issues_csv, issues_geojson
from server.services.filters import Filters
from server.services.listing import walk
from server.services.people import Actor, system_actor

__all__ = ["export"]

FORMS = {"csv": issues_csv, "geojson": issues_geojson}
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
        Option(["--format", "form"], type=click.Choice(tuple(FORMS)), help="cli.export.format"),
        *(Option([f"--{name}"], help=f"cli.export.{name}") for name in FILTERS),
        Option(["--as", "login"], metavar="LOGIN", help="cli.export.as"),
    ],
)
@pass_environment
def issues(
    environment: Environment, out: Path, form: str | None, login: str | None, **filters: str | None
) -> None:
    """Export the issues that match, newest first."""
    write = FORMS[form or ("geojson" if out.suffix.lower() in (".geojson", ".json") else "csv")]
    with environment.store() as store, store.read() as tx, _whole(out) as file:
        actor = _actor(tx, login)
        briefs = walk(tx, actor, Filters.parse(filters, tx.config.zone))
        count = write(file, briefs, tx.config.zone)
    say("cli.export.done", count=count, file=str(out))


@export.command("cells", cls=Command, help="cli.export.cells")
@click.option(
    "-o", "--out", required=True, type=click.Path(path_type=Path), cls=Option, help="cli.export.out"
)
@pass_environment
def cells(environment: Environment, out: Path) -> None:
    """Export the cells of the newest grid as GeoJSON."""
    with environment.store() as store, store.read() as tx, _whole(out) as file:
        count = cells_geojson(tx, file)
    say("cli.export.done", count=count, file=str(out))


def _actor(tx: object, login: str | None) -> Actor:
    return actor_of_login(tx, login) if login else system_actor()  # type: ignore[arg-type]


@contextmanager
def _whole(path: Path) -> Iterator[BinaryIO]:
    """Open a file that appears only when all of it is written."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with draft.open("wb") as file:
            yield file
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
