"""Words of exports: kinds, formats, states, and why a file was not made."""

__all__ = ["NAMES", "SENTENCES"]

SENTENCES: dict[str, str] = {
    "export.rows": "共 {value} 行，一个 Excel 工作表最多 {most} 行；请改用 CSV 或 GPKG，或者缩小筛选范围。",
    "export.large": "共 {rows} 行，超过当场导出的 {most} 行（矢量瓦片一律后台制作）；请到“导出文件”页面提交，做好后下载。",
    "export.many": "你已有 {limit} 个文件在排队或制作；请等做好，或先取消一个。",
    "export.unknown": "没有这个导出文件：可能已经删除、过期，或者不是你的。",
    "export.not_done": "文件还没有做好；请稍后再下载。",
    "export.rights": "文件做好以后，你的角色或负责区域有变动；请点“重新制作”，按现在的权限再做一份。",
    "export.gone": "文件已不在服务器上；请点“重新制作”。",
    "export.ended": "文件已经做完或停止，不用取消。",
    "export.open": "文件还在排队或制作；要重新做，请先取消。",
    "export.nobody": "提出导出的账号已停用，没有制作。",
    "export.full": "服务器磁盘已满，文件没有做成；请联系管理员清理后重新制作。",
    "export.folder": "服务器不能写入数据文件夹里的 {folder}，文件没有做成；请联系管理员检查权限后重新制作。",
    "export.disk": "写文件时出错（{why}），文件没有做成；请重新制作，再不行请联系管理员。",
    "export.dies": "制作 {tries} 次都中途中断，已停止；请缩小范围后重新制作，或联系管理员。",
    "export.fault": "程序出错，文件没有做成；请联系管理员查看日志。",
    "audit.export.fetch": "下载导出的{what}（{form}），{count} 条，条件：{filters}",
    "audit.export.counted": "导出{what}（{form}），{count} 条，条件：{filters}",
    "cli.jobs.exports.made": "做好导出文件：{count} 个",
    "cli.jobs.exports.failed": "没有做成的导出文件：{count} 个",
    "cli.jobs.exports.expired": "删除过期的导出文件：{count} 个",
    "cli.export.title": "导出",
    "cli.export.level": "导出哪一级：cell 网格、community 社区、subdistrict 街道；给出即带各项指标。",
    "cli.export.indicators": "只要这些指标，逗号隔开；默认全部。",
    "cli.export.period": "统计时段，如 month、week、year。",
    "cli.export.units": "导出网格、社区或街道：GeoJSON 默认只是网格本身，可再导入；其他格式或给出 --level 时带各项指标。",
}
NAMES: dict[str, dict[str, str]] = {
    "export_kind": {"issues": "事件", "cells": "区域和指标"},
    "unit_level": {"cell": "网格", "community": "社区", "subdistrict": "街道"},
    "export_format": {
        "xlsx": "Excel 表格",
        "csv": "CSV 表格",
        "geojson": "网页地图 GeoJSON",
        "gpkg": "地图文件 GPKG",
        "pmtiles": "矢量瓦片 PMTiles",
    },
    "export_format_hint": {
        "xlsx": "用 Excel 或 WPS 打开",
        "csv": "不限行数，任何表格软件都能打开",
        "geojson": "给网页和程序用",
        "gpkg": "用 QGIS 等地图软件打开，带位置和全部内容",
        "pmtiles": "很多点也能流畅显示的地图；远看时相近的点合为一个并写明件数",
    },
    "export_state": {
        "waiting": "排队",
        "running": "制作中",
        "done": "已做好",
        "failed": "没有做成",
        "cancelled": "已取消",
    },
    "field": {"format": "格式"},
    "exported": {"cells": "区域和指标"},
}
