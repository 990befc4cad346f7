"""Words of the heat: units."""

__all__ = ["NAMES", "SENTENCES"]

SENTENCES: dict[str, str] = {}
NAMES: dict[str, dict[str, str]] = {
    "heat_unit": {
        "issues": "件（半径内，越远计得越少）",
        "issues_per_km2": "件/平方公里",
        "issues_per_1000_households": "件/千户",
    },
    "field": {
        "radius_m": "半径（米）",
        "slot": "一周中的小时",
        "mode": "热力口径",
        "than": "对比时段",
        "than_since": "对比自",
        "than_until": "对比至",
    },
}
