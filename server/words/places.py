"""Sentences about coordinates, coordinate systems, sets of cells and saved locators."""

__all__ = ["SENTENCES"]

SENTENCES: dict[str, str] = {
    "crs.missing": "没有说明坐标系；请写 EPSG 编号，如 EPSG:4490。",
    "crs.unknown": "不认识坐标系“{given}”；请写 EPSG 编号，如 EPSG:4490。",
    "crs.not_horizontal": "坐标系“{given}”不是平面位置的坐标系；请换一个。",
    "crs.mismatch": "两处坐标系不同：{first} 与 {second}；请先转成同一个。",
    "crs.no_way": "无法从坐标系 {source} 转到 {target}。",
    "crs.not_wgs84": "底图图层“{layer}”的坐标系是 {crs}，应为 WGS 84。",
    "datum.unknown": "不认识坐标系“{given}”；可用 wgs84、gcj02、bd09、bd09mc、cgcs2000，或 EPSG 编号，如 EPSG:4549。",
    "datum.points_stated": "这 {points} 个点像是 {datum}：换算后有 {after} % 落在各自写明的网格里，换算前只有 {before} %；"
    "没有自动换算，请核对，确实如此请注明坐标系 {crs} 再做一次。",
    "datum.points": "这 {points} 个点像是 {datum}：换算后有 {after} % 落在网格里，换算前只有 {before} %；"
    "没有自动换算，请核对，确实如此请注明坐标系 {crs} 再做一次。",
    "coordinate.not_projectable": "有 {count} 个坐标在此坐标系里没有意义，第一批在第 {rows} 行。",
    "coordinate.outside_crs": "坐标 {value} 不在坐标系 {crs} 的使用范围内；请核对坐标系、带号和先东后北的次序。",
    "coordinate.shape": "经度与纬度的个数不同（{lon} 与 {lat}）。",
    "coordinate.bad_distance": "距离 {name} 的值“{given}”不可用；应为不小于 0 的米数。",
    "cells.not_a_frame": "给的不是图层（{given}）。",
    "cells.columns_missing": "图层缺少这些列：{columns}。",
    "cells.lengths": "编码、名称、边界的个数不同（{codes}、{names}、{geometry}）。",
    "cells.code_missing": "有 {count} 个网格没有编码，第一批在第 {rows} 行。",
    "cells.code_not_text": "有 {count} 个网格编码不是文字，第一批在第 {rows} 行；请按文字读取。",
    "cells.code_twice": "网格编码重复，在第 {rows} 行。",
    "cells.geometry_missing": "有网格没有边界，在第 {rows} 行。",
    "cells.out_of_range": "有网格的边界超出经纬度范围，在第 {rows} 行。",
    "cells.geometry_type": "有网格的边界不是面，在第 {rows} 行。",
    "cells.invalid_rings": "有 {count} 个网格的边界无效（如自相交）：{codes}；请先修正图层。",
    "index.version": "定位索引由另一版本写成（{found}），本程序只认识 {known}。",
    "index.damaged": "定位索引文件损坏。",
    "index.not_ours": "文件“{path}”不是定位索引。",
    "tile.upside_down": "范围的南端 {south} 在北端 {north} 之北。",
    "tile.zoom": "缩放级别“{given}”不可用；应为 0 至 {deepest}。",
    "tile.out_of_range": "没有瓦片 {zoom}/{x}/{y}。",
    "density.no_cell": "热力格边长“{cell_m}”在纬度 {at_lat} 不可用。",
    "points.lengths": "lon 有 {lon} 个，lat 有 {lat} 个；两列应一样长。",
    "points.none": "没有给出任何点；一次可以问 1 至 {limit} 个。",
    "points.too_many": "一次给了 {count} 个点，最多 {limit} 个；请分批。",
    "points.refused": "{count} 个点里有 {bad} 个不可用，一个也没有回答；请按提示改正。",
    "points.fault": "从 0 数起的第 {rows} 个点（共 {count} 个）：{why}",
}
