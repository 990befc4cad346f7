"""The record as an administrator reads it: what concerns people and areas they look after, page by page."""

__all__ = ["RULES"]

RULES = (
    "limit.set", "limit.reset",
    "category.add", "category.change", "category.on", "category.off", "category.reset",
    "department.create", "department.change", "department.retire", "department.revive",
    "calendar.upload", "calendar.remove",
)  # fmt: skip
"""Kinds that change the rules everybody works by."""
