"""Answers remembered: the same request twice is one act, other words under the same key are refused."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from server.errors import InputError
from server.models import RememberedAnswer
from server.services import idempotency
from server.services.idempotency import Answer

ANSWER = Answer(201, '{"description":"王阿姨家暖气不热"}'.encode())


def once(store, actor, key="k-1", body=b"{}"):
    """Act once under a key; tell whether it was done now, and the answer."""
    digest = idempotency.digest_of("POST /issues", body)
    with store.write() as tx:
        known = idempotency.recall(tx, actor, key, digest)
        if known is not None:
            return False, known
        idempotency.remember(tx, actor, key, digest, ANSWER)
        return True, ANSWER


def test_the_same_request_again_gets_the_same_answer(store, town):
    actor = town.actors["worker_lin"]
    assert once(store, actor) == (True, ANSWER)
    assert once(store, actor) == (False, ANSWER)


def test_another_body_under_the_same_key_is_refused(store, town):
    once(store, town.actors["worker_lin"])
    with pytest.raises(InputError) as refused:
        once(store, town.actors["worker_lin"], body=b"{ }")
    assert refused.value.code == "idempotency.reused"


def test_keys_of_different_people_are_different(store, town):
    assert once(store, town.actors["worker_lin"])[0]
    assert once(store, town.actors["worker_he"])[0]


def test_what_was_rolled_back_is_not_remembered(store, town):
    actor = town.actors["worker_lin"]
    with pytest.raises(RuntimeError), store.write() as tx:
        idempotency.remember(tx, actor, "k-1", "d", ANSWER)
        raise RuntimeError
    assert once(store, actor)[0]


def test_an_answer_is_sealed_at_rest(store, town):
    once(store, town.actors["worker_lin"])
    with store.read() as tx:
        kept = bytes(tx.session.scalar(select(RememberedAnswer.answer)))
    assert "王阿姨".encode() not in kept


def test_an_answer_is_forgotten_after_a_week(store, town, clock):
    once(store, town.actors["worker_lin"])
    clock.at += timedelta(days=8)
    once(store, town.actors["worker_lin"], key="k-2")
    with store.read() as tx:
        assert tx.session.scalars(select(RememberedAnswer.key)).all() == ["k-2"]


def test_two_at_once_are_one_act(store, town):
    done, start = [], threading.Barrier(4)

    def ask():
        start.wait()
        done.append(once(store, town.actors["worker_lin"])[0])

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == [False, False, False, True]
    with store.read() as tx:
        assert tx.session.scalar(select(func.count()).select_from(RememberedAnswer)) == 1


@pytest.mark.parametrize("key", ["", "a b", "钥匙", "x" * 201, "a\nb"])
def test_a_key_of_other_than_visible_characters_is_refused(key):
    with pytest.raises(InputError) as refused:
        idempotency.checked_key(key)
    assert refused.value.code == "idempotency.invalid"


def test_a_key_may_be_absent():
    assert idempotency.checked_key(None) is None
    assert idempotency.checked_key("a" * 200) == "a" * 200
