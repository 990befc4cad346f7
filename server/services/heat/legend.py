"""Numbers of the heat's legend: few, round, and finer where values are small."""

import math

__all__ = ["bounds_of", "even_bounds_of"]

CLASSES = 5


def bounds_of(most: float) -> tuple[float, ...]:
    """Choose the upper bounds of the classes of values above 0.

    Parameters
    ----------
    most : float
        The largest value.

    Returns
    -------
    tuple of float
        Ascending; two digits each; the last is ``most`` or a little more. Classes widen by even steps, as so many
        places have little and so few much. None for 0.
    """
    if not most > 0.0:
        return ()
    bounds = [_rounded(most * (step / CLASSES) ** 2) for step in range(1, CLASSES + 1)]
    return tuple(dict.fromkeys(bounds))


def even_bounds_of(most: float) -> tuple[float, ...]:
    """Choose bounds of the classes of differences: as many, and as far, on either side of 0.

    Parameters
    ----------
    most : float
        The largest value either way.

    Returns
    -------
    tuple of float
        Ascending; what lies between the middle two is about alike. None for 0.
    """
    if not most > 0.0:
        return ()
    above = tuple(dict.fromkeys(_rounded(most * share) for share in (0.1, 0.4, 1.0)))
    return (*(-bound for bound in reversed(above)), *above)


def _rounded(value: float) -> float:
    """Round up to two digits."""
    power = math.floor(math.log10(value)) - 1
    scaled = math.ceil(round(value / 10.0**power, 6))
    return float(f"{scaled * 10.0**power:.6g}")
