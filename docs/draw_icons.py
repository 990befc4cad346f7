"""Draw the tablet's icons after ``server/static/img/mark.svg``: ``python docs/draw_icons.py``."""

from pathlib import Path

from PIL import Image, ImageDraw

IMAGES = Path(__file__).resolve().parents[1] / "server" / "static" / "img"
GROUND, SQUARE, FAINT = "#0b7285", "#ffffff", "#91c2cc"
FINE = 4  # times the size at which it is drawn, for smooth corners


def drawn(size: int, inset: float, corner: float) -> Image.Image:
    """Draw the mark.

    Parameters
    ----------
    size : int
        Pixels of one side.
    inset : float
        Share of the side that stays free around the mark's own field.
    corner : float
        Radius of the ground's corners, as a share of the side; 0 fills the square, as a mask wants it.
    """
    whole = size * FINE
    image = Image.new("RGBA", (whole, whole))
    pen = ImageDraw.Draw(image)
    pen.rounded_rectangle((0, 0, whole - 1, whole - 1), radius=whole * corner, fill=GROUND)
    scale = whole * (1 - 2 * inset) / 32
    for row, column in ((0, 0), (0, 1), (1, 0), (1, 1)):
        left, top = (whole * inset + (6 + 11 * place) * scale for place in (column, row))
        fill = FAINT if row == column else SQUARE
        box = (left, top, left + 9 * scale, top + 9 * scale)
        pen.rounded_rectangle(box, radius=1.5 * scale, fill=fill)
    return image.resize((size, size), Image.Resampling.LANCZOS)


def main() -> None:
    """Write the icons."""
    for name, size, inset, corner in (
        ("tablet-192", 192, 0.0, 7 / 32),
        ("tablet-512", 512, 0.0, 7 / 32),
        ("tablet-maskable", 512, 0.1, 0.0),
        ("tablet-apple", 180, 0.02, 0.0),
    ):
        picture = drawn(size, inset, corner).quantize(64)
        picture.save(IMAGES / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
