"""Fixtures that every test may ask for."""

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data():
    """Folder of real layers and tables that lies beside the project; absent in a user's clone."""
    if not SHARED.is_dir():
        pytest.skip(f"no real data: {SHARED} is absent in this checkout")
    return SHARED
