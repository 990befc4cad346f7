"""Measurements: `make bench`. They print machine, sizes and medians, and check that answers agree."""
