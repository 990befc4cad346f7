"""Sentences about issues that lie in another cell since the grid was changed."""

__all__ = ["SENTENCES"]

SENTENCES: dict[str, str] = {
    "regrid.nowhere": "网格之外",
    "regrid.log": "网格已调整，由 {source} 改到 {target}。",
    "cli.regrid": "网格调整后，列出落在别的网格的未结事件；--move 确认移到新网格。",
    "cli.regrid.move": "确认移到现在所在的网格，每件记一条更正。",
    "cli.regrid.reassign": "待签收、办理中的事件改派给新网格的当值人；不写则承办人不变，并提示核对。",
    "cli.regrid.json": "输出 JSON，供程序读取。",
    "cli.regrid.as": "以谁的名义更正；默认为系统。",
    "cli.regrid.title": "移到新网格",
    "cli.regrid.none": "没有未结事件落在别的网格。",
    "cli.regrid.found": "有 {count} 件未结事件落在别的网格：",
    "cli.regrid.shift": "　{source} → {target}：{count}",
    "cli.regrid.more": "　另有 {kinds} 种去向，共 {count} 件",
    "cli.regrid.how": "运行 wangge regrid 查看，wangge regrid --move 确认移交。",
    "cli.regrid.elsewhere": "网格已调整：有 {count} 件未结事件落在别的网格。",
    "cli.regrid.moved": "已移到新网格 {count} 件。",
    "cli.regrid.dispatched": "　派给新网格的当值人：{count}",
    "cli.regrid.reassigned": "　改派给新网格的当值人：{count}",
    "cli.regrid.flagged": "　承办人不变，待负责人核对：{count}",
}
