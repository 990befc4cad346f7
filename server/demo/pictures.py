"""Photos of the demonstration: drawn, not taken; each shows plainly which issue's before or after it stands for.

A wall, a street and something amiss on it, which is gone afterwards. The same category and seed give the same picture.
"""

import io
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from server.db import Tx
from server.demo.town import SEED
from server.models import Issue
from server.services import attachments
from server.services.attachments import Device, Taken

__all__ = ["MOST", "drawn", "shown"]

SIZE = (960, 720)
MOST = 16
"""Issues that get photos."""
SKY, AMISS = (196, 214, 228), (92, 66, 40)
WALLS = ((206, 190, 168), (188, 176, 172), (214, 205, 186), (176, 188, 182))
STREET, LINE = (128, 128, 126), (222, 222, 214)


def drawn(seed: int, *, is_mended: bool) -> bytes:
    """Draw a place as JPEG: something lies there, or it is mended.

    Parameters
    ----------
    seed : int
        Which place.
    is_mended : bool
        Whether it is shown afterwards.
    """
    rng = np.random.default_rng([SEED, 8, seed])
    width, height = SIZE
    ground = int(height * rng.uniform(0.55, 0.65))
    picture = Image.new("RGB", SIZE, SKY)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, int(height * 0.12), width, ground), fill=WALLS[int(rng.integers(len(WALLS)))])
    _windows(pen, rng, ground)
    pen.rectangle((0, ground, width, height), fill=STREET)
    for x in range(int(rng.integers(40, 120)), width, 220):
        pen.rectangle((x, height - 90, x + 110, height - 78), fill=LINE)
    spots = [(rng.uniform(0.3, 0.7), rng.uniform(0, 1), rng.uniform(0.4, 1)) for _ in range(14)]
    _amiss(pen, spots, ground, is_mended=is_mended)
    out = io.BytesIO()
    picture.filter(ImageFilter.GaussianBlur(1.2)).save(out, "JPEG", quality=82)
    return out.getvalue()


def _windows(pen: ImageDraw.ImageDraw, rng: np.random.Generator, ground: int) -> None:
    count = int(rng.integers(4, 7))
    step = SIZE[0] // count
    for column in range(count):
        for top in range(120, ground - 110, 150):
            left = column * step + step // 4
            pen.rectangle(
                (left, top, left + step // 2, top + 90),
                fill=(118, 138, 152),
                outline=(240, 240, 236),
                width=5,
            )


def _amiss(
    pen: ImageDraw.ImageDraw, spots: Sequence[tuple[float, float, float]], ground: int, *, is_mended: bool
) -> None:
    """Heap something up in the street, or leave a clean patch with two posts where it lay."""
    width, height = SIZE
    low = ground + 40
    if is_mended:
        pen.rectangle((width * 0.26, low, width * 0.76, low + 130), fill=(150, 150, 148))
        for x in (0.26, 0.76):
            pen.rectangle((width * x - 6, low - 70, width * x + 6, low + 130), fill=(214, 96, 36))
        return
    for x, y, size in spots:
        left, top, side = width * x, low + y * (height - low - 160), 40 + 70 * size
        shade = int(60 * y)
        pen.ellipse((left, top, left + side * 1.6, top + side), fill=tuple(one + shade for one in AMISS))


def shown(tx: Tx, issue: Issue, *, is_mended: bool) -> tuple[tuple[Taken, ...], Device | None]:
    """Draw an issue's place and put the picture with the files; gives it, and where it was taken.

    Parameters
    ----------
    tx : Tx
        The transaction of the seeding.
    issue : Issue
        Whose.
    is_mended : bool
        Whether it is shown afterwards.
    """
    taken = attachments.take_in(tx.store, [drawn(issue.id, is_mended=is_mended)])
    if issue.lon is None or issue.lat is None:
        return taken, None
    return taken, Device(issue.lon, issue.lat, 8.0)
