"""What is done in the end, by category: how much of what, for how much money."""

from collections.abc import Mapping

import numpy as np

__all__ = ["DEEDS", "deed", "done_usually"]

DEEDS: Mapping[str, tuple[str, int, int, float]] = {
    "road_damage": ("平方米", 12, 160, 96.0),
    "paving_damage": ("平方米", 4, 60, 78.0),
    "ceiling_damage": ("平方米", 3, 45, 65.0),
    "street_lamp": ("盏", 1, 8, 230.0),
    "drain_blocked": ("米", 8, 70, 62.0),
    "sewage_overflow": ("米", 6, 40, 55.0),
    "septic_tank": ("立方米", 4, 24, 70.0),
    "water_supply": ("米", 5, 40, 48.0),
    "manhole_cover": ("个", 1, 2, 420.0),
    "bins_lacking": ("个", 1, 6, 180.0),
    "exposed_rubbish": ("吨", 1, 9, 120.0),
    "sanitation": ("吨", 1, 4, 110.0),
    "well_surroundings": ("吨", 1, 3, 110.0),
    "tree_trimming": ("棵", 2, 26, 85.0),
    "fire_door": ("扇", 1, 3, 680.0),
    "lift_fault": ("次", 1, 1, 560.0),
    "power_fault": ("处", 1, 3, 150.0),
    "heating": ("户", 1, 18, 0.0),
    "fire_hazard": ("处", 1, 6, 0.0),
    "charging_wire": ("处", 1, 8, 0.0),
    "care_visit": ("人次", 1, 4, 0.0),
    "parking": ("个", 2, 20, 0.0),
}
"""Unit, least, most, usual yuan for each."""
_WORDS = (
    "已处理完，现场复核正常。",
    "已处理完毕，已向反映人说明。",
    "已到场处理，恢复正常。",
    "已安排人员处理，现场已清理。",
)
_COUNTED = 0.85  # of the times somebody writes down how much


def deed(category: str, rng: np.random.Generator) -> dict[str, object]:
    """Make up what a finishing tells.

    Parameters
    ----------
    category : str
        Code.
    rng : numpy.random.Generator
        Source of chance.

    Returns
    -------
    dict
        ``outcome``, mostly ``quantity unit``, and ``money`` where it costs any.
    """
    told: dict[str, object] = {"outcome": _WORDS[int(rng.integers(len(_WORDS)))]}
    known = DEEDS.get(category)
    if known is None or rng.random() >= _COUNTED:
        return told
    unit, least, most, each = known
    quantity = int(rng.integers(least, most + 1))
    told |= {"quantity": quantity, "unit": unit}
    if each:
        told["money"] = round(quantity * each * float(rng.uniform(0.8, 1.25)), -1)
    return told


def done_usually(category: str) -> dict[str, object]:
    """Give a quantity in the middle, for what is finished but not closed yet."""
    if category not in DEEDS:
        return {}
    unit, least, most, each = DEEDS[category]
    quantity = (least + most) // 2
    return {"quantity": quantity, "unit": unit, **({"money": round(quantity * each, -1)} if each else {})}
