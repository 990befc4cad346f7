"""What may be listed and searched holds no personal facts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.services.redact import public_place, public_words


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
