"""Findings about a layer as a table: on a terminal with lines and colours, elsewhere one line each."""

from collections.abc import Iterable, Sequence

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from geo.validation import Change, Finding, Severity
from server.cli.output import say
from server.words import level_name, sentence

__all__ = ["say_changes", "say_findings"]

COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.HINT: "cyan"}
COLUMNS = ("severity", "areas", "row", "place", "size", "said")


def say_findings(findings: Sequence[Finding]) -> None:
    """Print all findings and a line that counts them.

    Parameters
    ----------
    findings : sequence of Finding
        In the order to be shown.
    """
    if findings:
        rows = [(one, _cells(one)) for one in findings]
        console = Console()
        if console.is_terminal:
            console.print(_table(rows))
        else:
            for one, (severity, areas, row, place, size, said) in rows:
                facts = (severity, one.code, areas or "-", row or "-", place or "-", size and f"{size} m²")
                click.echo("\t".join((*(fact or "-" for fact in facts), said)))
    counts = {f"{kind}s": sum(one.severity == kind for one in findings) for kind in Severity}
    say("cli.cells.findings", **counts)


def say_changes(changes: Sequence[Change]) -> None:
    """Print what mending did, a line per row.

    Parameters
    ----------
    changes : sequence of Change
        In row order; nothing is printed for none.
    """
    if not changes:
        return
    say("cli.cells.mended", count=len(changes))
    for one in changes:
        sizes = {"before_m2": f"{one.before_m2:,.0f}", "after_m2": f"{one.after_m2:,.0f}"}
        parts = {"parts_before": one.parts_before, "parts_after": one.parts_after}
        reason = _reason(one.reason)
        say("cli.cells.change", row=one.row + 1, area=one.area, reason=reason, **sizes, **parts)


def _cells(one: Finding) -> tuple[str, str, str, str, str, str]:
    row = "" if one.row is None else str(one.row + 1)
    place = "" if one.lon is None or one.lat is None else f"{one.lon:.6f}, {one.lat:.6f}"
    size = "" if one.size_m2 is None else f"{one.size_m2:,.0f}"
    return sentence(f"severity.{one.severity}"), " ".join(one.areas), row, place, size, _said(one)


def _said(one: Finding) -> str:
    values = dict(one.values)
    if "reason" in values:
        values["reason"] = _reason(str(values["reason"]))
    if "of" in values:
        values["of"] = sentence(f"of.{values['of']}")
    if "level" in values:
        values["level"] = level_name(str(values["level"]))
    return sentence(one.code, values)


def _reason(words: str) -> str:
    said = sentence(f"geos.{words}")
    return words if said.startswith("geos.") else said


def _table(rows: Iterable[tuple[Finding, Sequence[str]]]) -> Table:
    table = Table(pad_edge=False)
    for name in COLUMNS:
        is_number = name in ("row", "size")
        table.add_column(
            sentence(f"cli.cells.column.{name}"), justify="right" if is_number else "left", overflow="fold"
        )
    for one, cells in rows:
        colour = COLOURS[one.severity]
        table.add_row(Text(cells[0], style=colour), *(Text(cell) for cell in cells[1:]))
    return table
