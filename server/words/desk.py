"""Sentences and names of the intake desk: places by name, likely duplicates, quick entry, talk days."""

__all__ = ["NAMES", "SENTENCES"]

NAMES: dict[str, dict[str, str]] = {
    "field": {"date": "日期", "community": "社区"},
    "place_kind": {
        "compound": "小区",
        "building": "楼幢",
        "road": "路街",
        "landmark": "地点",
        "cell": "网格",
    },
}

SENTENCES: dict[str, str] = {
    "gazetteer.unknown": "没有这个地点“{value}”；请重新查找。",
    "gazetteer.twice": "“{value}”与第 {first} 行是同一个地点；请删去一行，或用编号列区分。",
    "gazetteer.kind": "没有名为“{value}”的地点类型；可用的有：{known}。",
    "cli.import.places": "导入地名（小区、楼幢、路街、地点，CSV/XLSX），登记时可按名称查找；有一处错就一行也不写。",
    "cli.places.name": "名称列。",
    "cli.places.lon": "经度列。",
    "cli.places.lat": "纬度列。",
    "cli.places.kind": "类型列：小区、楼幢、路街、地点；没有则按名称判断。",
    "cli.places.address": "地址列。",
    "cli.places.key": "编号列；同编号的地点只有一个，再次导入即更新。",
    "cli.places.done": "文件“{file}”：新增 {new} 处，更新 {changed} 处，未变 {same} 处。",
    "cli.places.outside": "　第 {row} 行“{name}”不在任何网格内。",
    "cli.places.outside_count": "不在任何网格内的共 {count} 处，已导入，请核对坐标。",
    # likely duplicates
    "duplicate.near": "相距 {distance_m} 米",
    "duplicate.days": "相隔 {days} 天",
    "duplicate.same_day": "同一天",
    "duplicate.category": "类别相同",
    "duplicate.words": "描述相近（{share} %）",
    # quick entry
    "entry.several": "“{value}”不止一处；请选一处。",
    "entry.nowhere": "没有找到“{value}”；请换个说法，或写网格编码。",
    # talk day
    "talk.hall": "有的事没写地点；请写会场在哪里，或逐行写地点。",
    "talk.empty": "一件也没有写；请至少填一行。",
    "talk.too_many": "写了 {count} 件，一次最多 {limit} 件；请分两次登记。",
}
