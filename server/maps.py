"""Maps as folium writes them, cut into parts that fit a page under a strict CSP.

The only file that imports folium. It makes empty layers with fixed names (``window.map_main``,
``geo_json_cells``, ``feature_group_heat``, ...); ``static/js/map`` fills them from URLs, so no text of a
user, cell names included, ever passes through folium's script templates, where ``${...}`` would run.
Knows nothing of requests, nonces or the database.
"""

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

import folium
from branca.element import MacroElement
from folium.plugins import Fullscreen, MarkerCluster
from folium.template import Template

from geo.datum import convert
from server.words import _, speaking

__all__ = ["Basemap", "MapParts", "MapView", "map_parts", "tablet_map_script"]

for _kind in (folium.Map, MarkerCluster, Fullscreen):
    # folium names six outside hosts here; the pages link the vendored files instead.
    _kind.default_js = []
    _kind.default_css = []

CHINA = (73.5, 18.0, 135.1, 53.6)
MOST_ZOOM = 19
Named = TypeVar("Named", bound=MacroElement)
_LEAFLET = ("vendor/leaflet/leaflet.js", "vendor/leaflet/leaflet.css")
_PROTOMAPS = "vendor/protomaps-leaflet/protomaps-leaflet.js"


@dataclass(frozen=True)
class Basemap:
    """Raster tiles under the cells.

    Attributes
    ----------
    url : str
        Address with ``{z}``, ``{x}`` and ``{y}``.
    crs : str
        ``wgs84`` or ``gcj02``: the datum the tiles are drawn in; the overlay is shifted to it.
    attribution : str
        Shown in the corner of the map.
    """

    url: str
    crs: str = "wgs84"
    attribution: str = ""


@dataclass(frozen=True)
class MapView:
    """What a map shows; equal views share their rendered parts.

    Attributes
    ----------
    kind : str
        ``desk`` (all layers and controls), ``issue`` (one place) or ``tablet``.
    bounds : tuple of float
        West, south, east, north; WGS 84 degrees.
    language : str
        ``zh`` or ``en``, for the names of layers and buttons.
    basemap : Basemap, optional
        None draws the vector basemap of the program, or plain ground.
    version : str
        Grid version; a new one makes new parts.
    """

    kind: str
    bounds: tuple[float, float, float, float] = CHINA
    language: str = "zh"
    basemap: Basemap | None = None
    version: str = ""


@dataclass(frozen=True)
class MapParts:
    """A map ready for a page.

    Attributes
    ----------
    html : str
        The map's element.
    script : str
        folium's script; needs a nonce or a file of its own.
    scripts, styles : tuple of str
        Static files to link before it, in order; paths below ``static/``.
    """

    html: str
    script: str
    scripts: tuple[str, ...]
    styles: tuple[str, ...]


class _MetricScale(MacroElement):
    """A scale bar in metres only; folium's own also counts in feet."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            L.control.scale({imperial: false, position: "bottomright"}).addTo({{ this._parent.get_name() }});
        {% endmacro %}
        """
    )

    def __init__(self) -> None:
        super().__init__()
        self._name = "MetricScale"


@lru_cache(maxsize=64)
def map_parts(view: MapView) -> MapParts:
    """Render a map of empty layers.

    Parameters
    ----------
    view : MapView
        What it shows; the answer is kept per view.

    Returns
    -------
    MapParts
        Deterministic for a view: every element has a fixed name.
    """
    with speaking(view.language):
        drawn = _map(view)
        _add_layers(drawn, view)
        _add_controls(drawn, view)
        root: Any = drawn.get_root()  # a Figure; folium types it as any element
        root.render()
        return MapParts(
            html=root.html.render(),
            script=root.script.render(),
            scripts=_scripts(view),
            styles=_styles(view),
        )


@lru_cache(maxsize=4)
def tablet_map_script(basemap: Basemap | None = None) -> tuple[str, str]:
    """Render the tablet's map as a file of its own.

    Parameters
    ----------
    basemap : Basemap, optional
        Raster tiles of the settings.

    Returns
    -------
    tuple of str
        File name with its digest, and the JavaScript. The same for everybody: the place and the
        sentences come from the page, so that a service worker may keep it.
    """
    script = map_parts(MapView("tablet", basemap=basemap)).script
    digest = hashlib.sha256(script.encode()).hexdigest()[:12]
    return f"map-{digest}.js", script


def _map(view: MapView) -> folium.Map:
    west, south, east, north = _shifted(view)
    drawn = folium.Map(
        location=[(south + north) / 2, (west + east) / 2],
        zoom_start=12,
        tiles=None,
        zoom_control="topright",
        maxZoom=MOST_ZOOM,
        minZoom=3,
    )
    _call(drawn, "main")
    if view.basemap:
        tiles = folium.TileLayer(
            view.basemap.url, attr=view.basemap.attribution or " ", control=False, max_zoom=MOST_ZOOM
        )
        _call(tiles, "base").add_to(drawn)
    drawn.fit_bounds([[south, west], [north, east]], padding=(12, 12))
    return drawn


def _shifted(view: MapView) -> tuple[float, float, float, float]:
    """Move the view's corners to the datum of its basemap."""
    if view.basemap is None or view.basemap.crs == "wgs84":
        return view.bounds
    west, south, east, north = view.bounds
    lon, lat = convert([west, east], [south, north], "wgs84", view.basemap.crs)
    return float(lon[0]), float(lat[0]), float(lon[1]), float(lat[1])


def _add_layers(drawn: folium.Map, view: MapView) -> None:
    empty = {"type": "FeatureCollection", "features": []}
    _call(folium.GeoJson(empty, name=_("网格"), smooth_factor=0.6), "cells").add_to(drawn)
    if view.kind == "desk":
        # The density's carrier: its picture is drawn by static/js/map/grid.js, with a kernel in metres.
        _call(folium.FeatureGroup(name=_("热力"), show=False), "heat").add_to(drawn)
    points = _call(folium.FeatureGroup(name=_("事件点")), "points").add_to(drawn)
    _call(MarkerCluster(control=False, options=_clustering(view)), "points").add_to(points)


def _clustering(view: MapView) -> dict[str, Any]:
    """How issues are bunched; the tablet opens a bunch as a list, and adds them without a pause of the screen."""
    shared = {"maxClusterRadius": 44, "showCoverageOnHover": False}
    if view.kind != "tablet":
        return {**shared, "disableClusteringAtZoom": MOST_ZOOM}
    own = {"zoomToBoundsOnClick": False, "spiderfyOnMaxZoom": False, "chunkedLoading": True}
    return {**shared, **own, "chunkInterval": 40, "chunkDelay": 16, "animate": False}


def _add_controls(drawn: folium.Map, view: MapView) -> None:
    if view.kind == "desk":
        _call(folium.LayerControl(position="topright", collapsed=True), "layers").add_to(drawn)
        full = Fullscreen(position="topright", title=_("全屏"), title_cancel=_("退出全屏"))
        _call(full, "full").add_to(drawn)
    _call(_MetricScale(), "scale").add_to(drawn)


def _call(element: Named, name: str) -> Named:
    element._id = name  # noqa: SLF001 - folium offers no other way to a fixed JavaScript name
    return element


def _scripts(view: MapView) -> tuple[str, ...]:
    cluster = "vendor/markercluster/leaflet.markercluster.js"
    desk = ("vendor/fullscreen/Control.FullScreen.js",)
    return (
        _LEAFLET[0],
        cluster,
        *(desk if view.kind == "desk" else ()),
        *(() if view.basemap else (_PROTOMAPS,)),
    )


def _styles(view: MapView) -> tuple[str, ...]:
    full = ("vendor/fullscreen/Control.FullScreen.css",) if view.kind == "desk" else ()
    return (_LEAFLET[1], "vendor/markercluster/MarkerCluster.css", *full, "css/map.css")
