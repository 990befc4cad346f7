"""Sentences of evaluations: rules, periods, ties, appeals, and why something is not possible."""

__all__ = ["NAMES", "SENTENCES"]

SENTENCES: dict[str, str] = {
    "evaluation.file": "考评规则文件 {file} 读不出来：{why}。请按 data/README.md 的说明改正。",
    "evaluation.preset": "考评规则“{preset}”的“{field}”不能是“{value}”（{why}）。请按 data/README.md 的说明改正。",
    "evaluation.not_over": "“{preset}”这一期还没有结束，{at} 起才能定榜；现在可以先看预览。",
    "evaluation.not_begun": "“{value}”所在的一期还没有开始；请选今天或以前的日期。",
    "evaluation.exists": "“{preset}”{area} {since} 起的这一期已经定榜，定榜后不再改动。",
    "evaluation.not_permitted": "{area} 的考评由这里的督办员定榜。",
    "evaluation.level": "这项考评比较的是一个{level}内的单位，{value} 不是{level}；请另选区域。",
    "evaluation.not_found": "没有这份考评，或者其中没有你能看的单位。",
    "evaluation.no_unit": "这份考评里没有这个单位，请回到排名里选。",
    "evaluation.line_only": "{name} 的明细只给它的负责人、本人和督办员看；你能看到它的名次。",
    "appeal.not_yours": "{name} 的申诉由它的负责人或本人提出。",
    "appeal.too_late": "申诉已于 {at} 截止。",
    "appeal.twice": "事件 {number} 已经申诉过，不能重复申诉。",
    "appeal.not_counted": "事件 {number} 没有计入{name} 的考评，不用申诉。",
    "appeal.not_found": "没有这件申诉，或者它不在你的查看范围。",
    "appeal.not_judge": "{name} 的申诉由督办员裁定。",
    "appeal.concerned": "事件 {number} 是你经办的，或者申诉是你提的，请由另一位督办员裁定。",
    "appeal.others": "{name} 的这件申诉是别人提的，只有本人能撤回。",
    "appeal.decided": "这件申诉已经有结果（{state}），不能再改。",
    "audit.evaluation.make": "定榜：{area}“{preset}”，{period} 起的一期，{count} 个单位",
    "audit.appeal.file": "{name} 申诉事件 {number} 不应计入考评",
    "audit.appeal.grant": "同意{name} 对事件 {number} 的申诉",
    "audit.appeal.refuse": "不同意{name} 对事件 {number} 的申诉",
    "audit.appeal.withdraw": "撤回{name} 对事件 {number} 的申诉",
    "audit.export.evaluation": "导出{area}“{preset}”排名（{form}），{period} 起的一期",
    "doctor.evaluation": "考评“{name}”（{since} 起）与定榜时不符：规则或数据被改动过。",
    "doctor.evaluation_row": "考评“{name}”（{since} 起）{unit} 的得分或名次与它的数据不符。",
    "cli.jobs.evaluate.made": "到期定榜的考评：{count} 份",
}
NAMES: dict[str, dict[str, str]] = {
    "audit_group": {"judge": "考评"},
    "judged_unit": {"cell": "网格", "community": "社区", "worker": "网格员", "department": "承办单位"},
    "bonus": {"zero_complaint": "零投诉", "fall": "环比下降"},
    "appeal_state": {
        "open": "待裁定",
        "granted": "同意，不计入",
        "refused": "不同意",
        "withdrawn": "已撤回",
    },
    "measure_window": {"reported": "期内上报", "ended": "期内结案", "due": "期内到期"},
    "field": {"preset": "考评", "words": "理由", "day": "日期"},
}
