"""What the tablet's modules say, in the language of the page: one table per part of the tablet.

Each part has a module with ``words() -> dict[str, str]``; the keys are ``say("key")``'s in ``static/js``,
``{places}`` are left for the browser to fill. A key belongs to one part only.
"""

from types import ModuleType

from server.tablet.words import live, queue, report, shell, visits, work
from server.tablet.words import map as maps

__all__ = ["PARTS", "words"]

PARTS: tuple[ModuleType, ...] = (shell, maps, work, report, queue, visits, live)


def words() -> dict[str, str]:
    """Collect the sentences of all parts.

    Raises
    ------
    LookupError
        Two parts use one key.
    """
    told: dict[str, str] = {}
    for part in PARTS:
        added: dict[str, str] = part.words()
        twice = told.keys() & added.keys()
        if twice:
            raise LookupError(f"{part.__name__}: {sorted(twice)}")
        told.update(added)
    return told
