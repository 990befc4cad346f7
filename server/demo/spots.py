"""Where issues happen: in homes, beside buildings, along roads, at a few places beyond the last house."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray

from server.demo.town import Town

__all__ = ["ALWAYS_HOT", "Spot", "Spots"]

_HOT_COMPOUNDS, _HOT_ROADS = 4, 3
ALWAYS_HOT = "时代嘉园"  # the compound of the cell that the README walks through: always something to see
_BESIDE = 0.65  # of a building's depth, from its wall
_FLOORS = 6  # where there is no building
_BEYOND = (0.0015, 0.016)  # degrees outside the district: nearest and farthest spot there


@dataclass(frozen=True, slots=True)
class Spot:
    """One place with its words.

    Attributes
    ----------
    lon, lat : float
        WGS 84 degrees.
    where : str
        The place in words, e.g. ``"时代嘉园28幢南侧"``.
    compound : str
        The compound it is in or near; empty beyond the last house.
    unit : str
        Building and entrance, e.g. ``"时代嘉园28幢2单元"``; elsewhere like ``where``.
    road : str
        A road nearby.
    floors : int
        Of the building, 6 elsewhere.
    """

    lon: float
    lat: float
    where: str
    compound: str
    unit: str
    road: str
    floors: int


_Roads = tuple[NDArray[np.object_], NDArray[np.object_]]  # names, lines


class Spots:
    """Draws spots of a town.

    Parameters
    ----------
    town : Town
        Where.
    rng : numpy.random.Generator
        Source of chance.
    """

    def __init__(self, town: Town, rng: np.random.Generator) -> None:
        self._rng = rng
        table = town.buildings
        self._names = table["compound"].to_numpy()
        self._houses = [
            f"{compound}{address.rpartition(compound)[2] or address}"
            for compound, address in zip(table["compound"], table["address"], strict=True)
        ]
        self._entrances, self._floors = table["entrances"].to_numpy(), table["floors"].to_numpy()
        self._corners = shapely.get_coordinates(town.buildings.geometry.to_numpy()).reshape(-1, 5, 2)
        self._by_compound = town.buildings.groupby("compound", sort=False).indices
        self._compounds = town.compounds.set_index("name", drop=False)
        old = town.buildings[town.buildings["style"].eq("slab") & town.buildings["use"].eq("residential")]
        homes = old.groupby("cell")["households"].sum().sort_values(ascending=False, kind="stable")
        self._by_cell = {
            cell: np.flatnonzero(table.index.isin(old.index) & table["cell"].eq(cell)) for cell in homes.index
        }
        self._homes = town.buildings.groupby("compound", sort=False)["households"].sum()
        self._district = town.level("district").geometry.to_numpy()[0]
        self._named = town.roads[town.roads["name"] != ""]

    def draw(self, kind: str, count: int, *, styles: Sequence[str] = (), hot: float = 0.0) -> list[Spot]:
        """Draw spots of one kind.

        Parameters
        ----------
        kind : str
            ``home``, ``grounds``, ``road``, ``beyond`` or a use of compounds (``market`` ...).
        count : int
            How many.
        styles : sequence of str
            Only compounds of these styles; empty: all.
        hot : float
            Share that falls on a few compounds or roads.

        Returns
        -------
        list of Spot
            In random order.
        """
        if count == 0:
            return []
        if kind in {"road", "beyond"}:
            lines = self._beyond if kind == "beyond" else self._inside
            return self._along(lines, count, 0.0 if kind == "beyond" else hot, kind)
        return self._at(kind, count, styles, hot)

    def in_one(self, cell: str, count: int, *, beside: bool) -> list[Spot]:
        """Draw spots in one cell.

        Parameters
        ----------
        cell : str
            Its code; people live there.
        count : int
            How many.
        beside : bool
            Beside buildings rather than in them.
        """
        return self._buildings_at(self._rng.choice(self._by_cell[cell], count), beside=beside)

    @cached_property
    def lived_in(self) -> list[str]:
        """Codes of the cells whose people live in old blocks, the most homes first."""
        return list(self._by_cell)

    def _at(self, kind: str, count: int, styles: Sequence[str], hot: float) -> list[Spot]:
        """Spots in or beside buildings."""
        use = "residential" if kind in {"home", "grounds"} else kind
        table = self._compounds[self._compounds["use"] == use]
        if styles:
            table = table[table["style"].isin(styles)]
        names = table["name"].to_numpy()
        if kind == "park":
            return [self._park(name) for name in self._rng.choice(names, count)]
        names = names[[name in self._by_compound for name in names]]
        weights = self._homes.reindex(names).to_numpy(dtype=float) + 1.0
        always = np.flatnonzero(names == ALWAYS_HOT)
        chosen = names[self._few(weights, count, _HOT_COMPOUNDS + count // 100, hot, always)]
        rows = np.array([self._rng.choice(self._by_compound[name]) for name in chosen])
        return self._buildings_at(rows, beside=kind != "home")

    def _few(
        self,
        weights: NDArray[np.float64],
        count: int,
        few: int,
        hot: float,
        always: NDArray[np.intp] | None = None,
    ) -> NDArray[np.intp]:
        """Choose rows: a share of them among a few, ever more rarely, the others by weight."""
        shares = weights / weights.sum()
        favoured = self._rng.choice(len(weights), min(few, len(weights)), replace=False, p=shares)
        if always is not None:
            favoured = np.concatenate([favoured, np.setdiff1d(always, favoured)])
        ranks = 1.0 / np.sqrt(1.0 + np.arange(len(favoured)))
        ranks[np.isin(favoured, [] if always is None else always)] *= 0.6
        rows = self._rng.choice(len(weights), count, p=shares)
        again = self._rng.choice(favoured, count, p=ranks / ranks.sum())
        return np.where(self._rng.random(count) < hot, again, rows)

    def _buildings_at(self, rows: NDArray[np.intp], *, beside: bool) -> list[Spot]:
        """Spots in these buildings or at a wall of each."""
        along, across = self._rng.uniform(0.15, 0.85, (2, len(rows), 1))
        if beside:
            across = np.where(self._rng.random((len(rows), 1)) < 0.5, -_BESIDE, 1.0 + _BESIDE)
        west, east, north = (self._corners[rows, corner] for corner in (0, 1, 3))
        points = west + along * (east - west) + across * (north - west)
        entrances = self._rng.integers(1, self._entrances[rows] + 1)
        spots: list[Spot] = []
        for row, (lon, lat), road, entrance in zip(
            rows, points.tolist(), self._nearest_roads(points), entrances, strict=True
        ):
            house, compound = self._houses[row], self._names[row]
            unit = f"{house}{entrance}单元" if house.endswith("幢") else house
            side = "南侧" if lat < self._corners[row, :4, 1].mean() else "北侧"
            where = f"{house}{side}" if beside else unit
            spots.append(Spot(lon, lat, where, compound, unit, road, int(self._floors[row])))
        return spots

    def _park(self, name: str) -> Spot:
        ground = self._compounds.loc[name].geometry
        point = shapely.get_coordinates(ground.representative_point()) + self._rng.normal(0, 2e-4, (1, 2))
        lon, lat = point[0].tolist()
        return Spot(lon, lat, f"{name}内", name, name, self._nearest_roads(point)[0], _FLOORS)

    def _along(self, roads: _Roads, count: int, hot: float, kind: str) -> list[Spot]:
        """Spots on roads."""
        names, lines = roads
        rows = self._few(shapely.length(lines), count, _HOT_ROADS, hot)
        points = shapely.line_interpolate_point(lines[rows], self._rng.random(count), normalized=True)
        near = self._compounds["name"].to_numpy()[self._compound_tree.nearest(points)]
        spots: list[Spot] = []
        for point, road, name in zip(points, names[rows], near, strict=True):
            beyond = kind == "beyond"
            where, called = (f"{road}城郊段", "") if beyond else (f"{road}{name}附近", str(name))
            unit = called or where
            spots.append(Spot(float(point.x), float(point.y), where, called, unit, str(road), _FLOORS))
        return spots

    def _nearest_roads(self, points: NDArray[np.float64]) -> list[str]:
        rows = self._road_tree.nearest(shapely.points(points))
        return [str(name) for name in self._named["name"].to_numpy()[rows]]

    @cached_property
    def _inside(self) -> _Roads:
        """Named roads within the district."""
        return self._clipped(self._district)

    @cached_property
    def _beyond(self) -> _Roads:
        """Named roads some way outside."""
        near, far = (shapely.buffer(self._district, reach) for reach in _BEYOND)
        return self._clipped(shapely.difference(far, near))

    def _clipped(self, ground: shapely.Geometry) -> _Roads:
        lines = shapely.intersection(self._named.geometry.to_numpy(), ground)
        kept = ~shapely.is_empty(lines) & (shapely.length(lines) > 0.0)
        return self._named["name"].to_numpy()[kept], lines[kept]

    @cached_property
    def _road_tree(self) -> shapely.STRtree:
        return shapely.STRtree(self._named.geometry.to_numpy())

    @cached_property
    def _compound_tree(self) -> shapely.STRtree:
        return shapely.STRtree(self._compounds.geometry.to_numpy())
