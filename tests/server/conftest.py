"""What the tests of more than one room of the server begin with."""

import pytest


@pytest.fixture
def quiet(app):
    """Answers instead of raised errors, as in service."""
    app.testing = False
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return app
