"""The demonstration town, built once; its issues as of a fixed winter day."""

from datetime import UTC, datetime

import pytest

from server.demo.staff import build_staff
from server.demo.stories import drafts
from server.demo.town import build_town

AS_OF = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def demo_town():
    return build_town()


@pytest.fixture(scope="session")
def demo_staff(demo_town):
    return build_staff(demo_town)


@pytest.fixture(scope="session")
def stories(demo_town):
    return drafts(demo_town, AS_OF)


@pytest.fixture(scope="session")
def as_of():
    return AS_OF


def pytest_collection_modifyitems(items):
    """Seed on PostGIS in long runs alone: what is written there is written by services that are tried on both."""
    for item in items:
        if "demo/test_seed.py" in item.nodeid and "[postgis" in item.nodeid:
            item.add_marker(pytest.mark.exhaustive)
