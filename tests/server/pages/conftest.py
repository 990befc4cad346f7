"""Every test of a page begins and ends in Chinese, whatever a request spoke."""

import pytest

from server.words import speaking


@pytest.fixture(autouse=True)
def _in_chinese():
    with speaking("zh"):
        yield
