"""``wangge import issues FILE``."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import click

from server.cli.acting import acting_as
from server.cli.environment import Environment, pass_environment
from server.cli.output import progress, say
from server.cli.program import Command, Option
from server.db import Store
from server.services.imports.issues import BATCH_MOST, IssueReport, import_issues
from server.services.imports.mapping import IssueOptions
from server.services.imports.profiles import load_profile, save_profile
from server.services.imports.values import read_map
from server.words import how_name, sentence

__all__ = ["issues_command"]

COLUMNS = {
    "lon": "lon",
    "lat": "lat",
    "category": "category",
    "description": "description",
    "place": "place_text",
    "source": "source",
    "reported-at": "happened_at",
    "number": "external_key",
    "accuracy": "accuracy_m",
    "reporter-name": "reporter_name",
    "reporter-phone": "reporter_phone",
    "state-column": "state",
    "closed-at": "closed_at",
    "check-column": "check",
}  # option -> field
MAPS = {"state_map": "--state-map", "category_map": "--category-map"}


def _options() -> list[click.Parameter]:
    columns = [
        Option([f"--{name}", field], metavar="COLUMN", help=f"cli.issues.{name}")
        for name, field in COLUMNS.items()
    ]
    return [
        click.Argument(["file"], type=click.Path(path_type=Path)),
        *columns,
        Option(["--crs", "--points-crs"], metavar="CRS", help="cli.issues.crs"),
        Option(["--default-category"], metavar="CODE", help="cli.issues.default-category"),
        Option(["--default-source"], metavar="CODE", help="cli.issues.default-source"),
        Option(["--source-system"], metavar="NAME", help="cli.issues.source-system"),
        Option(["--state-map"], metavar="A=closed,B=open", multiple=True, help="cli.issues.state-map"),
        Option(["--category-map"], metavar="A=CODE,*=CODE", multiple=True, help="cli.issues.category-map"),
        Option(["--profile"], metavar="NAME", help="cli.issues.profile"),
        Option(["--save-profile"], metavar="NAME", help="cli.issues.save-profile"),
        Option(["--rejects"], type=click.Path(path_type=Path, dir_okay=False), help="cli.issues.rejects"),
        Option(["--batch"], type=click.IntRange(1, BATCH_MOST), default=BATCH_MOST, help="cli.issues.batch"),
        Option(["--encoding"], metavar="NAME", help="cli.issues.encoding"),
        Option(["--as", "login"], metavar="LOGIN", help="cli.issues.as"),
    ]


@click.command("issues", cls=Command, params=_options(), help="cli.import.issues")
@pass_environment
@click.pass_context
def issues_command(
    context: click.Context,
    environment: Environment,
    file: Path,
    profile: str | None,
    save_profile: str | None,
    rejects: Path | None,
    batch: int,
    encoding: str | None,
    login: str | None,
    **given: Any,  # noqa: ANN401 - the options that a profile may hold
) -> None:
    """Take the rows of a file in as issues; resumable."""
    with environment.store() as store:
        options = _understood(store, profile, given)
        if save_profile:
            _keep(store, save_profile, options)
        with store.read() as tx:
            actor = acting_as(tx, login)
        refused = rejects or Path(f"{file.name.split('.')[0]}-rejects.csv")
        with progress(sentence("cli.issues.title", {"file": file.name})) as show:
            report = import_issues(
                store,
                actor,
                file,
                options,
                rejects=refused,
                batch=batch,
                encoding=encoding,
                on_progress=lambda now: show(now.rows, now.about),
            )
        for line in _lines(report):
            click.echo(line)
    if not report.counts["in"] and not report.counts["there"]:
        context.exit(1)


def _understood(store: Store, profile: str | None, given: Mapping[str, Any]) -> IssueOptions:
    """Lay the options given over those of the profile."""
    base: dict[str, Any] = {}
    if profile:
        with store.read() as tx:
            base = load_profile(tx, "issues", profile)
    columns = {field: given[field] for field in COLUMNS.values() if given.get(field)}
    values: dict[str, Any] = {"columns": {**base.pop("columns", {}), **columns}}
    for name in ("crs", "default_category", "default_source", "source_system"):
        if given.get(name):
            values[name] = given[name]
    for name, option in MAPS.items():
        if given.get(name):
            values[name] = read_map(given[name], option)
    return IssueOptions(**{**base, **values})


def _keep(store: Store, name: str, options: IssueOptions) -> None:
    options.check()
    with store.write() as tx:
        save_profile(tx, "issues", name, options.given)
    say("cli.issues.profile_saved", name=name)


def _lines(report: IssueReport) -> Iterable[str]:
    counts = report.counts
    yield sentence("cli.issues.read", {"file": report.file, "form": report.form, "rows": counts["rows"]})
    used = "、".join(f"{field}={column}" for field, column in report.columns.items())
    yield sentence("cli.issues.columns", {"columns": used})
    if report.unused:
        yield sentence("cli.issues.unused", {"columns": "、".join(report.unused)})
    yield sentence("cli.issues.in", {"count": counts["in"]})
    for how, count in sorted(counts["how"].items()):
        yield sentence("cli.issues.how", {"how": how_name(how), "count": count})
    for held, count in sorted(counts["held"].items()):
        yield sentence("cli.issues.held", {"how": sentence(f"cli.held.{held}"), "count": count})
    yield sentence("cli.issues.there", {"count": counts["there"]})
    yield sentence("cli.issues.rejected", {"count": counts["rejected"]})
    if report.rejects:
        yield sentence("cli.issues.rejects_file", {"file": report.rejects})
    yield from _agreement(report)
    suspected = counts["datum"].get("said")
    if suspected:
        yield sentence(suspected["code"], suspected["values"])
    rate = report.rows / max(report.seconds, 1e-3)
    yield sentence(
        "cli.issues.time", {"rows": report.rows, "seconds": f"{report.seconds:.1f}", "rate": f"{rate:,.0f}"}
    )
    if report.is_resumed:
        yield sentence("cli.issues.resumed")


def _agreement(report: IssueReport) -> Iterable[str]:
    check = report.counts["check"]
    if "check" in report.columns and check["rows"]:
        share = f"{100 * check['same'] / check['rows']:.3f}"
        misses = check["rows"] - check["same"]
        column = report.columns["check"]
        yield sentence("cli.issues.check", {"rows": f"{check['rows']:,}", "share": share, "column": column})
        yield sentence("cli.issues.misses", {"misses": misses, "border": check["border"]})
