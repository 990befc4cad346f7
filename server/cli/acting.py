"""Who a command acts as: the person it names with ``--as``, else the program itself."""

from server.db import Tx
from server.services.accounts import actor_of_login
from server.services.people import Actor, system_actor

__all__ = ["acting_as"]


def acting_as(tx: Tx, login: str | None) -> Actor:
    """Load who a command acts as.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    login : str or None
        As given with ``--as``; None where it was not: the program then acts itself, and sees everything.

    Raises
    ------
    NotFound
        Nobody active has this login; nobody has the empty one.
    """
    return system_actor() if login is None else actor_of_login(tx, login)
