"""On which side of a line a point lies, exactly.

Floating point answers where its error bound allows; the rest (points on a line or within rounding of
it) are decided in whole numbers. So the answer is that of the real line through the given doubles.

References
----------
.. [1] Shewchuk (1997), Adaptive Precision Floating-Point Arithmetic and Fast Robust Geometric
   Predicates, Discrete & Computational Geometry 18, section 4.2.
"""

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

__all__ = ["CERTAIN", "SMALLEST", "Line", "line_of", "side_of", "sign_of"]

CERTAIN = 3.330_669_073_875_471_6e-16
"""Bound of the determinant's error relative to its two products, ccwerrboundA of [1]_."""
SMALLEST = 1e-290
"""Products below this may have lost digits to underflow."""
SCALE = 2.0**112
"""Takes a coordinate of at least 1e-18 degrees to a whole number without rounding."""

Floats = NDArray[np.float64]
Line = tuple[Floats, Floats, Floats, Floats]
"""x, y of a point of each line and x, y of another, in the order of its direction."""


def side_of(line: Line, x: Floats, y: Floats) -> NDArray[np.int8]:
    """Tell on which side of directed lines points lie.

    Parameters
    ----------
    line : Line
        Four arrays of shape (n,): two different points of each line. Finite, below 1e6.
    x, y : ndarray of float64, shape (n,)
        The points asked about.

    Returns
    -------
    ndarray of int8, shape (n,)
        1 to the left, -1 to the right, 0 on the line.
    """
    from_x, from_y, to_x, to_y = line
    one = (from_x - x) * (to_y - y)
    two = (from_y - y) * (to_x - x)
    determinant = one - two
    sign = np.sign(determinant).astype(np.int8)
    bound = CERTAIN * (np.abs(one) + np.abs(two)) + SMALLEST
    doubtful = np.flatnonzero(np.abs(determinant) <= bound)
    if len(doubtful):
        # Two factors that are nought make it nought, the common case of a corner.
        is_flat = (from_x == x) | (to_y == y)
        is_flat &= (from_y == y) | (to_x == x)
        doubtful = doubtful[~is_flat[doubtful]]
        columns = (column[doubtful] for column in (from_x, from_y, to_x, to_y, x, y))
        sign[doubtful] = [sign_of(*row) for row in np.column_stack([*columns]).tolist()]
    return sign


def line_of(ends: Floats) -> Line:
    """Take an array of shape (n, 4) for lines."""
    return ends[:, 0], ends[:, 1], ends[:, 2], ends[:, 3]


def sign_of(from_x: float, from_y: float, to_x: float, to_y: float, x: float, y: float) -> int:
    """Answer as :func:`side_of` for one point, in whole numbers (or fractions, near the origin)."""
    ax, ay, bx, by, px, py = (
        int(scaled) if (scaled := value * SCALE).is_integer() else Fraction(scaled)
        for value in (from_x, from_y, to_x, to_y, x, y)
    )
    determinant = (ax - px) * (by - py) - (ay - py) * (bx - px)
    return (determinant > 0) - (determinant < 0)
