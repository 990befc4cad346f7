"""Filters that cannot be read: refused with the codes that can, and their names beside them."""

from datetime import UTC

import pytest

from server.errors import InputError
from server.services.filters import Filters
from server.services.orders import order_of
from server.services.steps.fields import code
from server.words import sentence


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda: Filters.parse({"state": "zzz"}, UTC), "open（未结）、reported（待派遣）"),
        (lambda: Filters.parse({"todo": "zzz"}, UTC), "extend（待批延期）"),
        (lambda: Filters.parse({"clock": "zzz"}, UTC), "amber（即将超期）"),
        (lambda: Filters.parse({"satisfaction": "zzz"}, UTC), "satisfied（满意）"),
        (lambda: order_of("zzz"), "due（先到期）"),
        (lambda: code("result", "zzz"), "partly（部分办理）"),
    ],
)
def test_codes_are_refused_with_the_names_of_those_that_can_be_used(ask, said):
    with pytest.raises(InputError) as refused:
        ask()
    assert said in sentence(refused.value.code, refused.value.values)
