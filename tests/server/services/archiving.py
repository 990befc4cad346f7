"""Backups that were changed after they were made, and places that refuse them."""

import hashlib
import zipfile

import orjson
import pytest

from server.errors import InputError, SetupError
from server.services.archives import MANIFEST
from server.services.restore import restore


def rewritten(path, change):
    """Write a backup anew after its manifest and members were changed."""
    with zipfile.ZipFile(path) as file:
        members = {one.filename: file.read(one) for one in file.infolist()}
    manifest = orjson.loads(members.pop(MANIFEST))
    extra = change(manifest, members) or []
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in [*members.items(), *extra, (MANIFEST, orjson.dumps(manifest))]:
            file.writestr(name, data)


def facts_of(data):
    return {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def refuse(path, place):
    config, _open_it = place("sqlite")
    with pytest.raises((InputError, SetupError)) as refused:
        restore(path, config)
    assert not path.parent.joinpath("place-0").exists()
    return refused.value.code
