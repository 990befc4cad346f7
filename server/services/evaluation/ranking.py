"""A ranking as a table to be written in any format."""

from collections.abc import Iterator

from server.db import Tx
from server.formats import Record, Table
from server.services.evaluation.formula import period_said, place_said
from server.services.evaluation.views import EvaluationView
from server.words import NAMES, _

__all__ = ["ranking_table"]


def ranking_table(tx: Tx, view: EvaluationView) -> Table:
    """Make the table of a ranking as its reader sees it.

    Parameters
    ----------
    tx : Tx
        Tells the time zone.
    view : EvaluationView
        What the reader sees.

    Returns
    -------
    Table
        One row a unit; of those whose place alone is seen the figures are empty.
    """
    preset = view.facts.preset
    columns = {"rank": _("名次"), "code": _("代码"), "name": _("单位"), "score": _("得分")}
    types: dict[str, type] = {"rank": int, "score": float}
    for one in preset.indicators:
        columns |= {one.key: one.label, f"{one.key}_top": _("{name}分子", name=one.label),
                    f"{one.key}_bottom": _("{name}分母", name=one.label)}  # fmt: skip
        types |= {one.key: float, f"{one.key}_top": float, f"{one.key}_bottom": int}
    columns |= {"bonuses": _("加分"), "after_score": _("申诉后得分"), "after_rank": _("申诉后名次"), "why": _("说明"),
                "period": _("统计时段")}  # fmt: skip
    types |= {"after_score": float, "after_rank": int}
    return Table(columns, _records(tx, view), tx.config.zone, types, "ranking")


def _records(tx: Tx, view: EvaluationView) -> Iterator[Record]:
    preset, facts = view.facts.preset, view.facts
    period = period_said(preset, facts.since, facts.until, tx.config.zone)
    for line in view.lines:
        told: dict[str, object] = {
            "rank": line.rank,
            "code": line.code,
            "name": line.name,
            "score": line.score,
        }
        if line.read == "whole":
            for key, number in line.judged.numbers.items():
                told |= {
                    key: number.value,
                    f"{key}_top": number.numerator,
                    f"{key}_bottom": number.denominator,
                }
        told["bonuses"] = _("、").join(_(NAMES["bonus"][kind]) for kind, _points in line.judged.bonuses)
        told |= {"after_score": line.after.score, "after_rank": line.after_rank}
        told |= {"why": place_said(line, preset), "period": period}
        yield Record(told)
