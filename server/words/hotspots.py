"""What choropleth and hot spots say. Knows nothing of how they are found."""

__all__ = ["NAMES", "SENTENCES"]

SENTENCES = {
    "choropleth.visits": "走访次数只能按区域和时段看，请去掉类别、来源等其他条件。",
    "choropleth.bounds": "分级界限“{value}”不可用：选“自定界限”时请给出由小到大、用逗号隔开的数，选其他方法时请不要给。",
    "hotspot.new": "{place}：{category}最近一周首次显著偏高（z={z}）",
    "hotspot.consecutive": "{place}：{category}{weeks}周连续显著偏高（z={z}）",
    "hotspot.intensifying": "{place}：{category}{weeks}周连续显著偏高，而且越来越高（z={z}）",
    "hotspot.persistent": "{place}：{category}{weeks}周连续显著偏高，长期如此（z={z}）",
    "hotspot.sporadic": "{place}：{category}时有时无，最近一周又显著偏高（z={z}）",
    "hotspot.fading": "{place}：{category}曾长期显著偏高，正在减弱（z={z}）",
    "hotspot.weeks": "周数“{value}”应为 {least} 至 {most} 的整数。",
    "hotspot.no_area": "你没有负责的区域，看不到热点。",
    "hotspot.few_units": "只有 {count} 个网格，少于 {least} 个，相互比较没有意义，所以不判断热点。",
    "hotspot.few_issues": "这些周里最多的一类也只有 {count} 件事件，少于 {least} 件，不足以判断热点；可以多看几周，或看全部类别合计。",
    "hotspot.too_few": "这些周里每一类都不足 {least} 件，不足以判断热点；可以多看几周，或看全部类别合计。",
    "hotspot.gone": "没有这个热点：它现在已不显著，或不在你的区域；请回到热点列表重新选择。",
    "hotspot.not_yours": "你可以看这个热点，但发起排查要由它所在区域的网格长、派遣员或督办员来做。",
    "origin.hotspot": "由热点发起的排查",
}
NAMES: dict[str, dict[str, str]] = {
    "shaded": {"new_per_1000": "每千户新增", "open_per_1000": "每千户未结", "visits": "走访次数"},
    "indicator_unit": {"per_1000": "件/千户", "visits": "次走访"},
    "method": {"quantile": "等量分级", "natural": "自然断点", "fixed": "自定界限"},
    "field": {
        "level": "级别",
        "method": "分级方法",
        "classes": "级数",
        "bounds": "分级界限",
        "weeks": "周数",
        "units": "单元",
    },
    "hotspot_kind": {"cells": "按网格", "lattice": "按细方格"},
    "hotspot_course": {
        "new": "新出现",
        "consecutive": "连续",
        "intensifying": "加重",
        "persistent": "持续",
        "sporadic": "反复",
        "fading": "减弱",
    },
    "hotspot_where": {"号楼": "{compound} {numbers} 号楼", "号": "{compound} {numbers} 号"},
}
