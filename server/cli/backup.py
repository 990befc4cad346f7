"""``wangge backup`` and ``wangge restore``."""

from pathlib import Path

import click

from server.cli.doctor import SAMPLE, tell
from server.cli.environment import Environment, pass_environment
from server.cli.output import say
from server.cli.program import Command, Option
from server.config import load
from server.db import Store
from server.pages.times import moment
from server.services.backup import back_up
from server.services.checkup import examine
from server.services.restore import restore as bring_back

__all__ = ["backup", "restore"]

FILE = click.Path(path_type=Path, dir_okay=False)


@click.command("backup", cls=Command, help="cli.backup")
@click.argument("file", type=FILE)
@pass_environment
def backup(environment: Environment, file: Path) -> None:
    """Save everything, the keys too, in one file."""
    with environment.store() as store:
        saved = back_up(store, file)
    say("cli.backup.done", file=saved.path, size=saved.bytes / 1e6, issues=saved.issues, entries=saved.entries,
        rows=saved.rows, files=saved.files)  # fmt: skip
    say("cli.backup.keys")


@click.command("restore", cls=Command, help="cli.restore")
@click.argument("file", type=FILE)
@click.option(
    "--dir", "folder", cls=Option, type=click.Path(path_type=Path, file_okay=False), help="cli.restore.dir"
)
@click.option("--database-url", cls=Option, help="cli.restore.database_url")
@pass_environment
@click.pass_context
def restore(
    context: click.Context,
    environment: Environment,
    file: Path,
    folder: Path | None,
    database_url: str | None,
) -> None:
    """Bring a backup into an empty place, then examine it; exit code 1 when something is wrong."""
    chosen = {"dir": folder, "database_url": database_url}
    given = {name: value for name, value in chosen.items() if value is not None}
    config = load({**environment.options, **given}, file=environment.file)
    back = bring_back(file, config)
    made_at = moment(back.made_at, config.zone)
    say("cli.restore.done", made_at=made_at, version=back.version, issues=back.issues, entries=back.entries,
        rows=back.rows, files=back.files)  # fmt: skip
    if back.settings:
        say("cli.restore.settings", names="、".join(back.settings))
    store = Store(config)
    try:
        with store.read() as tx:
            report = examine(tx, SAMPLE)
    finally:
        store.close()
    tell(context, report)
