"""Slow strangers take a few threads of a server and no more."""

import io
import threading

import pytest
from werkzeug.test import EnvironBuilder, run_wsgi_app

from server.crowding import MOST

PATIENCE_S = 20


class Slow(io.RawIOBase):
    """A body whose sender waits."""

    def __init__(self, begun, go_on):
        self.begun, self.go_on = begun, go_on

    def readable(self):
        return True

    def readinto(self, _room):
        self.begun.release()
        assert self.go_on.wait(PATIENCE_S)
        return 0


@pytest.fixture
def slowly(app):
    """Begin to send a sign-in from an address; gives the thread and what it was answered."""
    begun, go_on = threading.Semaphore(0), threading.Event()
    threads = []

    def send(address):
        body = EnvironBuilder("/sign-in", method="POST", environ_base={"REMOTE_ADDR": address}).get_environ()
        body |= {"wsgi.input": Slow(begun, go_on), "CONTENT_LENGTH": "100000",
                 "CONTENT_TYPE": "application/x-www-form-urlencoded"}  # fmt: skip
        thread = threading.Thread(target=run_wsgi_app, args=(app.wsgi_app, body, True), daemon=True)
        thread.start()
        threads.append(thread)
        assert begun.acquire(timeout=PATIENCE_S)

    yield send
    go_on.set()
    for thread in threads:
        thread.join(PATIENCE_S)


def test_an_address_gets_so_many_unfinished_forms_and_others_are_served(app, slowly, client_of):
    for _ in range(MOST):
        slowly("192.0.2.1")
    form = {"login": "nobody", "password": "wrong-password"}
    client = client_of()
    refused = client.post("/sign-in", data=form, environ_base={"REMOTE_ADDR": "192.0.2.1"})
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "1")
    assert client.get("/sign-in", environ_base={"REMOTE_ADDR": "192.0.2.1"}).status_code == 200
    assert client.post("/sign-in", data=form, environ_base={"REMOTE_ADDR": "192.0.2.2"}).status_code == 401
