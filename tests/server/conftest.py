"""What the tests of more than one room of the server begin with."""

import pytest

from server.models import Person


@pytest.fixture
def quiet(app):
    """Answers instead of raised errors, as in service."""
    app.testing = False
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return app


@pytest.fixture
def uid_of(store, town):
    """Uid of a persona."""
    with store.read() as tx:
        uids = {login: tx.session.get(Person, key).uid for login, key in town.people.items()}
    return uids.__getitem__
