"""Periodic work, in a process of its own beside the server; what is done exactly once is decided by the store."""
