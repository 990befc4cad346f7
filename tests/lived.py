"""A store in which the loop has run: requests, whistles, a merging, a suspension, sealed words, a closing."""

from server.services import intake, issues
from server.services.drafts import Draft

__all__ = ["live"]

STEPS = (
    (0, "worker_lin", "take", {}),
    (0, "worker_lin", "ask_extend", {"until": "2026-03-20", "reason": "配件未到"}),
    (0, "leader_zhao", "extend", {}),
    (1, "worker_lin", "take", {}),
    (
        1,
        "worker_lin",
        "whistle",
        {"departments": ["heating"], "answer_by": "2026-03-12", "matter": "阀门井积水"},
    ),
    (1, "handler_sun", "answer", {"result": "done", "text": "已抽干"}),
    (2, "worker_lin", "take", {}),
    (2, "worker_lin", "ask_suspend", {"review_date": "2026-04-10", "reason": "等改造", "told": "已说明"}),
    (2, "supervisor_li", "suspend", {}),
    (3, "leader_zhao", "merge", {"parent": 0}),
    (4, "worker_lin", "take", {}),
    (4, "worker_lin", "finish", {"outcome": "换了阀门", "quantity": 2, "unit": "个"}),
    (4, "leader_zhao", "pass", {}),
    (4, "dispatcher_qian", "survey", {"contacted": "yes", "satisfaction": "satisfied"}),
)
COUNT = 6


def live(store, town):
    """Report six issues in the eighth cell and take them through the loop; gives their numbers."""
    draft = Draft(
        "heating", "phone", "暖气不热，电话13812345678", lon=122.015, lat=37.015,
        reporter_name="王阿姨", reporter_phone="13812345678",
    )  # fmt: skip
    with store.write() as tx:
        numbers = [intake.report(tx, town.actors["dispatcher_qian"], draft).number for _ in range(COUNT)]
    for which, login, action, given in STEPS:
        said = {name: numbers[one] if name == "parent" else one for name, one in given.items()}
        with store.write() as tx:
            issues.act(tx, town.actors[login], numbers[which], action, said)
    return numbers
