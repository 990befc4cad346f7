"""The locator beside what a user would take instead: ``python -m benchmarks.locator [--cells 77,343,…]``."""
