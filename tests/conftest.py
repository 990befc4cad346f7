"""Fixtures that every test may ask for: the two stores, real data, the time."""

import gc
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from server.config import load
from server.db import Store
from server.services.checkup import is_empty
from server.upgrade import upgrade
from tests.lived import live
from tests.personas import SmallTown, build_town, secret_of
from tests.postgis import Cluster, find_programs
from tests.scatter import scatter
from tests.stores import Emptied, Learnt, Shelf, empty_sqlite

# Many tests start processes, each of which would compile the whole program for itself.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
# No test cuts the power: what a killed process wrote is there without waiting for the disk.
os.fsync = lambda _file: None

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
SHARING = ("tests/browser/", "tests/server/demo/")
NOW = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)  # a Tuesday, ten in the morning in Shanghai


@pytest.fixture(scope="session")
def shared_data():
    """Folder of real layers and tables that lies beside the project; absent in a user's clone."""
    if not SHARED.is_dir():
        pytest.skip(f"no real data: {SHARED} is absent in this checkout")
    return SHARED


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory):
    """An upgraded SQLite file that tests copy."""
    folder = tmp_path_factory.mktemp("sqlite")
    store = Store(load({"dir": str(folder)}, environment={}))
    upgrade(store)
    store.close()
    return folder / "wangge.db"


@pytest.fixture(scope="session")
def postgis():
    """A running PostGIS; absent programs fail under CI=true and skip elsewhere."""
    programs = find_programs()
    if programs is None:
        reason = "no PostGIS: install postgresql and postgresql-NN-postgis-3 (make test does, as root)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    cluster = Cluster(programs)
    try:
        template = Store(
            load({"dir": str(cluster.folder), "database_url": cluster.url("wangge_template")}, environment={})
        )
        upgrade(template)
        template.close()
        yield cluster
    finally:
        cluster.stop()


@pytest.fixture(scope="session")
def emptied(postgis):
    """The database on PostGIS that each test is given empty."""
    database = Emptied(postgis)
    yield database
    database.close()


@pytest.fixture(params=["sqlite", "postgis"])
def database_url(request, tmp_path):
    """URL of a fresh, upgraded database on each of the two stores."""
    if request.param == "postgis":
        return request.getfixturevalue("emptied").url()
    return empty_sqlite(request.getfixturevalue("sqlite_template"), tmp_path)


class HandClock:
    """A clock that stands until a test moves it."""

    def __init__(self, at=NOW):
        self.at = at

    def __call__(self):
        return self.at


@pytest.fixture
def clock():
    """The test's own time."""
    return HandClock()


@pytest.fixture(scope="session")
def learnt():
    """What SQLAlchemy learns of statements on SQLite, kept from one store to the next."""
    return Learnt()


@pytest.fixture
def store(request, database_url, tmp_path, clock):
    """An empty store on each of the two databases."""
    options = {"dir": str(tmp_path), "database_url": database_url, "secret_key": "test-" * 8}
    store = Store(load(options, environment={}), clock)
    if store.on_sqlite:
        request.getfixturevalue("learnt").lend(store)
        yield store
        store.close()
    else:
        request.getfixturevalue("emptied").open(store)
        yield store


@pytest.fixture(scope="session")
def shelf():
    """What was made once in an empty store, to be laid into others; see :class:`tests.stores.Shelf`."""
    return Shelf()


@pytest.fixture
def town(store, clock, shelf):
    """The small town of :mod:`tests.personas` on each of the two databases."""
    with store.read() as tx:
        is_new = is_empty(tx) and clock.at == NOW
    built = shelf.fill(store, "town", lambda: build_town(store)) if is_new else build_town(store)
    if is_new:
        shelf.lend_locator(store)
    # Each test may change its own: what is on the shelf stays as it was built.
    return SmallTown(dict(built.areas), dict(built.people), dict(built.actors))


@pytest.fixture
def scattered(store, town, shelf):
    """Issues over the small town as :func:`tests.scatter.scatter` scatters them, newest first."""
    return shelf.fill(store, "scattered", lambda: scatter(store, town))


@pytest.fixture
def lived(store, town, shelf):
    """Numbers of issues over which the loop has run; see :func:`tests.lived.live`."""
    return shelf.fill(store, "lived", lambda: live(store, town))


@pytest.fixture(scope="session")
def one_app():
    """Make the application on the first call; its pages stay read from one test to the next."""
    made = []

    def application(store):
        from server.app import create_app  # noqa: PLC0415 - tests of the core run without the web

        if not made:
            app = create_app(store.config, store)
            made.extend((app, dict(app.config)))
        return made

    return application


@pytest.fixture
def app(store, town, one_app):
    """The application over the small town, set as if it had just been made."""
    app, config = one_app(store)
    app.extensions["wangge"] = store
    app.config.clear()
    app.config.update(config, TESTING=True, WTF_CSRF_ENABLED=False, RATE_LIMITS=False)
    return app


@pytest.fixture
def client_of(app, town):
    """Make a client that is signed in as a persona; None for nobody."""

    def make(login=None):
        client = app.test_client()
        if login is not None:
            with client.session_transaction() as session:
                session["secret"] = secret_of(login)
        return client

    return make


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Hand out tests by module, but to one worker what shares something dear: one browser, one town."""
    from xdist.scheduler import LoadScopeScheduling  # noqa: PLC0415 - only where tests run side by side

    class ByWhatIsShared(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            return next((name for name in SHARING if nodeid.startswith(name)), super()._split_scope(nodeid))

    return ByWhatIsShared(config, log) if config.getvalue("dist") == "loadscope" else None


def pytest_collection_finish():
    """Look for rubbish less often, and not among the thousands of tests that stay to the end."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def pytest_collection_modifyitems(items):
    """Begin with what takes longest, so that no worker waits for it at the end."""
    slow = ("tests/browser/", "tests/test_wheel.py", "tests/server/demo/", "tests/server/cli/", "tests/server/services/imports/",
            "tests/server/services/test_")  # fmt: skip
    items.sort(
        key=lambda item: next((rank for rank, name in enumerate(slow) if item.nodeid.startswith(name)), 9)
    )
