"""Hot spots (热点): where issues gather more than chance would bring about, week after week; and what to do about it.

The statistics are those of :mod:`geo.hotspot` (Gi* with the false discovery rate kept) and :mod:`geo.emerging`;
units are cells (those that touch are neighbours) or squares of a fine lattice (within a distance). Weeks are seven
whole days each, up to the midnight before, so that all are of one length.

**What is compared with what.** A hot spot stands out of its frame: the smallest area that holds all areas of
whoever asks and has cells enough to compare (:data:`FEWEST_UNITS`). A supervisor's frame is their own area as a rule,
a worker's the subdistrict or district around the cell. Counts over the frame are the same for everybody and can be
narrowed by category alone; what is told are spots in the asker's own areas, with the lists, places and buildings of
issues that they see anyway. Of the ground beyond, nothing shows but that the own spot differs from it.

**Nothing is invented.** Fewer units than :data:`FEWEST_UNITS` or fewer issues than :data:`FEWEST_ISSUES` have no
answer but this; and a unit without issues of its own is no spot, however hot its neighbours are.
"""

from server.services.hotspots.asked import ALL, Asked
from server.services.hotspots.behind import Spot
from server.services.hotspots.finding import FEWEST_ISSUES, FEWEST_UNITS
from server.services.hotspots.inspecting import Inspection, Proposal, inspect, proposal
from server.services.hotspots.spots import Found, Short, find, one
from server.services.hotspots.table import hotspot_table
from server.services.hotspots.told import category_said, course_said, origin_said, said

__all__ = [
    "ALL",
    "FEWEST_ISSUES",
    "FEWEST_UNITS",
    "Asked",
    "Found",
    "Inspection",
    "Proposal",
    "Short",
    "Spot",
    "category_said",
    "course_said",
    "find",
    "hotspot_table",
    "inspect",
    "one",
    "origin_said",
    "proposal",
    "said",
]
