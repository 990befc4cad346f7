"""How often each kind of issue happens, when, where, and who tells of it."""

from dataclasses import dataclass

__all__ = ["RAINY_DAYS", "TALES", "Tale"]

_EVEN = (1.0,) * 12
_HEATING = (9.0, 8.0, 5.0, 0.15, 0.0, 0.0, 0.0, 0.0, 0.0, 0.2, 6.0, 9.0)
_SUMMER = (0.6, 0.7, 1.2, 2.2, 4.0, 6.5, 8.0, 7.5, 4.5, 2.0, 1.0, 0.6)
_WINDY = (4.0, 4.0, 6.0, 6.0, 3.0, 1.0, 2.0, 3.0, 2.0, 2.0, 4.0, 5.0)
_YEAR_END = (9.0, 5.0, 1.0, 1.0, 1.0, 1.5, 1.5, 1.5, 1.5, 2.0, 4.0, 7.0)
_DARK = (4.0, 3.5, 2.5, 2.0, 1.5, 1.2, 1.2, 1.5, 2.2, 3.0, 4.0, 4.2)
_SCHOOL = (2.0, 1.0, 3.0, 3.0, 3.0, 2.5, 0.8, 0.8, 4.0, 3.0, 3.0, 2.5)

RAINY_DAYS = (0.05, 0.06, 0.08, 0.1, 0.13, 0.18, 0.24, 0.24, 0.15, 0.1, 0.08, 0.05)  # share, by month

_SEEN = (("patrol", 6.0), ("inspection", 1.0), ("wechat", 2.0), ("online", 1.0), ("hotline", 1.0))
_TOLD = (("hotline", 4.0), ("phone", 3.0), ("wechat", 3.0), ("visit", 1.0), ("box", 0.5), ("online", 1.0))
_TALKED = (("visit", 4.0), ("talk_day", 2.0), ("phone", 1.5), ("box", 1.0), ("wechat", 1.0))
_CHECKED = (("inspection", 5.0), ("patrol", 4.0), ("wechat", 1.0))
_FIRMS = (("enterprise", 8.0), ("phone", 1.0))


@dataclass(frozen=True, slots=True)
class Tale:
    """The habit of one category.

    Attributes
    ----------
    share : float
        Weight among all issues.
    months : tuple of float
        Weight of each month, January first.
    where : tuple of str
        ``home`` (a building lived in), ``grounds`` (beside one), ``road``, or a use (``market`` ...).
    sources : tuple of (str, float)
        Who tells of it, with weights.
    rain : float
        So many times as often on a rainy day, half of it on the day after.
    hot : float
        Share that happens in a few hot compounds.
    styles : tuple of str
        Styles of the compounds concerned; empty: all.
    """

    share: float
    months: tuple[float, ...] = _EVEN
    where: tuple[str, ...] = ("home",)
    sources: tuple[tuple[str, float], ...] = _TOLD
    rain: float = 1.0
    hot: float = 0.4
    styles: tuple[str, ...] = ()


TALES: dict[str, Tale] = {
    "heating": Tale(11.0, _HEATING, styles=("slab", "court"), hot=0.5),
    "water_supply": Tale(2.2),
    "power_fault": Tale(1.8, _SUMMER),
    "gas_smell": Tale(0.5, _DARK),
    "fire_door": Tale(1.3, sources=_CHECKED, styles=("tower",)),
    "solar_heater_loose": Tale(1.0, _WINDY, ("home",), _SEEN, styles=("slab",)),
    "fire_hazard": Tale(3.4, _EVEN, ("home", "market", "grounds"), _CHECKED),
    "charging_wire": Tale(2.6, _EVEN, ("home",), _SEEN, hot=0.5),
    "lift_fault": Tale(1.4, styles=("tower",)),
    "manhole_cover": Tale(1.0, _EVEN, ("road", "grounds"), _SEEN, rain=2.0),
    "ceiling_damage": Tale(2.2, _SUMMER, rain=2.5, styles=("slab", "court")),
    "drain_blocked": Tale(4.4, _SUMMER, rain=1.8, hot=0.5, styles=("slab", "court")),
    "property_service": Tale(2.6, sources=_TALKED),
    "renovation": Tale(1.8, _SCHOOL, sources=_TALKED, styles=("slab",)),
    "sewage_overflow": Tale(3.2, _SUMMER, ("grounds", "road"), _SEEN, rain=12.0, hot=0.55),
    "septic_tank": Tale(1.6, _SUMMER, ("grounds",), _SEEN, rain=1.5, hot=0.5),
    "bins_lacking": Tale(2.4, _EVEN, ("grounds", "road"), _SEEN),
    "exposed_rubbish": Tale(5.5, _EVEN, ("road", "grounds"), _SEEN, hot=0.3),
    "well_surroundings": Tale(0.7, _SUMMER, ("grounds",), _SEEN, styles=("court",), hot=0.6),
    "sanitation": Tale(5.5, _EVEN, ("grounds", "road", "market"), _SEEN, hot=0.3),
    "street_lamp": Tale(3.0, _DARK, ("road", "grounds"), _SEEN),
    "paving_damage": Tale(2.6, _EVEN, ("road", "grounds", "school"), _SEEN, rain=1.5),
    "tree_trimming": Tale(1.8, _SUMMER, ("grounds", "road"), _TOLD),
    "road_damage": Tale(2.8, _WINDY, ("road",), _SEEN, rain=1.5),
    "parking": Tale(5.0, _EVEN, ("grounds",), _TOLD, hot=0.5, styles=("slab", "tower", "villa")),
    "gate_congestion": Tale(2.2, _SCHOOL, ("road", "school"), _TOLD, hot=0.5),
    "neighbour_dispute": Tale(5.0, _EVEN, ("home",), _TALKED, hot=0.25),
    "dogs": Tale(4.2, _SUMMER, ("grounds", "home"), _TOLD, hot=0.45),
    "noise": Tale(3.4, _SUMMER, ("home", "road"), _TOLD, hot=0.45),
    "illegal_structure": Tale(1.6, _SCHOOL, ("home",), _SEEN),
    "street_vending": Tale(3.4, _SUMMER, ("road", "market"), _SEEN, hot=0.3),
    "food_safety": Tale(1.2, _SUMMER, ("market", "road"), _TOLD),
    "unpaid_wages": Tale(1.0, _YEAR_END, ("factory", "road"), _TALKED),
    "care_visit": Tale(4.5, _DARK, ("home",), (("visit", 9.0), ("phone", 1.0)), hot=0.15),
    "policy_question": Tale(3.0, _EVEN, ("home", "office"), _TALKED, hot=0.15),
    "business_help": Tale(1.4, _SCHOOL, ("factory", "road", "market"), _FIRMS, hot=0.2),
    "other": Tale(2.0, _EVEN, ("grounds", "road", "park"), _TALKED, hot=0.1),
}
