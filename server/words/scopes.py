"""Saying what tokens may do, and which group an act of the record belongs to."""

from server.words import NAMES, _

__all__ = ["area_kind_name", "audit_group_name", "scope_name"]


def scope_name(code: str) -> str:
    """Name a scope of a token."""
    return _(NAMES["scope"].get(code, code))


def area_kind_name(code: str) -> str:
    """Name a kind of area as the layer of grids calls it; others as they are written."""
    return _(NAMES["area_kind"][code]) if code in NAMES["area_kind"] else code


def audit_group_name(code: str) -> str:
    """Name a group of kinds of acts."""
    return _(NAMES["audit_group"].get(code, code))
