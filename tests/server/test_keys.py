"""The keys of a store: made once, their owner's alone, never replaced while something was sealed with them."""

import stat

import pytest

from server.errors import SetupError
from server.keys import keys_of
from server.services import intake
from server.services.drafts import Draft
from server.words import sentence


def opened_anew(store):
    """Read the keys as a process that has just begun."""
    store.shelf.clear()
    return keys_of(store)


def test_keys_are_made_once_for_their_owner_alone(store):
    first = opened_anew(store)
    path = store.folder / "keys.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert opened_anew(store) == first
    path.chmod(0o640)
    with pytest.raises(SetupError) as refused:
        opened_anew(store)
    assert f"chmod 600 {path}" in sentence(refused.value.code, refused.value.values)


def test_lost_keys_are_never_replaced_while_the_store_needs_them(store, town):
    opened_anew(store)
    (store.folder / "keys.json").unlink()
    opened_anew(store)  # nothing was sealed yet
    with store.write() as tx:
        draft = Draft("heating", "phone", "x", reporter_phone="13812345678", lon=122.015, lat=37.015)
        intake.report(tx, town.actors["dispatcher_qian"], draft)
    (store.folder / "keys.json").unlink()
    with pytest.raises(SetupError) as refused:
        opened_anew(store)
    assert "备份" in sentence(refused.value.code, refused.value.values)
    assert not (store.folder / "keys.json").exists()
