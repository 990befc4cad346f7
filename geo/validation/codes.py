"""Faults in the columns of a layer: codes missing, used twice, unusable; parents missing or wrong."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence

from geo.validation.findings import Finding, Severity
from geo.validation.schemes import CodeScheme

__all__ = ["check_codes", "check_parents"]

LONGEST_CODE = 64
"""Characters a code may have; the store keeps no longer one."""
UNUSABLE = re.compile(r"[/\x00-\x1f\x7f]")
"""A slash parts the codes of a path; control characters cannot be typed."""
POWER_OF_TEN = re.compile(r"\d(\.\d+)?[eE]\+?\d+")
"""What a spreadsheet makes of a long code (1.10114E+11); the digits it dropped are lost."""


def check_codes(codes: Sequence[str], scheme: CodeScheme | None, level: str | None) -> Iterator[Finding]:
    """Look for codes that are missing, used twice, unusable, or unlike the scheme.

    Parameters
    ----------
    codes : sequence of str, length n
        Empty text where there is none.
    scheme : CodeScheme or None
        None: codes are free text.
    level : str or None
        Level of the areas; the scheme is asked only with a level.

    Yields
    ------
    Finding
        ``code.missing``, ``code.duplicate`` (one per code, naming all rows from 1), ``code.unusable``,
        ``code.scheme``; all errors.
    """
    rows_of: dict[str, list[int]] = defaultdict(list)
    for row, code in enumerate(codes):
        if not code:
            yield Finding(Severity.ERROR, "code.missing", row=row)
            continue
        rows_of[code].append(row)
        if UNUSABLE.search(code) or POWER_OF_TEN.fullmatch(code) or len(code) > LONGEST_CODE:
            yield Finding(Severity.ERROR, "code.unusable", (code,), row)
        elif scheme and level and not scheme.fits(code, level):
            yield Finding(Severity.ERROR, "code.scheme", (code,), row, values={"scheme": scheme.name})
    for code, rows in rows_of.items():
        if len(rows) > 1:
            named = ", ".join(str(row + 1) for row in rows)
            yield Finding(
                Severity.ERROR, "code.duplicate", (code,), rows[1], values={"rows": named, "count": len(rows)}
            )


def check_parents(
    codes: Sequence[str], parents: Sequence[str], known: Collection[str] | None, scheme: CodeScheme | None
) -> Iterator[Finding]:
    """Look for areas whose parent is not named, does not exist, or cannot be theirs.

    Parameters
    ----------
    codes, parents : sequence of str, length n
        Empty text where there is none.
    known : collection of str or None
        Codes a parent may have; None: not asked.
    scheme : CodeScheme or None
        With one, a code must begin with its parent's.

    Yields
    ------
    Finding
        ``parent.missing``, ``parent.orphan``, ``parent.wrong``; all errors.
    """
    for row, (code, parent) in enumerate(zip(codes, parents, strict=True)):
        if not code:
            continue
        values = {"parent": parent}
        if not parent:
            yield Finding(Severity.ERROR, "parent.missing", (code,), row)
        elif parent == code or (scheme and not scheme.is_below(code, parent)):
            yield Finding(Severity.ERROR, "parent.wrong", (code,), row, values=values)
        elif known is not None and parent not in known:
            yield Finding(Severity.ERROR, "parent.orphan", (code,), row, values=values)
