"""The names of the demonstration town's compounds, buildings and roads, so that the search finds them."""

from collections.abc import Iterator

import shapely

from server.demo.parcels import Use
from server.demo.town import Town
from server.services.gazetteer import NewPlace

__all__ = ["town_places"]


def town_places(town: Town) -> list[NewPlace]:
    """List every place of the town that has a name, each name once.

    Parameters
    ----------
    town : Town
        All of it is invented.
    """
    places = (*_compounds(town), *_buildings(town), *_roads(town))
    return list({place.external_key: place for place in places}.values())


def _place(kind: str, name: str, address: str, point: shapely.Point) -> NewPlace:
    return NewPlace(f"demo:{kind}:{address or name}", name, kind, address, point.x, point.y)


def _compounds(town: Town) -> Iterator[NewPlace]:
    communities = town.level("community").set_index("code")["name"]
    for name, use, community, shape in town.compounds[["name", "use", "community", "geometry"]].itertuples(
        index=False
    ):
        kind = "compound" if use == str(Use.RESIDENTIAL) else "landmark"
        yield _place(kind, name, f"{communities[community]}{name}", shapely.point_on_surface(shape))


def _buildings(town: Town) -> Iterator[NewPlace]:
    columns = town.buildings[["address", "compound", "number", "geometry"]]
    for address, compound, number, shape in columns.itertuples(index=False):
        unit = address.rpartition(str(number))[2]
        yield _place("building", f"{compound}{number}{unit}", address, shapely.point_on_surface(shape))


def _roads(town: Town) -> Iterator[NewPlace]:
    named = town.roads[town.roads["name"] != ""]
    longest = named.assign(length=shapely.length(named.geometry.to_numpy())).sort_values("length")
    for name, line in longest.drop_duplicates("name", keep="last")[["name", "geometry"]].itertuples(
        index=False
    ):
        yield _place("road", name, "", shapely.line_interpolate_point(line, 0.5, normalized=True))
