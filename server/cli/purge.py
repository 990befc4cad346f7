"""``wangge purge``: words about residents go when their time is up."""

import click

from server.cli.environment import Environment, pass_environment
from server.cli.output import progress, say
from server.cli.program import Command, Option
from server.services import files
from server.services.retention import NEVER, due, horizon
from server.services.retention import purge as take_away
from server.words import sentence

__all__ = ["purge"]

MOST_DAYS = 36_500


@click.command("purge", cls=Command, help="cli.purge")
@click.option("--dry-run", is_flag=True, cls=Option, help="cli.purge.dry")
@click.option("--days", type=click.IntRange(NEVER + 1, MOST_DAYS), cls=Option, help="cli.purge.days")
@pass_environment
def purge(environment: Environment, dry_run: bool, days: int | None) -> None:
    """Purge what is past its time, or count it."""
    with environment.store() as store:
        with store.read() as tx:
            if horizon(tx, days) is None:
                click.echo(sentence("cli.purge.never"), err=True)
            found = due(tx, days) if dry_run else None
        if found is not None:
            say("cli.purge.due", **found.counts)
            return
        with progress(sentence("cli.purge.title")) as told:
            done = take_away(store, days, progress=told)
        if days is None:
            files.sweep(store)
    say("cli.purge.done", **done.counts)
