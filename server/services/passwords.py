"""Passwords: hashed at most two at a time, compared with one verification whoever asks, and ruled by a few words."""

import base64
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from server.errors import Busy, InputError

__all__ = ["HASHER", "PASSWORD_LEAST", "Hasher", "check_password"]

PASSWORD_LEAST = 8
PASSWORD_MOST = 1024
TIME_COST, MEMORY_KIB = 2, 19_456
AT_ONCE = 2  # each takes 19 MiB and a core
PATIENCE_S = 5.0
COMMONEST = frozenset((
    "12345678", "123456789", "1234567890", "0123456789", "87654321", "987654321", "11111111",
    "111111111", "00000000", "88888888", "66666666", "123123123", "12341234", "12344321", "11223344",
    "147258369", "password", "password1", "passw0rd", "p@ssw0rd", "qwertyuiop", "qwerty123",
    "1qaz2wsx", "1q2w3e4r", "1q2w3e4r5t", "asdfghjkl", "abc12345", "abcd1234", "abc123456", "a1234567",
    "a12345678", "a123456789", "aa123456", "aa12345678", "admin123", "admin888", "administrator",
    "iloveyou", "5201314520", "woaini520", "woaini1314", "wang1234", "zhang123", "qq123456",
    "qq123456789", "123456aa", "123456abc", "123qweasd", "1234qwer", "letmein1", "welcome1",
    "changeme", "wangge123", "guanliyuan", "mima1234",
))  # fmt: skip


class Hasher:
    """The one place where passwords are hashed and compared.

    Parameters
    ----------
    at_once : int
        How many may be hashed at once in this process; the others wait.
    patience_s : float
        How long they wait before they are told to come again.
    """

    def __init__(self, at_once: int = AT_ONCE, patience_s: float = PATIENCE_S) -> None:
        self._argon2 = PasswordHasher(time_cost=TIME_COST, memory_cost=MEMORY_KIB, parallelism=1)
        self._places = threading.BoundedSemaphore(at_once)
        self._patience_s = patience_s
        self._nobodys = _made_up(self._argon2)
        self.verifications = 0

    def hash(self, password: str) -> str:
        """Hash a password for keeping.

        Raises
        ------
        Busy
            Too many others are hashed at this moment.
        """
        with self._place():
            return self._argon2.hash(password)

    def verify(self, known: str | None, password: str) -> bool:
        """Compare a password with a kept hash; where there is none, with one that nobody's password has.

        Parameters
        ----------
        known : str or None
            As kept; None takes as long and is never right.
        password : str
            As typed.

        Raises
        ------
        Busy
            Too many others are compared at this moment.
        """
        with self._place():
            self.verifications += 1
            try:
                return self._argon2.verify(known or self._nobodys, password[:PASSWORD_MOST])
            except (VerificationError, InvalidHashError):
                return False

    def is_dated(self, known: str) -> bool:
        """Whether a kept hash was made at another cost than today's."""
        try:
            return self._argon2.check_needs_rehash(known)
        except InvalidHashError:
            return True

    @contextmanager
    def _place(self) -> Iterator[None]:
        if not self._places.acquire(timeout=self._patience_s):
            raise Busy("auth.busy")
        try:
            yield
        finally:
            self._places.release()


def _made_up(argon2: PasswordHasher) -> str:
    """Write down a hash of no password: it costs as much to compare with, and nothing to make."""
    salt, digest = (base64.b64encode(os.urandom(size)).rstrip(b"=").decode() for size in (16, 32))
    return (
        f"$argon2id$v=19$m={argon2.memory_cost},t={argon2.time_cost},p={argon2.parallelism}${salt}${digest}"
    )


HASHER = Hasher()


def check_password(password: str, login: str = "") -> None:
    """Make sure that a password may be chosen.

    Parameters
    ----------
    password : str
        As typed.
    login : str
        Whose it shall be, where that is known.

    Raises
    ------
    InputError
        Shorter than eight characters or endless, the login itself, or among the commonest.
    """
    if len(password) < PASSWORD_LEAST:
        raise InputError("password.short", field="password", least=PASSWORD_LEAST)
    if len(password) > PASSWORD_MOST:
        raise InputError("password.long", field="password", most=PASSWORD_MOST)
    if login and password.casefold() == login.casefold():
        raise InputError("password.login", field="password")
    if password.casefold() in COMMONEST or len(set(password)) == 1:
        raise InputError("password.common", field="password")
