"""Numbers of PostgreSQL's advisory locks: one table, so that no two things wait for each other by mistake.

SQLite has one writer anyway. Repeated requests lock by 64 bits of a digest, see :mod:`server.services.idempotency`.
"""

from enum import IntEnum, unique

__all__ = ["Lock"]


@unique
class Lock(IntEnum):
    """What is done by one after the other."""

    LAYOUT = 778_898  # tables are laid out
    GUARDS = 778_899  # indexes and triggers are put in place
    IMPORT = 778_900  # an import begins
    RULES = 778_901  # rules and accounts change
    ATTEMPTS = 778_902  # failed sign-ins are counted
    EVALUATION = 778_903  # a period is judged
    FILES = 0x77616E67_66696C65  # files of photos are named or removed
