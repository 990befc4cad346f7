"""Real layers for the geo tests; and properties are not timed, for a busy machine must not fail them."""

import geopandas as gpd
import pytest
from hypothesis import settings

from geo import Cells

settings.register_profile("geo", deadline=None)
settings.load_profile("geo")


@pytest.fixture(scope="session")
def chicago(shared_data):
    frame = gpd.read_file(shared_data / "chicago_community_areas.geojson")
    return Cells(frame.assign(name=frame["code"]))


@pytest.fixture(scope="session")
def beijing(shared_data):
    return Cells(gpd.read_file(shared_data / "beijing_subdistricts.geojson"))
