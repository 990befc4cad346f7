"""A fault is told by its place and its kind, and never with what was sent."""

import logging

import pytest
from flask import request
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from server.faults import Discreet
from tests.server.bare_shell import bare

SECRETS = ("tok-9c1f", "hunter-2-hunter", "cookie-77", "reset-4e5d", "query-31ab", "13812345678")


def test_a_fault_is_logged_by_its_place_and_without_what_was_sent(caplog):
    client = bare()

    @client.application.post("/reset/<secret>")
    def reset(secret):
        given = [secret, request.full_path, dict(request.headers), request.form.to_dict()]
        raise ValueError(given) from KeyError(given)

    client.set_cookie("session", SECRETS[2])
    with caplog.at_level(logging.DEBUG):
        answer = client.post(
            f"/reset/{SECRETS[3]}?token={SECRETS[4]}",
            data={"password": SECRETS[1], "phone": SECRETS[5]},
            headers={"Authorization": f"Bearer {SECRETS[0]}"},
        )
    assert answer.status_code == 500
    assert caplog.text.count("/reset/<secret>") == 1
    assert "builtins.KeyError" in caplog.text
    assert "builtins.ValueError" in caplog.text
    assert "test_faults.py" in caplog.text
    assert [secret for secret in SECRETS if secret in caplog.text + answer.text] == []


def test_a_fault_of_the_program_says_what_it_is(caplog):
    client = bare()
    client.application.add_url_rule("/broken", view_func=lambda: None.a, endpoint="broken")
    assert client.get("/broken").status_code == 500
    assert "'NoneType' object has no attribute 'a'" in caplog.text


def test_a_fault_of_a_job_is_logged_without_its_words(caplog):
    try:
        int(SECRETS[1])
    except ValueError:
        logging.getLogger("wangge.test").exception("round failed")
    said = Discreet("%(message)s").format(caplog.records[-1])
    assert ("round failed" in said, "test_faults.py" in said, SECRETS[1] in said) == (True, True, False)


def test_a_fault_of_the_database_does_not_repeat_the_values(store):
    with pytest.raises(DBAPIError) as failed, store.engine.connect() as connection:
        connection.execute(text("SELECT nothing FROM nowhere WHERE a = :a"), {"a": SECRETS[5]})
    assert SECRETS[5] not in str(failed.value)
