"""How often somebody may ask within a minute: one table, counted in memory, each process for itself.

This holds off what hammers; guessing of passwords is counted in the database, see :mod:`server.services.sign_in`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

from flask import Flask, Response, current_app, g, request
from flask_limiter import Limit, Limiter, RequestLimit

from server.auth import access_of
from server.clock import system_clock
from server.config import Config
from server.security import SAFE
from server.translate import refused

__all__ = ["BEFORE", "LIMITS", "Rule", "install", "install_before"]

FREE = frozenset({"statics", "health", "tiles", "tablet.shell", "tablet.worker", "tablet.script",
                  "tablet.version", "tablet.manifest", "tablet_ground", "entry.sign_out"})  # fmt: skip
"""Endpoints and blueprints that nobody counts: answered from memory, asked by supervisors, or in pieces (the ground
map, of which a process cuts one part at a time); and whoever wants to sign out may, however much they asked before."""
OUTBOX = frozenset(
    {"api_issues.create", "api_issues.act", "api_photos", "api_visits", "api_cares", "api_patrols"}
)
"""Where a tablet sends what was done without a network; what is sent twice is taken once."""
SWITCH = "RATE_LIMITS"


def _address() -> str:
    return request.remote_addr or "-"


def _person() -> str:
    actor = g.get("actor")
    return _address() if actor is None else f"person {actor.person_id}"


@dataclass(frozen=True)
class Rule:
    """How often what may be asked by whom.

    Attributes
    ----------
    per_minute : int
        Most requests in a minute, counted from the first.
    by : Callable[[], str]
        Whose requests are counted together.
    where : frozenset of str
        Endpoints or blueprints; none given means all, but those that are free.
    writes : bool or None
        Only what changes something, or only what reads; None counts both.
    public : bool
        Only routes that are open to everybody.
    but : frozenset of str
        Endpoints or blueprints that have a rule of their own.
    """

    per_minute: int
    by: Callable[[], str] = _address
    where: frozenset[str] = frozenset()
    writes: bool | None = None
    public: bool = False
    but: frozenset[str] = frozenset()

    def covers(self) -> bool:
        """Whether this request is counted."""
        names = {request.endpoint or "", request.blueprint or ""}
        if (self.where and not names & self.where) or names & (FREE | self.but):
            return False
        if self.writes is not None and self.writes == (request.method in SAFE):
            return False
        if not self.public:
            return True
        return bool(request.endpoint) and access_of(current_app, request.endpoint or "") is None


BEFORE: dict[str, Rule] = {
    # Counted before it is known who asks: what is refused counts too. An office of sixty is one address.
    "address": Rule(6000),
}
LIMITS: dict[str, Rule] = {
    # An office of sixty behind one address signs in within the same minutes of the morning.
    "sign_in": Rule(60, where=frozenset({"entry.sign_in", "entry.code"}), writes=True),
    "oidc": Rule(60, where=frozenset({"oidc"})),
    "reset": Rule(30, where=frozenset({"reset"})),
    "language": Rule(60, where=frozenset({"frame.language"}), writes=True),
    "account": Rule(30, _person, frozenset({"account"}), writes=True),
    "public": Rule(600, public=True),
    # A hand on a map asks some ten times a second.
    "reads": Rule(1200, _person, writes=False),
    "writes": Rule(600, _person, writes=True, but=OUTBOX),
    # A tablet that was long away sends some days' work at once: 500 records of up to four steps, each one request.
    "outbox": Rule(2000, _person, OUTBOX, writes=True),
}


def install_before(app: Flask, config: Config) -> None:
    """Refuse addresses that ask too often with 429; to be called before anybody looks at who asks.

    Parameters
    ----------
    app : Flask
        Application.
    config : Config
        Settings: ``rate_limits``.
    """
    app.config[SWITCH] = config.rate_limits
    _put(app, BEFORE)


def install(app: Flask) -> None:
    """Refuse whoever asks too often with 429; to be called after it is known who asks.

    Parameters
    ----------
    app : Flask
        Application, after :func:`install_before`.
    """
    _put(app, LIMITS)


def _put(app: Flask, rules: dict[str, Rule]) -> None:
    Limiter(
        _address,
        app=app,
        storage_uri="memory://",
        default_limits=[_limit(rules, name) for name in rules],
        on_breach=_breached,
        request_identifier=lambda: request.endpoint or "-",  # what is nowhere is counted too
    )


def _limit(rules: dict[str, Rule], name: str) -> Limit:
    def amount() -> str:  # none for what is not counted, which spares reading it
        is_counted = current_app.config[SWITCH] and rules[name].covers()
        return f"{rules[name].per_minute} per minute" if is_counted else ""

    def whose() -> str:
        return rules[name].by()

    return Limit(amount, whose, scope=name, shared=True)


def _breached(limit: RequestLimit) -> Response:
    seconds = max(1, ceil(limit.window.reset_time - system_clock().timestamp()))
    answer = refused(429, "request.too_many", {"seconds": seconds})
    answer.headers["Retry-After"] = str(seconds)
    return answer  # type: ignore[return-value]  # Flask's own, as the function makes no other
