"""Settings: one order, clear refusals."""

import pytest

from server.config import SETTINGS, load
from server.db import Store
from server.errors import SetupError
from server.words import sentence


def test_an_option_beats_the_environment_and_that_the_file_and_that_the_default(tmp_path):
    file = tmp_path / "wangge.toml"
    file.write_text('port = 9001\nhost = "127.0.0.2"\ntimezone = "UTC"\n', encoding="utf-8")
    environment = {"WANGGE_PORT": "9002", "WANGGE_HOST": "127.0.0.3", "WANGGE_CONFIG": str(file)}
    config = load({"port": 9003}, environment=environment)
    assert (config.port, config.host, config.timezone, config.workers) == (9003, "127.0.0.3", "UTC", 1)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("WANGGE_PORT", "none"),
        ("WANGGE_PORT", "70000"),
        ("WANGGE_TIMEZONE", "Mars/Olympus"),
        ("WANGGE_ALLOW_OUTSIDE_CHINA", "perhaps"),
        ("WANGGE_NEAREST_M", "-1"),
        ("WANGGE_NEAREST_M", "nan"),
        ("WANGGE_TRUSTED_PROXIES", "-1"),
        ("WANGGE_TRUSTED_PROXIES", "10.0.0.1"),
        ("WANGGE_HOSTS", "https://wangge.lan"),
        ("WANGGE_HOSTS", "wangge.lan:8443"),
        ("WANGGE_HOSTS", "wangge.lan 192.168.1.10"),
    ],
)
def test_an_unreadable_value_stops_the_start_and_names_the_key_and_the_form(name, value):
    with pytest.raises(SetupError) as refused:
        load(environment={name: value})
    told = sentence(refused.value.code, refused.value.values)
    assert name in told
    assert value in told


def test_an_unknown_key_stops_the_start_and_names_it():
    with pytest.raises(SetupError) as refused:
        load(environment={"WANGGE_PROT": "8000"})
    assert "prot" in sentence(refused.value.code, refused.value.values)


def test_a_secret_that_is_too_short_stops_the_start_and_is_not_shown():
    with pytest.raises(SetupError) as refused:
        load(environment={"WANGGE_SECRET_KEY": "short-secret"})
    told = sentence(refused.value.code, refused.value.values)
    assert ("WANGGE_SECRET_KEY" in told, "32" in told, "short" in told) == (True, True, False)
    assert refused.value.__cause__ is None


def test_the_settings_do_not_show_their_secrets():
    config = load({"secret_key": "s" * 40, "database_url": "postgresql://u:hidden@h/d"}, environment={})
    assert "hidden" not in repr(config)
    assert "sss" not in repr(config)


@pytest.mark.parametrize("url", ["postgresql://u:hidden@h:port/d", "hidden"])
def test_a_database_url_that_cannot_be_read_is_not_shown(url):
    with pytest.raises(SetupError) as refused:
        Store(load({"database_url": url}, environment={}))
    told = sentence(refused.value.code, refused.value.values)
    assert ("WANGGE_DATABASE_URL" in told, "hidden" in told) == (True, False)
    assert refused.value.__cause__ is None


def test_hosts_are_read_as_they_are_written():
    assert load({"hosts": " Wangge.lan ,[::1],"}, environment={}).hosts == ("wangge.lan", "[::1]")
    assert load(environment={}).hosts == ()


@pytest.mark.parametrize("content", ["port = ", "\udcff"])
def test_an_unreadable_file_is_named(tmp_path, content):
    file = tmp_path / "wangge.toml"
    file.write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(SetupError) as refused:
        load(environment={}, file=file)
    assert refused.value.values["file"] == str(file)


def test_every_setting_can_be_given_by_environment_as_text():
    for setting in SETTINGS:
        text = str(setting.default).lower() if isinstance(setting.default, bool) else str(setting.default)
        assert setting.parse(text) == setting.default


def test_the_database_url_gets_its_driver(tmp_path):
    assert load({"dir": str(tmp_path)}, environment={}).url == f"sqlite:///{tmp_path / 'wangge.db'}"
    postgres = load({"database_url": "postgresql://u:p@h/d"}, environment={})
    assert postgres.url == "postgresql+psycopg://u:p@h/d"
