"""Output formats of lists: one decorated function each, from a table to bytes as they go.

A new one is a module here and its name below.
"""

from server.formats import delimited, geojson, geopackage, tiles, workbook
from server.formats.delimited import safe_cell, safe_text
from server.formats.table import FORMATS, Format, Record, Table, format_of

__all__ = [
    "FORMATS",
    "Format",
    "Record",
    "Table",
    "delimited",
    "format_of",
    "geojson",
    "geopackage",
    "safe_cell",
    "safe_text",
    "tiles",
    "workbook",
]
