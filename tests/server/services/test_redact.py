"""What may be listed and searched holds no personal facts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.services.redact import MASK, masked, public_place, public_words


@pytest.mark.parametrize(
    ("words", "secret"),
    [
        ("电话13812345678，暖气不热", "13812345678"),
        ("电话 138 1234 5678", "5678"),
        ("手机+86-138-1234-5678", "1234"),
        ("固话0631-5231234", "5231234"),
        ("身份证37100219800101123X", "37100219800101123X"),
        ("邮箱 wang.wu@example.com", "wang.wu"),
        ("微信：wangwu_2020", "wangwu_2020"),
        ("我叫王小五，家里漏水", "王小五"),
        ("姓名：欧阳修远", "欧阳修远"),
        ("王阿姨家漏水", "王"),
        ("28幢2单元301漏水", "301"),
        ("12幢1-502暖气", "502"),
        ("住在1203室", "1203"),
        ("卡号6222021234567890123", "6222021234567890123"),
    ],
)
def test_a_personal_fact_does_not_survive(words, secret):
    assert secret not in public_words(words)


@pytest.mark.parametrize("words", ["28幢楼道灯不亮", "时代嘉园12幢", "供暖温度16度", "路面破损约30平方米"])
def test_what_is_no_personal_fact_stays(words):
    assert public_words(words) == words


@given(st.text())
def test_any_text_becomes_one_short_printable_line(words):
    line = public_words(words)
    assert len(line) <= 120
    assert line.isprintable()


@given(st.integers(13_000_000_000, 19_999_999_999), st.text(max_size=80))
def test_no_mobile_phone_survives_anywhere(phone, around):
    assert str(phone) not in public_place(f"{around} {phone} {around}")


@pytest.mark.parametrize(
    "name",
    ["林秘密女士", "林秘密（业主）", "林秘密 13500009999", "林秘密、王机密", " 林秘密 ", "林 秘密", "林秘密"],
)
def test_a_name_is_found_in_words_however_it_was_typed(name):
    for words in (public_words("林秘密家漏水", [name]), masked("text", "已回复林秘密\n林秘密说好", [name])):
        assert "林秘密" not in words
    assert public_words("请业主们注意防火", [name]) == "请业主们注意防火"


@pytest.mark.parametrize(
    "said",
    ["138 12 34 56 78", "138-12345-678", "138/1234/5678", "138_1234_5678", "1 3 8 1 2 3 4 5 6 7 8", "+86 138 1234 5678",
     "371002 19900101 1234", "371002-19900101-123X", "wx: abc12345", "VX:abc12345"],
)  # fmt: skip
def test_numbers_of_people_are_masked_however_they_are_spaced(said):
    assert public_words(f"联系{said}谢谢") == f"联系{MASK}谢谢"


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("时代嘉园21幢1单元302居民反映", "时代嘉园21幢1单元＊＊＊室居民反映"),
        ("1单元1203室漏水", "1单元＊＊＊室漏水"),
        ("3幢2-302室", "3幢＊＊＊室"),
        ("3-2-401", "＊＊＊室"),
        ("12号房的3户", "＊＊＊号房的＊＊＊户"),
    ],
)
def test_a_room_without_its_number_can_still_be_read(said, left):
    assert public_words(said) == masked("description", said) == left


@pytest.mark.parametrize(
    "said", ["2026-11-22 10:15 报修", "高度 1.35 米", "12-3 号楼", "费用 13,500 元", "11月22日至30日"]
)
def test_dates_and_measures_are_left(said):
    assert public_words(said) == said


@pytest.mark.parametrize(
    ("phone", "shown"),
    [
        ("13812345678", "138****5678"),
        ("0631-5231234", "063****1234"),
        ("5231234", "52****34"),
        ("123", "****"),
        ("", ""),
    ],
)
def test_a_phone_shows_its_ends_and_no_more(phone, shown):
    assert masked("reporter_phone", phone) == shown
