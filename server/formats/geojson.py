"""GeoJSON: for maps and programs; keys as the API names them, instants in UTC."""

from collections.abc import Iterator

import orjson

from server.formats.table import Table, format_of

__all__ = ["write_geojson"]


@format_of("geojson", "application/geo+json")
def write_geojson(table: Table) -> Iterator[bytes]:
    """Write a FeatureCollection (RFC 7946); a record without a place has a null geometry."""
    yield b'{"type":"FeatureCollection","features":['
    comma = b""
    for record in table.records:
        facts = {name: value for name, value in record.facts.items() if name not in ("lon", "lat")}
        feature = {
            "type": "Feature",
            "id": next(iter(facts.values())),
            "properties": facts,
            "geometry": record.geometry,
        }
        yield comma + orjson.dumps(feature, option=orjson.OPT_UTC_Z)
        comma = b",\n"
    yield b"]}"
