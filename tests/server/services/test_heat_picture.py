"""The heat as a picture: the cells and where it burns, in the colours of the pages, and of few nothing."""

import io
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from server.errors import InputError, NotFound
from server.services import intake
from server.services.drafts import Draft
from server.services.filters import Filters
from server.services.heat import Look
from server.services.heat_picture import COLOURS, picture
from server.services.people import system_actor

TOKENS = Path(__file__).parents[3] / "server/static/css/tokens.css"


def drawn(store, actor=None, filters=None, size=(240, 160), look=None):
    with store.read() as tx:
        said = picture(tx, actor or system_actor(), filters or Filters(), None, *size, look=look)
    image = Image.open(io.BytesIO(said))
    assert (image.format, image.size) == ("PNG", size)
    return np.asarray(image.convert("RGB"), np.int64)


def is_hot(image):
    """Whether any pixel is clearly red: neither ground, cell nor border."""
    return bool((image[..., 0] - image[..., 2] > 60).any())


def report(store, town, count, lon=122.015, lat=37.015):
    with store.write() as tx:
        drafts = [Draft("heating", "phone", "暖气不热", lon=lon, lat=lat)] * count
        intake.report_many(tx, town.actors["dispatcher_qian"], drafts)


def test_a_place_is_painted_from_the_fifth_issue_on_even_for_the_system(store, town):
    report(store, town, 4)
    assert not is_hot(drawn(store, look=Look(100.0)))
    report(store, town, 1)
    assert is_hot(drawn(store, look=Look(100.0)))
    far = drawn(store, filters=Filters(area="990101001001"), look=Look(100.0))
    assert far.shape == (160, 240, 3)


def test_whoever_sees_nothing_is_drawn_the_cells_alone(store, town):
    report(store, town, 6)
    assert not is_hot(drawn(store, town.actors["admin_wu"], look=Look(100.0)))
    nowhere = drawn(store, town.actors["outsider"], look=Look(100.0))
    assert not is_hot(nowhere)


def test_a_place_lies_where_it_is(store, town):
    report(store, town, 9)
    image = drawn(store, size=(600, 400), look=Look(60.0))
    red = image[..., 0] - image[..., 2] > 60
    down, right = np.argwhere(red).mean(axis=0)
    # The cells reach from 122.00 to 122.03 and from 37.00 to 37.02, and fill the picture but for its margin.
    assert right == pytest.approx(300, abs=15)
    assert down == pytest.approx(200 - (37.015 - 37.01) / 0.02 * 400 * 0.85, abs=25)


@pytest.mark.parametrize("size", [(63, 100), (100, 4_001)])
def test_a_picture_of_no_size_is_refused(size, store, town):
    with pytest.raises(InputError), store.read() as tx:
        picture(tx, system_actor(), Filters(), None, *size)


def test_an_unknown_area_is_refused(store, town):
    with pytest.raises(NotFound), store.read() as tx:
        picture(tx, system_actor(), Filters(area="nowhere"), None)


def test_colours_are_those_of_the_pages():
    said = dict(re.findall(r"(--[a-z0-9-]+): (#[0-9a-f]+);", TOKENS.read_text().split("}")[0]))
    assert {name: said[name] for name in COLOURS} == COLOURS
