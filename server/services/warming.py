"""What a new server process reads before it is asked, so that its first answers come as soon as later ones."""

import logging
import threading

from server.db import Store
from server.errors import ServerError
from server.services import clusters
from server.services.columns import columns_of
from server.services.heat.ground import middle_of
from server.services.heat.points import placed

__all__ = ["begin", "warm"]

logger = logging.getLogger("wangge")


def begin(store: Store) -> threading.Thread:
    """Warm a store up beside everything else; what fails is read when it is asked for.

    Parameters
    ----------
    store : Store
        Of this process.
    """
    thread = threading.Thread(target=_warm, args=(store,), name="warming", daemon=True)
    thread.start()
    return thread


def warm(store: Store) -> None:
    """Read the columns, and find where their points lie."""
    with store.read() as tx:
        columns, middle = columns_of(tx), middle_of(tx)
        for rows, _alive in columns.parts():
            placed(tx, rows, middle)
            clusters.squares_of(tx, rows)


def _warm(store: Store) -> None:
    try:
        warm(store)
    except ServerError as error:
        logger.warning("the columns were not read beforehand: %s", error.code)
