"""``wangge jobs``: the periodic work, as a process or once for cron."""

from collections.abc import Mapping

import click

from server.cli.environment import Environment, pass_environment
from server.cli.output import say
from server.cli.program import Command, Option

__all__ = ["jobs"]


@click.command("jobs", cls=Command, help="cli.jobs")
@click.option("--once", is_flag=True, cls=Option, help="cli.jobs.once")
@pass_environment
def jobs(environment: Environment, once: bool) -> int:
    """Do the periodic work every minute, or once."""
    with environment.store() as store:
        if not once:
            from server.jobs.consumer import consume  # noqa: PLC0415 - cron need not wait for huey

            consume(store)
            return 0
        from server.jobs.rounds import REFUSED, each_once  # noqa: PLC0415

        done = each_once(store)
    said = [_say(job, counts) for job, counts in done.items() if REFUSED not in counts]
    for counts in done.values():
        if REFUSED in counts:
            click.echo(counts[REFUSED], err=True)
    if len(said) == len(done) and not any(said):
        say("cli.jobs.nothing")
    return int(len(said) < len(done))


def _say(job: str, counts: Mapping[str, int]) -> bool:
    for what, count in counts.items():
        if count:
            say(f"cli.jobs.{job}.{what}", count=count)
    return any(counts.values())
