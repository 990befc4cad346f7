"""Filters that cannot be read: refused with the codes that can, and their names beside them."""

from datetime import UTC

import pytest

from server.errors import InputError
from server.services.drafts import Draft
from server.services.filters import FIELDS, Filters
from server.services.hotspots import Asked
from server.services.orders import order_of
from server.services.steps.fields import code, words
from server.words import sentence


def test_half_a_character_is_refused_in_every_filter_and_what_shows_nothing_left_out():
    asked = [(name, lambda given: Filters.parse(given, UTC)) for name in FIELDS]
    asked += [(name, Asked.parse) for name in ("units", "category", "weeks", "area")]
    for name, parse in asked:
        with pytest.raises(InputError) as refused:
            parse({name: "a\ud800"})
        assert (refused.value.code, refused.value.values["field"]) == ("field.unreadable", name)
        assert sentence(refused.value.code, refused.value.values).isprintable()
    assert Filters.parse({"q": "\u202d暖\x0b气\ufffe\u2069"}, UTC).q == "暖气"


def test_words_of_a_report_and_of_a_step_are_legible():
    said = "暖气\n不热\x0b\ufffe\uffff\u202a\u202e\u2066\u2069。"
    draft = Draft("heating", "phone", said, place_text=said, reporter_phone="\u202d13800000000\u202c")
    assert (draft.description, draft.place_text) == ("暖气\n不热。", "暖气\n不热。")
    assert draft.reporter_phone == "13800000000"
    assert words("text", said) == "暖气\n不热。"
    for one in ("\x00", "\ud800"):
        with pytest.raises(InputError):
            words("text", one)


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
