"""Faults of a layer of areas, found before anything is written, and the mending of broken rings.

:func:`validate` tells everything that is wrong with a layer, :func:`mend` repairs what has one obvious
repair and says what it changed. Findings carry codes and values; sentences are made elsewhere.
"""

from geo.validation.findings import Finding, Severity
from geo.validation.layer import Tolerances, validate
from geo.validation.mending import Change, mend
from geo.validation.schemes import CodeScheme

__all__ = ["Change", "CodeScheme", "Finding", "Severity", "Tolerances", "mend", "validate"]
