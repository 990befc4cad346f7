"""What the desk's pages say: what an issue waits for, orders of a list, why many things could not be done at once."""

__all__ = ["NAMES", "SENTENCES"]

SENTENCES: dict[str, str] = {
    "filter.department": "没有编码为“{value}”的承办单位。",
    "view.name": "常用筛选的名称应为 1 至 {limit} 个字，不可空白。",
    "view.taken": "已有名为“{name}”的常用筛选；请换一个名称。",
    "view.many": "常用筛选最多保存 {limit} 个；请先删除不用的。",
    "view.not_found": "没有这个常用筛选，或已被删除。",
    "bulk.none": "还没有勾选事件；请先在列表中勾选。",
    "bulk.many": "一次最多办理 {limit} 件，勾选了 {count} 件；请分几次办理。",
    "bulk.action": "不能批量“{action}”；可批量的有：{known}。",
    "bulk.not_found": "没有这次批量办理的结果；结果只保留一周。",
    "triage.nearest": "离 {cell} 最近，约 {metres} 米。",
    "triage.department": "此类事项的承办单位。",
    "confirm.missing": "请先勾选“确认{action}”。",
}
NAMES: dict[str, dict[str, str]] = {
    "todo": {
        "extend": "待批延期",
        "suspend": "待批挂账",
        "answer": "待报到",
        "last_word": "待最终指派",
        "sent_back": "退回重办",
    },
    "order": {"newest": "最新上报", "oldest": "最早上报", "due": "先到期"},
    "field": {
        "clock": "时限情况",
        "urgent": "紧急",
        "again": "多轮办理",
        "department": "承办单位",
        "todo": "待办",
        "ended_since": "办结自",
        "sort": "排序",
        "name": "名称",
    },
}
