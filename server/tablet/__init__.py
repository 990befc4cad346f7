"""The tablet of a grid worker: one page, fed by the API; no rule and no query lives here."""

from flask import Blueprint

__all__ = ["BLUEPRINTS"]

BLUEPRINTS: tuple[Blueprint, ...] = ()
