"""Heat (热力): how dense issues are, spread by a kernel whose radius is metres of the ground.

Where much is, nothing of significance: hot spots are another service. A value at a place says the same at every
zoom; only how finely the lattice is drawn follows the map.

- ``raw``: issues within the radius, each counted by nearness: 1 right here, 0 at the radius. No more than there are.
- ``per_km2``: issues per square kilometre.
- ``per_household``: issues per 1,000 households, both spread alike; where households are not known there is no value.

Whoever works over an area sees all of its heat. Others, and what leaves the house, are shown no place whose radius
holds fewer issues than the setting ``heat_minimum``: single issues are not to be told from a picture.
"""

from server.services.heat.asked import MODES, PERIODS, RADII, THAN, USUAL_RADIUS_M, Look, beside, within
from server.services.heat.shown import Heat, difference, heat
from server.services.heat.steps import STEPS, Step, steps

__all__ = [
    "MODES",
    "PERIODS",
    "RADII",
    "STEPS",
    "THAN",
    "USUAL_RADIUS_M",
    "Heat",
    "Look",
    "Step",
    "beside",
    "difference",
    "heat",
    "steps",
    "within",
]
