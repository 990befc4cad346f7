"""Sentences about duties, leave, handing over and leaving service."""

__all__ = ["SENTENCES"]

SENTENCES: dict[str, str] = {
    "person.absent": "没有这个人，或不在你的辖区；请从值守页面选人。",
    "duty.not_yours": "{name} 不归你管；请联系其网格长或督办员。",
    "duty.own_issues": "自己名下的事件不能成批移交；请逐件转派或退单，或请网格长、督办员移交。",
    "leave.everything": "办理中的事件只能由网格长或督办员安排移交；请不勾选此项，或请其代报请假。",
    "duty.not_given": "{area} 的值守不由你安排；请联系上级负责人或督办员。",
    "duty.absent": "没有这项值守，或不在你的辖区；请刷新后再看。",
    "duty.over": "{area} 的这项值守已经结束；请刷新后再看。",
    "duty.kind": "没有“{value}”这种值守；可用的有：{known}。",
    "duty.level": "{area} 不能安排“{value}”；网格安排 A 岗、B 岗，社区和街道安排负责人。",
    "duty.span": "{area} 的值守结束不晚于开始；请先早后晚。",
    "duty.leaving": "{name} 那时已离岗；请换人，或改早开始日期。",
    "duty.person": "没有可安排的人“{value}”；请从本街道在岗人员中选。",
    "leave.absent": "没有编号为 {id} 的请假，或已撤销；请刷新后再看。",
    "leave.gone": "{name} 已离岗；请选在岗人员。",
    "leave.span": "请假结束时间 {value} 不晚于开始；请先早后晚。",
    "leave.over": "请假到 {value} 已经结束；请另报新的请假。",
    "leave.long": "请假超过 {days} 天；请核对结束日期。",
    "leave.overlaps": "{name} 在 {since} 至 {until} 已请假；请改原来的请假，或错开日期。",
    "leave.self": "{name} 不能给自己代班；请换人。",
    "leave.unknown": "没有可代班的人“{value}”；请从本街道或本单位在岗人员中选。",
    "leave.away": "{name} 在 {since} 至 {until} 也请假，不能代班；请换人或错开日期。",
    "leave.circular": "{name} 在 {since} 至 {until} 请假，由 {other} 代班，不能互相代班；请换人。",
    "leave.leaving": "{name} 在 {value} 离岗，不能代班到假期结束；请换人。",
    "cli.jobs.hand_over.failed": "没有移交成功，下次再试：{count} 件",
    "leaving.not_yours": "{name} 离岗不由你办理；请联系管理员，或其全部辖区的上级。",
    "leaving.last_admin": "{name} 是最后一名管理员，不能离岗；请先设另一名管理员。",
}
