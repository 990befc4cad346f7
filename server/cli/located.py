"""What ``wangge locate`` says in the end: lines for people, or JSON."""

from pathlib import Path

import click
import orjson

from server.cli.output import say
from server.services.points.finding import HOW_NAMES, Check, Tally
from server.words import how_name, sentence

__all__ = ["say_summary"]


def say_summary(tally: Tally, told: Check, *, out: Path, check: str | None, is_json: bool) -> None:
    """Print what became of all rows.

    Parameters
    ----------
    tally : Tally
        Counts of the rows.
    told : Check
        How they agree with what the rows state.
    out : Path
        The file written.
    check : str or None
        Column that states cells.
    is_json : bool
        For machines: one object on standard output, and nothing else.
    """
    if is_json:
        click.echo(orjson.dumps(_facts(tally, told, out, check), option=orjson.OPT_INDENT_2))
        return
    for how, count in sorted(zip(HOW_NAMES[:-1], tally.how, strict=False), key=lambda pair: -pair[1]):
        if count:
            say("cli.issues.how", how=how_name(how), count=count)
    if tally.how[-1]:
        say("cli.locate.no_position", count=tally.how[-1])
        rows = "、".join(map(str, tally.first_rows))
        say("cli.locate.bad_rows", missing=tally.missing, out_of_range=tally.out_of_range, rows=rows)
    for code, count in (("swapped", tally.swapped), ("swapped_outside", tally.swapped_outside)):
        if count:
            say(f"cli.locate.{code}", count=count)
    _say_check(told, check)
    say("cli.locate.done", count=tally.rows, file=str(out))


def _say_check(told: Check, check: str | None) -> None:
    if check is not None:
        say("cli.issues.check", rows=told.rows, share=_share(told), column=check)
        if told.rows > told.same:
            say("cli.locate.misses", misses=told.rows - told.same, asked=told.asked, border=told.border)
    suspicion = told.suspicion()
    if suspicion is not None:
        say(suspicion.code, **suspicion.values)


def _share(told: Check) -> str:
    return f"{100.0 * told.same / told.rows:.2f}" if told.rows else "—"


def _facts(tally: Tally, told: Check, out: Path, check: str | None) -> dict[str, object]:
    facts = tally.told() | {"out": str(out)}
    if check is not None:
        counts = {name: getattr(told, name) for name in ("rows", "same", "asked", "border")}
        facts["check"] = {"column": check, **counts}
    suspicion = told.suspicion()
    if suspicion is not None:
        said = sentence(suspicion.code, suspicion.values)
        facts["suspicion"] = {"code": suspicion.code, **suspicion.values, "sentence": said}
    return facts
