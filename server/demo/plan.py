"""What the invented district is made of: its outline, its river, its subdistricts and communities.

Everything here is data. Coordinates are metres on the *flat* plane (u east, v north), before the ground
is bent (see :mod:`server.demo.ground`); the names are those of the places the project was conceived for,
the geometry is nobody's.
"""

from dataclasses import dataclass

from shapely import LineString, Polygon

__all__ = [
    "BORDERS",
    "COUNTRY_ROADS",
    "DISTRICT_CODE",
    "DISTRICT_NAME",
    "LAKE_COMMUNITY",
    "OUTLINE",
    "RIVER",
    "SEA",
    "SUBDISTRICTS",
    "WOODS",
    "CommunityPlan",
    "SubdistrictPlan",
]

DISTRICT_CODE = "990101"
DISTRICT_NAME = "示范区"  # its invention is told by the banner


@dataclass(frozen=True, slots=True)
class CommunityPlan:
    """One community before it has ground.

    Attributes
    ----------
    name : str
        Chinese name with 社区.
    cells : int
        How many cells it is cut into.
    """

    name: str
    cells: int


@dataclass(frozen=True, slots=True)
class SubdistrictPlan:
    """One subdistrict before it has ground.

    Attributes
    ----------
    name : str
        Chinese name with 街道.
    inside : tuple of float
        A point (u, v) of the flat plane that lies in it.
    communities : tuple of CommunityPlan
        Its communities, roughly from west to east.
    character : str
        ``new`` (towers, parks), ``dense`` (slabs), ``old`` (lanes and courtyards), ``mixed`` or ``edge``.
    """

    name: str
    inside: tuple[float, float]
    communities: tuple[CommunityPlan, ...]
    character: str


def _communities(*pairs: tuple[str, int]) -> tuple[CommunityPlan, ...]:
    return tuple(CommunityPlan(f"{name}社区", cells) for name, cells in pairs)


SUBDISTRICTS = (
    SubdistrictPlan("西苑街道", (500, 600), _communities(("文峰", 8), ("天隆", 6)), "new"),
    SubdistrictPlan(
        "西街道",
        (900, 2000),
        _communities(
            ("柳园", 12),
            ("西门", 13),
            ("三里桥", 11),
            ("兴华", 12),
            ("钟楼", 12),
            ("御河", 11),
            ("红星", 13),
            ("望海", 11),
        ),
        "dense",
    ),
    SubdistrictPlan("文昌街道", (2000, 1150), _communities(("西苑", 4)), "old"),
    SubdistrictPlan(
        "文化路街道",
        (3200, 1600),
        _communities(
            ("书香", 9),
            ("学府", 8),
            ("青年", 10),
            ("胜利", 9),
            ("光明", 9),
            ("新华", 8),
            ("和平", 10),
            ("幸福", 9),
            ("友谊", 9),
            ("团结", 10),
            ("朝阳", 8),
            ("东湖", 9),
        ),
        "mixed",
    ),
    SubdistrictPlan("少海街道", (4200, 350), _communities(("锦秋", 6)), "edge"),
)

LAKE_COMMUNITY = "锦秋社区"  # whose largest parcel holds the lake

OUTLINE = Polygon(
    [
        (70, 430), (300, 120), (640, 20), (1150, -30), (1720, 10), (2330, -20), (2900, 40), (3600, 0),
        (4120, 30), (4480, 260), (4570, 700), (4600, 1500), (4520, 2080), (4440, 2460), (3960, 2700),
        (3350, 2800), (2780, 2730), (2420, 2760), (1800, 2900), (1250, 2860), (800, 2930), (330, 2680),
        (110, 2300), (0, 1750), (30, 1000),
    ]
)  # fmt: skip

RIVER = LineString(
    [
        (1600, -3500), (1700, -2300), (1950, -1300), (1900, -700), (1930, -420), (1960, -180), (2030, 20), (2150, 260), (2170, 520), (2260, 800), (2290, 1080),
        (2250, 1380), (2180, 1640), (2230, 1900), (2370, 2150), (2430, 2420), (2400, 2640), (2440, 2900),
        (2480, 3150),
    ]
)  # fmt: skip

BORDERS = (
    LineString(
        [
            (-60, 1010), (400, 985), (590, 905), (860, 890), (1060, 860), (1085, 560), (1020, 450),
            (1035, -90),
        ]
    ),
    LineString(
        [
            (2400, 850), (2050, 862), (1830, 855), (1815, 1060), (1850, 1085), (1840, 1345), (2040, 1330),
            (2400, 1322),
        ]
    ),
    LineString([(3760, -60), (3770, 260), (3860, 340), (3870, 590), (4150, 620), (4700, 590)]),
)  # fmt: skip

COUNTRY_ROADS = (
    LineString([(-60, 1010), (-500, 960), (-1900, 1010), (-4000, 900)]),
    LineString([(110, 2300), (-600, 2420), (-1900, 2380), (-4000, 2500)]),
    LineString([(1035, -90), (1010, -500), (1080, -1800), (1000, -3500)]),
    LineString([(3760, -60), (3730, -600), (3800, -1800), (3900, -3500)]),
    LineString([(4700, 590), (5100, 570), (6500, 640), (8500, 600)]),
    LineString([(4440, 2460), (5200, 2380), (6500, 2420), (8500, 2300)]),
)

SEA = Polygon(
    [
        (-4500, 7000), (-4500, 3600), (-3000, 3500), (-900, 3420), (300, 3230), (1300, 3150), (2000, 3080), (2440, 3010),
        (2900, 3060), (3500, 3020), (4300, 2950), (4900, 2800), (5600, 2500), (9000, 2400), (9000, 7000),
    ]
)  # fmt: skip

WOODS = (
    Polygon(
        [
            (-4000, 760), (-1900, 700), (-900, 640), (-260, 330), (60, -120), (500, -330), (920, -420),
            (960, -1700), (880, -3500), (-4000, -3500),
        ]
    ),
    Polygon(
        [
            (-4000, 2300), (-1900, 2200), (-700, 2220), (-180, 2120), (-120, 1350), (-500, 1080),
            (-1900, 1130), (-4000, 1050),
        ]
    ),
    Polygon(
        [
            (4780, -50), (5400, 340), (6500, 400), (8500, 380), (8500, -3500), (4050, -3500), (3950, -1700),
            (3900, -500), (4300, -230),
        ]
    ),
)  # fmt: skip
