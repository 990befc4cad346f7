"""The tablet of a grid worker: one page, fed by the API; no rule and no query lives here."""

from server.tablet import ground, home, trust

__all__ = ["BLUEPRINTS"]

BLUEPRINTS = (home.blueprint, ground.blueprint, trust.blueprint)
