"""Sentences about layers of cells: what is wrong with a file, a ring, a code, a parent."""

__all__ = ["SENTENCES"]

SENTENCES: dict[str, str] = {}
