"""Saying what tokens may do, and which group an act of the record belongs to."""

from server.words import NAMES, _

__all__ = ["audit_group_name", "scope_name"]


def scope_name(code: str) -> str:
    """Name a scope of a token."""
    return _(NAMES["scope"].get(code, code))


def audit_group_name(code: str) -> str:
    """Name a group of kinds of acts."""
    return _(NAMES["audit_group"].get(code, code))
