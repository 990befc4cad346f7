"""``wangge import places FILE``."""

from pathlib import Path

import click

from server.cli.acting import acting_as
from server.cli.environment import Environment, pass_environment
from server.cli.output import say, say_faults
from server.cli.program import Command, Option
from server.errors import InvalidRows
from server.services.imports.places import PLACE_FIELDS, import_places

__all__ = ["places_command"]

SHOWN_OUTSIDE = 10


def _options() -> list[click.Parameter]:
    columns = [
        Option([f"--{one.name}", f"column_{one.name}"], metavar="COLUMN", help=f"cli.places.{one.name}")
        for one in PLACE_FIELDS
        if one.name != "crs"
    ]
    return [
        click.Argument(["file"], type=click.Path(path_type=Path)),
        *columns,
        Option(["--crs"], default="wgs84", show_default=True, metavar="NAME", help="cli.issues.crs"),
        Option(["--encoding"], metavar="NAME", help="cli.issues.encoding"),
        Option(["--as", "login_as"], metavar="LOGIN", help="cli.people.as"),
    ]


@click.command("places", cls=Command, params=_options(), help="cli.import.places")
@pass_environment
@click.pass_context
def places_command(
    context: click.Context,
    environment: Environment,
    file: Path,
    crs: str,
    encoding: str | None,
    login_as: str | None,
    **columns: str | None,
) -> None:
    """Take the names of places in; all or none."""
    named = {field.removeprefix("column_"): column for field, column in columns.items() if column}
    with environment.store() as store:
        with store.read() as tx:
            actor = acting_as(tx, login_as)
        try:
            report = import_places(store, actor, file, named, crs, encoding)
        except InvalidRows as error:
            say_faults(error)
            context.exit(1)
    say("cli.places.done", file=report.file, new=report.new, changed=report.changed, same=report.same)
    for row, name in report.outside[:SHOWN_OUTSIDE]:
        say("cli.places.outside", row=row, name=name)
    if report.outside:
        say("cli.places.outside_count", count=len(report.outside))
