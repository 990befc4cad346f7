"""Sentences about supervision: the periodic work on the command line, and whom an entry told."""

__all__ = ["NAMES", "SENTENCES"]

SENTENCES: dict[str, str] = {
    "cli.jobs": "定时工作：到期提醒、超期督办、挂账到期恢复；每分钟一次，serve 和 demo 会自己带上。",
    "cli.jobs.once": "只做一次就结束，供 cron 使用。",
    "cli.serve.no-jobs": "不带定时工作；一处数据至少要有一个进程做定时工作。",
    "cli.jobs.nothing": "没有到期的事，什么也没做。",
    "cli.jobs.supervise.amber": "时限用去四分之三，标黄：{count} 件",
    "cli.jobs.supervise.red": "到期未结，标红：{count} 件",
    "cli.jobs.supervise.holder": "督办承办人：{count} 件",
    "cli.jobs.supervise.leader": "督办社区负责人：{count} 件",
    "cli.jobs.supervise.supervisor": "督办到督办员：{count} 件",
    "cli.jobs.supervise.stages": "逾期未派遣、未签收，督办：{count} 次",
    "cli.jobs.supervise.whistles": "督办逾期未报到的部门：{count} 次",
    "cli.jobs.supervise.resumed": "挂账到期，恢复办理：{count} 件",
    "cli.jobs.supervise.failed": "没能处理，下一次再试：{count} 件",
    "cli.jobs.hand_over.moved": "请假、换岗、离岗，移交未结事件：{count} 件",
    "cli.jobs.hand_over.left": "没有人能接手，仍待移交：{count} 件",
    "reason.undispatched": "逾期未派遣",
    "reason.untaken": "逾期未签收",
    "reason.unanswered": "逾期未报到",
    "supervision.text": "督办意见不能为空。",
    "supervision.none": "请先勾选要督办的事件。",
}
NAMES: dict[str, dict[str, str]] = {
    "tab": {
        "red": "已超期",
        "amber": "将到期",
        "stages": "待派遣、待签收超时",
        "whistles": "逾期未报到",
        "asks": "待我审批",
    },
    "field": {"tab": "督办清单"},
}
