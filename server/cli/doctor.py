"""``wangge doctor`` examines whether the store still says what it was told."""

import sys

import click

from server.cli.environment import Environment, pass_environment
from server.cli.output import say
from server.cli.program import Command, Option
from server.services.checkup import Checkup, examine
from server.words import sentence

__all__ = ["SAMPLE", "doctor", "tell"]

SAMPLE = 2000


@click.command("doctor", cls=Command, help="cli.doctor")
@click.option("--sample", type=click.IntRange(1), default=SAMPLE, cls=Option, help="cli.doctor.sample")
@click.option("--all", "is_all", is_flag=True, cls=Option, help="cli.doctor.all")
@pass_environment
@click.pass_context
def doctor(context: click.Context, environment: Environment, sample: int, is_all: bool) -> None:
    """Examine entries, issues and placements; exit code 1 when something is wrong."""
    with environment.store() as store, store.read() as tx:
        report = examine(tx, sys.maxsize if is_all else sample)
    tell(context, report)


def tell(context: click.Context, report: Checkup) -> None:
    """Print what an examination found; the command ends with 1 when something is wrong."""
    for complaint in report.complaints:
        click.echo(sentence(complaint.code, complaint.values))
    say("cli.doctor.done", issues=report.issues, entries=report.entries, places=report.places)
    if report.complaints:
        click.echo(sentence("cli.doctor.ill", {"count": len(report.complaints)}), err=True)
        context.exit(1)
    say("cli.doctor.well")
