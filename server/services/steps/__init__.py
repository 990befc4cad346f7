"""What each action of the loop reads from what was given, and what it changes besides the state.

One function an action where the table alone does not say it: :data:`READ` fills in what the entry keeps and
refuses what cannot be used, before anything is written; :data:`DO` changes columns and rows once the entry
stands. Actions that need neither are not here.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from server.services.steps import asks, corrections, endings, holding, merging, photos, whistles
from server.services.steps.step import Step

__all__ = ["DO", "READ"]

_FAMILIES = (holding, whistles, asks, corrections, endings, merging, photos)
READ: Mapping[str, Callable[[Step], None]] = MappingProxyType(
    {action: read for family in _FAMILIES for action, read in family.READ.items()}
)
DO: Mapping[str, Callable[[Step], None]] = MappingProxyType(
    {action: do for family in _FAMILIES for action, do in family.DO.items()}
)
