"""``wangge import cells FILE``."""

from pathlib import Path

import click

from server.cli.acting import acting_as
from server.cli.environment import Environment, pass_environment
from server.cli.findings import say_changes, say_findings
from server.cli.output import say
from server.cli.program import Command, Option
from server.cli.regrid import say_elsewhere
from server.db import Store
from server.errors import InvalidCells
from server.models import LEVELS
from server.services.grids import CellsImport, CellsOptions, import_cells
from server.services.layers import Layer, LayerOptions, read_layer
from server.words import level_name

__all__ = ["cells_command"]


def _options() -> list[click.Parameter]:
    columns = [
        Option([f"--{name}"], metavar="COLUMN", help=f"cli.cells.{name}")
        for name in ("code", "name", "parent")
    ]
    return [
        click.Argument(["file"], type=click.Path(path_type=Path)),
        Option(["--level"], type=click.Choice(LEVELS), default="cell", help="cli.cells.level"),
        *columns,
        Option(["--crs"], metavar="CRS", help="cli.cells.crs"),
        Option(["--root"], metavar="CODE", help="cli.cells.root"),
        Option(["--create-parents"], is_flag=True, help="cli.cells.create-parents"),
        Option(["--mend"], is_flag=True, help="cli.cells.mend"),
        Option(["--layer"], metavar="NAME", help="cli.cells.layer"),
        Option(["--encoding"], metavar="NAME", help="cli.cells.encoding"),
        Option(["--dry-run"], is_flag=True, help="cli.cells.dry-run"),
        Option(["--allow-outside-china"], is_flag=True, help="cli.cells.allow-outside-china"),
        Option(["--as", "login"], metavar="LOGIN", help="cli.cells.as"),
    ]


@click.command("cells", cls=Command, params=_options(), help="cli.import.cells")
@pass_environment
def cells_command(
    environment: Environment,
    file: Path,
    level: str,
    code: str | None,
    name: str | None,
    parent: str | None,
    crs: str | None,
    root: str | None,
    create_parents: bool,
    mend: bool,
    layer: str | None,
    encoding: str | None,
    dry_run: bool,
    allow_outside_china: bool,
    login: str | None,
) -> None:
    """Take a layer of areas in: all of it or nothing."""
    said = LayerOptions(code, name, parent, crs, layer, encoding)
    options = CellsOptions(level, root or None, create_parents, mend, allow_outside_china, dry_run)
    with environment.store() as store:
        read = read_layer(file, level, said)
        _say_read(read)
        try:
            done = _import(store, read, options, login)
        except InvalidCells as error:
            say_findings(error.findings)
            raise
        _say_done(done, is_dry_run=dry_run)
        if done.grid_id is not None:
            say_elsewhere(store)


def _import(store: Store, layer: Layer, options: CellsOptions, login: str | None) -> CellsImport:
    with store.read() if options.is_dry_run else store.write() as tx:
        return import_cells(tx, layer, options, acting_as(tx, login))


def _say_read(layer: Layer) -> None:
    columns = "、".join(f"{field}={column}" for field, column in layer.columns.items())
    crs = layer.frame.crs.to_string() if layer.frame.crs.to_authority() else layer.frame.crs.name
    say("cli.cells.read", file=layer.file, rows=len(layer.frame), crs=crs, columns=columns)


def _say_done(done: CellsImport, *, is_dry_run: bool) -> None:
    say_changes(done.changes)
    say_findings(done.findings)
    for one in done.made:
        say("cli.cells.made", area=one.code, level=level_name(one.level))
    counts = {name: getattr(done, name) for name in ("added", "changed", "moved", "unchanged", "retired")}
    say("cli.cells.done", **counts)
    if is_dry_run:
        say("cli.cells.dry")
    elif done.grid_id is None:
        say("cli.cells.no_news")
    else:
        say("cli.cells.grid", grid_id=done.grid_id)
