"""Saved profiles of imports: which column of such files holds what, under a name."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from server.db import Tx
from server.errors import InputError
from server.models import ImportProfile

__all__ = ["load_profile", "save_profile"]


def load_profile(tx: Tx, kind: str, name: str) -> dict[str, Any]:
    """Read a saved profile's options.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    kind, name : str
        Kind of import; the profile's name.

    Raises
    ------
    InputError
        There is none.
    """
    found = tx.session.scalar(_profile(kind, name))
    if found is None:
        raise InputError("import.profile", name=name)
    return dict(found.options)


def save_profile(tx: Tx, kind: str, name: str, options: Mapping[str, Any]) -> None:
    """Save a profile under a name, in place of an earlier one.

    Parameters
    ----------
    tx : Tx
        Writing transaction.
    kind, name : str
        Kind of import; the profile's name.
    options : Mapping[str, Any]
        What JSON can hold.
    """
    found = tx.session.scalar(_profile(kind, name))
    if found is None:
        tx.session.add(ImportProfile(kind=kind, name=name[:200], options=dict(options)))
    else:
        found.options = dict(options)


def _profile(kind: str, name: str) -> Any:  # noqa: ANN401 - a query
    return select(ImportProfile).where(ImportProfile.kind == kind, ImportProfile.name == name)
