"""Tests of bringing tables in."""
