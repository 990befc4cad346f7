"""The quartic kernel's exact parts over squares, by a closed form, and tables spread by it.

The kernel of radius r has ``3 / (pi r^2) (1 - (d / r)^2)^2`` at distance d below r, else 0 [1]_. All lengths
here are in squares. Knows nothing of places: see :mod:`geo.kernel`.

References
----------
.. [1] Silverman (1986), Density Estimation for Statistics and Data Analysis, equation 4.5 (k = 2).
"""

import math

import numpy as np
from numpy.typing import NDArray

__all__ = ["convolved", "shares", "stencil"]

Floats = NDArray[np.float64]
Truths = NDArray[np.bool_]


def stencil(radius: float) -> tuple[Floats, Truths]:
    """Give the parts of a kernel around the middle of a square that lie over it and the squares around.

    Parameters
    ----------
    radius : float
        Of the kernel, in squares.

    Returns
    -------
    share : ndarray of float64, shape (2 k + 1, 2 k + 1)
        Sums to 1 within 1e-12; k is ``ceil(radius)``.
    touched : ndarray of bool, shape (2 k + 1, 2 k + 1)
        Whether the kernel reaches into the square.
    """
    share, touched = shares(np.array([0.5]), np.array([0.5]), radius)
    return share[0], touched[0]


def convolved(counts: Floats, share: Floats) -> Floats:
    """Spread a table by a stencil, shift by shift; what falls over the edge is gone.

    Parameters
    ----------
    counts : ndarray of float64, shape (rows, columns)
        Finite.
    share : ndarray of float64, shape (2 k + 1, 2 k + 1)
        Of :func:`stencil`.

    Returns
    -------
    ndarray of float64, shape (rows, columns)
    """
    k = len(share) // 2
    rows, columns = counts.shape
    total = np.zeros((rows + 2 * k, columns + 2 * k))
    for down, across in zip(*np.nonzero(share), strict=True):
        total[down : down + rows, across : across + columns] += share[down, across] * counts
    return total[k : k + rows, k : k + columns]


def shares(up: Floats, across: Floats, radius: float) -> tuple[Floats, Truths]:
    """Give the parts of kernels around points that lie over the squares around.

    Parameters
    ----------
    up, across : ndarray of float64, shape (n,)
        Places within the points' own squares, 0 to 1.
    radius : float
        Of the kernels, in squares.

    Returns
    -------
    share, touched : ndarray of float64 and of bool, shape (n, 2 k + 1, 2 k + 1)
        As of :func:`stencil`.
    """
    k = math.ceil(radius)
    corners = np.arange(-k, k + 2)
    v, u = ((corners - one[:, None]) / radius for one in (up, across))
    summed = _corner(u[:, None, :], v[:, :, None])
    share = np.diff(np.diff(summed, axis=1), axis=2)
    # The nearest place of a square: on its border, or the point itself.
    near_v, near_u = (np.maximum(np.maximum(one[:, :-1], -one[:, 1:]), 0.0) for one in (v, u))
    touched = near_v[:, :, None] ** 2 + near_u[:, None, :] ** 2 < 1.0
    return np.where(touched, np.maximum(share, 0.0), 0.0), touched


def _corner(u: Floats, v: Floats) -> Floats:
    """Integrate the kernel of radius 1 from the origin to (u, v); signed as the rectangle is.

    Up to ``w = sqrt(1 - v^2)`` the rectangle's upper side lies in the disc and the integrand is a polynomial
    in u; beyond, the disc's border cuts it and half a chord has ``8/15 (1 - u^2)^(5/2)``.
    """
    x, y = np.minimum(np.abs(u), 1.0), np.minimum(np.abs(v), 1.0)
    w = np.sqrt(1.0 - y**2)
    a = np.minimum(x, w)
    flat = y * (a - 2.0 / 3.0 * a**3 + a**5 / 5.0) - 2.0 / 3.0 * y**3 * (a - a**3 / 3.0) + y**5 / 5.0 * a
    cut = np.where(x > w, 8.0 / 15.0 * (_chords(x) - _chords(w)), 0.0)
    return np.asarray(np.sign(u) * np.sign(v) * (3.0 / math.pi) * (flat + cut), dtype=np.float64)


def _chords(u: Floats) -> Floats:
    """Integrate ``(1 - u^2)^(5/2)`` from 0."""
    h = np.sqrt(1.0 - u**2)
    return np.asarray(u * h * (h**4 / 6.0 + 5.0 / 24.0 * h**2 + 5.0 / 16.0) + 5.0 / 16.0 * np.arcsin(u))
