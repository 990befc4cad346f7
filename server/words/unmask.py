"""Sentences about seeing an issue whole, and about what is written down of it."""

__all__ = ["NAMES", "SENTENCES"]

SENTENCES: dict[str, str] = {
    "unmask.not_permitted": "{number} 的个人信息只给承办人及其上级看；需要联系居民，请找承办人或网格长。",
    "audit.unmask": "查看个人信息，用于{why}",
    "audit.export": "导出{what}（{form}），条件：{filters}",
    "audit.export.as": "用命令按“{person}”看得到的范围导出{what}（{form}），条件：{filters}",
    "audit.export.backup": "导出{what}，文件“{file}”",
}
NAMES: dict[str, dict[str, str]] = {
    "why": {
        "contact": "联系居民",
        "visit": "上门处理",
        "check": "核查情况",
        "callback": "电话回访",
        "merge": "比对重复",
        "review": "督办复核",
    },
    "field": {"sees_private": "查看个人信息的权限", "why": "用途"},
    "exported": {"issues": "事件", "backup": "全部数据和密钥（备份）"},
}
