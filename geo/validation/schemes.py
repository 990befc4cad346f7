"""How codes of areas are built: groups of digits, one group per level."""

from dataclasses import dataclass
from itertools import accumulate

__all__ = ["CodeScheme"]


@dataclass(frozen=True)
class CodeScheme:
    """A scheme of nested digit codes, e.g. 6 + 3 + 3 + 3 (DB11/T 2157) or 6 + 3 + 3.

    A code is written either bare (``110114104``) or filled with zeros to full length
    (``110114104000``, as the statistical code of divisions does); both name the same area.

    Attributes
    ----------
    name : str
        Its name in data and settings.
    levels : tuple of str
        Levels that have a group, highest first; the code of any other level is free text.
    groups : tuple of int
        Digits of each group, as many as ``levels``.
    """

    name: str
    levels: tuple[str, ...]
    groups: tuple[int, ...]

    def stem(self, code: str) -> str:
        """Take off the groups of zeros that only fill a code to full length.

        Parameters
        ----------
        code : str
            Bare or filled; any other text is returned as it is.
        """
        ends = list(accumulate(self.groups))
        if len(code) != ends[-1] or not _is_digits(code):
            return code
        for end, start in zip(reversed(ends[1:]), reversed(ends[:-1]), strict=True):
            if code[start:end].strip("0"):
                return code[:end]
        return code[: ends[0]]

    def fits(self, code: str, level: str) -> bool:
        """Tell whether a code can be the code of an area of this level.

        Parameters
        ----------
        code : str
            To look at.
        level : str
            Any text; a level without a group takes every code.
        """
        if level not in self.levels:
            return True
        end = sum(self.groups[: self.levels.index(level) + 1])
        return _is_digits(code) and len(self.stem(code)) == end

    def is_below(self, code: str, parent: str) -> bool:
        """Tell whether a code begins with its parent's and goes on.

        Parameters
        ----------
        code, parent : str
            Bare or filled.

        Returns
        -------
        bool
            True also where either is no code of this scheme, for then nothing can be said.
        """
        if not (_is_digits(code) and _is_digits(parent)):
            return True
        stem, above = self.stem(code), self.stem(parent)
        return stem.startswith(above) and len(stem) > len(above)


def _is_digits(code: str) -> bool:
    return code.isascii() and code.isdigit()
