"""Bringing tables in: reading files, mapping columns, records of imports, issues and people."""
