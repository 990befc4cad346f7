"""What was judged of the demonstration's last month, and one appeal that waits to be decided."""

from sqlalchemy import select

from server.db import Tx
from server.models import Evaluation, EvaluationRow, Issue
from server.services.evaluation import appeals, making
from server.services.people import Actor

__all__ = ["judge_last_month"]

PRESET = "cell_month"
WORDS = "同一住户就已经修好的事再次来电，社区上门核实过，申请不计入本网格。"


def judge_last_month(tx: Tx, leader: Actor) -> None:
    """Make what the ended periods lack; let a leader appeal about a complaint in one of their cells.

    Parameters
    ----------
    tx : Tx
        Writing transaction.
    leader : Actor
        Of a community.
    """
    for preset, area_id, period in list(making.lacking(tx)):
        making.make_last(tx, preset, area_id, period)
    own = tuple(grant.path for grant in leader.grants)
    query = select(EvaluationRow, Evaluation.uid).join(
        Evaluation, Evaluation.id == EvaluationRow.evaluation_id
    )
    rows = tx.session.execute(query.where(Evaluation.preset == PRESET).order_by(EvaluationRow.code)).all()
    for row, uid in rows:
        complaints = row.figures["complaints"]["now"]
        if complaints and row.score is not None and (row.path or "").startswith(own):
            number = tx.session.get_one(Issue, complaints[-1]).number
            appeals.appeal(tx, leader, uid, row.code, number, WORDS)
            return
