"""Words of patrols, visits and care."""

__all__ = ["NAMES", "SENTENCES"]

SENTENCES: dict[str, str] = {
    "patrol.unknown": "没有这次巡查（{uid}）；请重新开始巡查。",
    "patrol.backwards": "巡查不能在开始（{began}）之前结束（{value}）；请核对时间。",
    "visit.no_place": "不知道走访在哪里；请给出位置、地点或网格编码。",
    "care.unknown": "没有这条关爱登记（{uid}），或已不归你负责。",
    "care.elsewhere": "这里不归你负责，不能登记关爱对象；请交给该网格的网格员。",
    "care.no_cell": "关爱对象要落在一个网格里；请移动位置，或给出网格编码。",
    "care.consent": "同意日期“{value}”不可用；请填本人同意的那天，不晚于今天。",
    "origin.visit": "{day} {kind}（{subject}）时发现",
    "doctor.box": "密封内容打不开（{kind}，{uid}）；请从备份恢复密钥文件。",
    "doctor.care": "关爱登记 {uid} 已结束，信息却还在；请再结束一次，或联系维护人员。",
    "audit.care.agree": "经本人同意，登记了一位关爱对象",
    "audit.care.read": "查看了 {count} 位关爱对象的信息",
    "audit.care.end": "结束了一条关爱登记并清除信息",
}
NAMES: dict[str, dict[str, str]] = {
    "exported": {"visits": "走访"},
    "visit_kind": {
        "daily": "日常走访",
        "concentrated": "集中走访",
        "special": "专项走访",
        "online": "线上走访",
        "care": "关爱走访",
    },
    "visit_subject": {
        "household": "住户",
        "building": "楼栋",
        "compound": "小区",
        "enterprise": "企业",
    },
    "visit_result": {
        "well": "一切正常",
        "issue": "发现问题",
        "away": "家中无人",
        "declined": "不愿受访",
    },
    "care_reason": {
        "alone": "独居",
        "elderly": "高龄",
        "disabled": "残疾",
        "child": "困境儿童",
        "other": "其他",
    },
    "care_end": {
        "withdrawn": "本人撤回同意",
        "moved": "已搬走",
        "not_needed": "不再需要",
        "error": "登记有误",
    },
    "field": {
        "subject": "走访对象",
        "households": "户数",
        "care": "关爱对象",
        "visit": "走访",
        "every_days": "间隔天数",
        "who": "称呼",
        "where": "地点",
        "wish": "需要",
        "consent_on": "同意日期",
        "began_at": "开始时间",
        "ended_at": "结束时间",
    },
}
