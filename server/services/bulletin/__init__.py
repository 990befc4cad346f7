"""Bulletins (工作简报): the numbers of a period in words, tables and pictures, for the superiors and the notice board.

- :mod:`.periods`: which period, and how it is said.
- :mod:`.gathering`: the numbers, counted by the services that count them everywhere else.
- :mod:`.text`: the numbers in the house's own style; HTML and Word say the same words.
- :mod:`.templates`: the Word template: shipped, or the store's own; what one may hold.
- :mod:`.document`: the Word file.

No word of a resident and no name of a person stands in one.
"""

from server.services.bulletin.context import COLUMNS, PLACEHOLDERS
from server.services.bulletin.document import has_word, make, place
from server.services.bulletin.gathering import MADE_BY, area_for, gather, heat_of
from server.services.bulletin.periods import PERIODS, chosen
from server.services.bulletin.shapes import Best, Kind, Place, Report, Section, Step
from server.services.bulletin.templates import (
    Template,
    Tried,
    may_edit,
    remove,
    specimen,
    template_of,
    tried,
    upload,
)
from server.services.bulletin.text import Titles, money_said, numbered, percent, sections, step_said, titles

__all__ = [
    "COLUMNS",
    "MADE_BY",
    "PERIODS",
    "PLACEHOLDERS",
    "Best",
    "Kind",
    "Place",
    "Report",
    "Section",
    "Step",
    "Template",
    "Titles",
    "Tried",
    "area_for",
    "chosen",
    "gather",
    "has_word",
    "heat_of",
    "make",
    "may_edit",
    "money_said",
    "numbered",
    "percent",
    "place",
    "remove",
    "sections",
    "specimen",
    "step_said",
    "template_of",
    "titles",
    "tried",
    "upload",
]
