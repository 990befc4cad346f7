"""The map's page: what its panel offers is what the server answers, and its scripts are fetched at once."""

import re

from server.pages.modules import map_modules
from server.services.choropleth import METHODS, SHADED
from server.services.outlines import LEVELS
from server.statics import FOLDER


def test_the_panel_offers_what_can_be_asked_of_the_choropleth(town, client_of):
    page = client_of("supervisor_li").get("/map?view=choropleth&level=cell").get_data(as_text=True)
    part = re.search(r'data-module="map-choropleth".*?</fieldset>', page, re.DOTALL)[0]
    said = {
        name: re.search(rf'name="{name}">.*?</select>', part, re.DOTALL)[0]
        for name in ("indicator", "method")
    }
    assert re.findall(r'<option value="(\w+)"', said["indicator"]) == list(SHADED)
    assert re.findall(r'<option value="(\w+)"', said["method"]) == list(METHODS)
    assert re.findall(r'name="level" value="(\w+)"', part) == list(LEVELS)
    assert re.findall(r'name="level" value="(\w+)" checked', part) == ["cell"]
    assert re.findall(r'<option value="(\w+)" selected', said["indicator"]) == ["open"]


def test_every_module_the_page_mounts_is_fetched_ahead(town, client_of):
    page = client_of("supervisor_li").get("/map").get_data(as_text=True)
    fetched = set(re.findall(r'rel="modulepreload" href="/static/v/\w+/([^"]+)"', page))
    mounted = {f"js/modules/{name}.js" for name in re.findall(r'data-module="([\w-]+)"', page)}
    assert fetched == set(map_modules())
    assert mounted <= fetched
    assert {"js/map/datum.js", "js/map/scale.js", "js/times.js"} <= fetched
    assert all((FOLDER / name).is_file() for name in fetched)
