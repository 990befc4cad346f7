"""Properties are not timed: a busy machine must not fail them."""

from hypothesis import settings

settings.register_profile("geo", deadline=None)
settings.load_profile("geo")
