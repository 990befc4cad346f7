"""Whatever lies in somebody else's area is answered as what does not exist: by every route, to the byte."""

import io
import re
import zipfile
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote, urlencode
from uuid import UUID

import pytest
from sqlalchemy import func, select

from server.auth import access_of
from server.models import (
    Appeal,
    Attachment,
    Audit,
    Care,
    Department,
    Duty,
    Entry,
    Evaluation,
    EvaluationRow,
    ExportJob,
    Leave,
    Patrol,
    Person,
    SavedView,
    SignedIn,
    Token,
)
from server.services import exporting, intake, people
from server.services.drafts import Draft
from server.services.evaluation import making
from server.services.people import NewPerson, system_actor
from server.services.sessions import digest_of
from tests.personas import secret_of, token_of
from tests.pictures import sent

WEST = "990101002"
EVERYTHING = (("worker", "990101002001001"), ("leader", "990101002001"),
              *((role, WEST) for role in ("dispatcher", "supervisor", "admin")))  # fmt: skip
PHONE = "13812345678"
CELL = "990101001001008"
UNKNOWN_NUMBER, UNKNOWN_CELL, UNKNOWN_KEY = "20260310-99999", "990101001001999", 987_654
NOWHERE = UUID("01990000-0000-7000-8000-000000000000")

COMMON = {
    "admin_calendar.download": "years are the same for all",
    "admin_calendar.remove": "years are the same for all",
    "admin_categories.one": "categories are the same for all",
    "admin_categories.change": "categories are the same for all",
    "admin_limits.one": "limits are the same for all",
    "admin_limits.change": "limits are the same for all",
    "admin_limits.reset": "limits are the same for all",
    "api_cells.export": "a format; what it lists is asked below",
    "api_hotspots.export": "a format; what it lists is asked of the service",
    "api_issues.export": "a format; what it lists is asked below",
    "reset.form": "the secret is the right to it",
    "reset.put": "the secret is the right to it",
    "statics.file": "files of the program",
    "tablet.script": "files of the program",
    "visits.export": "a format; what it lists is asked of the service",
}
"""Routes with a parameter that names nobody's object, and why."""
OBJECTS = {
    "account.end_one": {"key": "session"},
    "account.revoke": {"key": "token"},
    "acting.act": {"number": "number", "action": "=note"},
    "admin_areas.change": {"code": "area"},
    "admin_areas.one": {"code": "area"},
    "admin_departments.change": {"code": "department"},
    "admin_departments.one": {"code": "department"},
    "admin_people.change": {"login": "login"},
    "admin_people.link": {"login": "login"},
    "admin_people.one": {"login": "login"},
    "admin_tokens.ask": {"key": "token"},
    "admin_tokens.revoke": {"key": "token"},
    "api_candidates.index": {"number": "number"},
    "api_cares.end": {"uid": "care"},
    "api_evaluations.one": {"uid": "evaluation"},
    "api_issues.act": {"number": "number"},
    "api_issues.one": {"number": "number"},
    "api_issues.unmask": {"number": "number"},
    "api_patrols.end": {"uid": "patrol"},
    "api_patrols.track": {"uid": "patrol"},
    "api_photos.add": {"number": "number"},
    "api_photos.index": {"number": "number"},
    "api_exports.delete": {"uid": "export"},
    "api_exports.file": {"uid": "export"},
    "api_exports.one": {"uid": "export"},
    "duties.area": {"code": "area"},
    "duties.hand_over": {"uid": "person"},
    "duties.leaving_service": {"uid": "person"},
    "duties.person": {"uid": "person"},
    "duty_acts.announce": {"uid": "person"},
    "duty_acts.appoint": {"code": "area"},
    "duty_acts.change": {"key": "leave"},
    "duty_acts.end_duty": {"key": "duty"},
    "duty_acts.end_leave": {"key": "leave"},
    "duty_acts.hand_over": {"uid": "person"},
    "duty_acts.leave_service": {"uid": "person"},
    "duty_acts.stay": {"uid": "person"},
    "evaluation.export": {"uid": "evaluation", "suffix": "=csv"},
    "evaluation.one": {"uid": "evaluation"},
    "evaluation_unit.appeal": {"uid": "evaluation", "code": "area"},
    "evaluation_unit.decide": {"uid": "appeal"},
    "evaluation_unit.one": {"uid": "evaluation", "code": "area"},
    "exports.change": {"uid": "export", "what": "=again"},
    "exports.file": {"uid": "export"},
    "issue.one": {"number": "number"},
    "issue.unmask": {"number": "number"},
    "many.done": {"key": "receipt"},
    "photos.file": {"digest": "file"},
    "photos.thumb": {"digest": "file"},
    "saved.delete": {"key": "view"},
    "saved.rename": {"key": "view"},
}
"""Routes with a parameter that names an object, and of what kind; ``=`` says it outright."""
BODIES = {
    "api_issues.act": {"action": "note", "text": "x"},
    "api_issues.unmask": {"why": "check"},
    "api_cares.end": {"why": "moved"},
    "api_patrols.end": {},
    "api_patrols.track": {
        "uid": str(NOWHERE),
        "points": [{"at": "2026-03-10T02:00:00Z", "lon": 122.015, "lat": 37.015}],
    },
}
FORM = {"text": "x", "reason": "x", "name": "x", "why": "check", "since": "2026-04-01", "until": "2026-04-02",
        "confirm": "1", "kind": "A", "act": "save", "area": WEST}  # fmt: skip


@dataclass(frozen=True)
class Pair:
    """An object of somebody else's, and one that is not there."""

    foreign: object
    unknown: object


@pytest.fixture(params=["sqlite"])
def database_url(database_url):
    """One store: whose objects are whose is a condition of the services, which are tried on both."""
    return database_url


@pytest.fixture
def west(store, town, client_of):
    """Somebody who is everything, but only in the west; of all kinds of things, some elsewhere."""
    with store.write() as tx:
        unit = Department(code="unit-east", name="东边物业", kind="property", area_id=town.areas["990101001"])
        tx.session.add(unit)
        (key,) = people.create(tx, [NewPerson("west", "西边", None, None, EVERYTHING)])
        tx.session.add(Leave(person_id=town.people["worker_lin"], starts_at=tx.now + timedelta(days=1),
                             ends_at=tx.now + timedelta(days=3)))  # fmt: skip
        exporting.ask(tx, town.actors["worker_lin"], exporting.wish_of("issues", "csv", {}))
        tx.session.add(SavedView(person_id=town.people["worker_lin"], name="他人的", query={}))
        tx.session.add(SignedIn(digest="f" * 64, person_id=town.people["worker_lin"], method="password", address="",
                                agent="", created_at=tx.now, seen_at=tx.now, expires_at=tx.now + timedelta(days=1)))  # fmt: skip
        tx.session.add(SignedIn(digest=digest_of(secret_of("west")), person_id=key, method="password", address="",
                                agent="", created_at=tx.now, seen_at=tx.now, expires_at=tx.now + timedelta(days=1)))  # fmt: skip
        token_of(tx, "worker_lin", ["read"], "foreign")
        draft = Draft("heating", "phone", "阀门滴水", lon=122.015, lat=37.015, place_text="和平小区5幢",
                      reporter_name="王芳", reporter_phone=PHONE, external_number="WO-FOREIGN-1")  # fmt: skip
        intake.report(tx, town.actors["dispatcher_qian"], draft)
        mine = Draft("heating", "phone", "自己的一件", lon=122.025, lat=37.015)
        intake.report(tx, town.actors["outsider"], mine)
        making.make(tx, system_actor(), "cell_month", "990101001", tx.now.date().replace(month=2))
        cell = tx.session.scalar(select(EvaluationRow.id).where(EvaluationRow.code == CELL))
        tx.session.add(Appeal(uid=UUID(int=7), row_id=cell, issue_id=1, by_id=town.people["worker_lin"], at=tx.now,
                              state="open"))  # fmt: skip
        lin, cell = town.people["worker_lin"], town.areas[CELL]
        tx.session.add(Patrol(uid=UUID(int=8), person_id=lin, began_at=tx.now, received_at=tx.now))
        tx.session.add(Care(uid=UUID(int=9), area_id=cell, reason="alone", every_days=7, consent_at=tx.now, by_id=lin,
                            created_at=tx.now, due_at=tx.now))  # fmt: skip
    town.people["west"] = key
    photo = {"photos": (io.BytesIO(sent()), "a.jpg"), "kind": "before"}
    done = client_of("worker_lin").post("/api/v1/issues/20260310-00001/photos", data=photo)
    assert done.status_code in (200, 201), done.text
    return key


@pytest.fixture
def pairs(store, town, west):
    with store.read() as tx:
        of_lin = town.people["worker_lin"]

        def key(model):
            return tx.session.scalar(select(model.id).where(model.person_id == of_lin).limit(1))

        return {
            "number": Pair("20260310-00001", UNKNOWN_NUMBER),
            "person": Pair(tx.session.scalar(select(Person.uid).where(Person.id == of_lin)), NOWHERE),
            "login": Pair("worker_lin", "worker_no"),
            "area": Pair(CELL, UNKNOWN_CELL),
            "department": Pair("unit-east", "unit-none"),
            "file": Pair(tx.session.scalar(select(Attachment.digest)), "0" * 64),
            "export": Pair(tx.session.scalar(select(ExportJob.uid)), NOWHERE),
            "evaluation": Pair(tx.session.scalar(select(Evaluation.uid)), NOWHERE),
            "appeal": Pair(UUID(int=7), NOWHERE),
            "patrol": Pair(UUID(int=8), NOWHERE),
            "care": Pair(UUID(int=9), NOWHERE),
            "receipt": Pair("0" * 32, "1" * 32),
            **{
                kind: Pair(key(model), UNKNOWN_KEY)
                for kind, model in (("leave", Leave), ("duty", Duty), ("view", SavedView),
                                    ("session", SignedIn), ("token", Token))
            },
        }  # fmt: skip


def words_of(answer):
    """Give the text of an answer, of a Word file that within, of a stream its first piece; of a picture none."""
    if answer.mimetype == "text/event-stream":
        first = next(iter(answer.response))
        answer.close()
        return first if isinstance(first, str) else first.decode()
    data = answer.get_data()
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            return re.sub("<[^>]+>", "", parts.read("word/document.xml").decode())
    return "" if answer.mimetype.startswith("image/png") else data.decode()


@pytest.fixture
def asked(quiet, client_of, west):
    """Ask as the one in the west; gives status and text in which what was asked for is blotted out."""
    client = client_of("west")
    assert "自己的一件" in client.get("/issues").text

    def ask(method, url, blots=(), **given):
        answer = client.open(url, method=method, **given)
        text = words_of(answer)
        text = re.sub(r'nonce="[^"]*"|"csrf[-_]token"[^>]*|name="(uid|key)" value="[^"]*"', "", text)
        for blot in blots:
            text = text.replace(str(blot), "*")
        location = answer.headers.get("Location", "")
        for blot in blots:
            location = location.replace(str(blot), "*")
        return answer.status_code, location, text

    return ask


def difference(one, other):
    """Where two answers part, for whoever has to mend it."""
    at = next((at for at, (a, b) in enumerate(zip(one[2], other[2], strict=False)) if a != b), 0)
    return (
        one[0],
        other[0],
        one[1],
        other[1],
        one[2][max(0, at - 60) : at + 120],
        other[2][max(0, at - 60) : at + 120],
    )


def with_parameters(app):
    return [rule for rule in app.url_map.iter_rules() if rule.arguments]


def test_every_route_with_a_parameter_is_named_here(app):
    assert {rule.endpoint for rule in with_parameters(app)} == set(OBJECTS) | set(COMMON)


def test_what_is_elsewhere_is_answered_as_what_does_not_exist(app, asked, pairs, store):
    before, wrong = written(store), []
    for rule in with_parameters(app):
        if rule.endpoint not in OBJECTS or access_of(app, rule.endpoint) is None:
            continue
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
            told, blots = [], [str(one) for kind in OBJECTS[rule.endpoint].values() if kind[0] != "="
                               for one in vars(pairs[kind]).values()]  # fmt: skip
            for which in ("foreign", "unknown"):
                named = {
                    name: kind[1:] if kind[0] == "=" else getattr(pairs[kind], which)
                    for name, kind in OBJECTS[rule.endpoint].items()
                }
                url = app.url_map.bind("localhost").build(rule.endpoint, named, method=method)
                body = {"json": BODIES[rule.endpoint]} if rule.endpoint in BODIES else {"data": FORM}
                if rule.endpoint == "api_photos.add":
                    body = {"data": {"photos": (io.BytesIO(sent()), "a.jpg"), "kind": "before"}}
                given = {} if method == "GET" else body
                told.append(asked(method, url, blots, **given))
            if told[0] != told[1] or told[0][0] != 404:
                wrong.append((method, rule.rule, difference(*told)))
    assert not wrong, "\n".join(map(str, wrong))
    assert written(store) == before


def written(store):
    with store.read() as tx:
        return tuple(tx.session.scalar(select(func.count()).select_from(table)) for table in (Entry, Audit))


LISTS = (
    "/api/v1/issues", "/api/v1/issues.csv", "/api/v1/cells", "/api/v1/cells.csv", "/api/v1/clusters?zoom=16", "/api/v1/heat?zoom=12",
    "/api/v1/workers", "/api/v1/duties", "/api/v1/stats/outcomes", "/issues", "/issues/outcomes", "/issues/new",
)  # fmt: skip
QUERIES = {"area": "area", "holder": "person", "department": "department", "q": "words", "number": "number"}  # fmt: skip


def test_a_question_that_names_what_is_elsewhere_is_answered_as_one_that_names_nothing(asked, pairs):
    wrong = []
    for path in LISTS:
        for name, kind in QUERIES.items():
            for both in (pairs[kind],) if kind != "words" else (Pair("阀门", "绝无"), Pair("20260310-00001", "20260310-99999"),
                                                                Pair("WO-FOREIGN-1", "WO-FOREIGN-9")):  # fmt: skip
                told = [
                    asked(
                        "GET",
                        f"{path}{'&' if '?' in path else '?'}{urlencode({name: one})}",
                        [quote(str(both.foreign)), quote(str(both.unknown)), both.foreign, both.unknown],
                    )
                    for one in (both.foreign, both.unknown)
                ]
                if told[0] != told[1] or told[0][0] >= 500:
                    wrong.append((path, name, difference(*told)))
    assert not wrong, "\n".join(map(str, wrong))


ACTS = (
    ("/api/v1/issues/actions", True, lambda p: {"numbers": [p["number"]], "action": "note", "text": "x"}),
    ("/api/v1/issues/20260310-00002/actions", True, lambda p: {"action": "merge", "parent": p["number"]}),
    ("/api/v1/issues/20260310-00002/actions", True, lambda p: {"action": "reassign", "reason": "x", "holder": p["holder"]}),
    ("/api/v1/leaves", True, lambda p: {"person": p["person"], "starts_at": "2026-04-01", "ends_at": "2026-04-02"}),
    ("/api/v1/leaves", True, lambda p: {"substitute": p["person"], "starts_at": "2026-04-01", "ends_at": "2026-04-02"}),
    ("/issues/bulk", False, lambda p: {"n": p["number"], "action": "note", "text": "x"}),
    ("/supervision", False, lambda p: {"n": p["number"], "text": "x"}),
    ("/duties/areas/990101002001001", False, lambda p: {"person": p["person"], "kind": "A", "since": "2026-04-01"}),
    ("/admin/tokens", False, lambda p: {"login": p["login"], "name": "x", "scopes": "read"}),
    ("/admin/new-person", False, lambda p: {"login": "new_one", "name": "x", "role": "worker", "area": p["area"]}),
    ("/issues/talk-day", False, lambda p: {"community": p["area"], "date": "2026-03-10"}),
)  # fmt: skip


MORE = (
    ("/api/v1/areas?parent={}", "area"), ("/issues/bulk?action=note&n={}", "number"), ("/triage?number={}&done=note", "number"),
    ("/issues?done=note&number={}", "number"), ("/map?area={}", "area"), ("/supervision?area={}", "area"),
    ("/triage?area={}", "area"), ("/issues?back={}", "number"), ("/regrid?after={}", "number"), ("/hotspots?area={}", "area"),
    ("/api/v1/hotspots?area={}", "area"), ("/api/v1/choropleth?area={}", "area"), ("/api/v1/areas.geojson?area={}", "area"), ("/issues/talk-day?area={}", "area"),
    ("/admin/people?area={}", "area"), ("/admin/people?q={}", "login"), ("/admin/tokens?login={}", "login"),
    ("/admin/tokens?person={}", "person"), ("/admin/audit?person={}", "person"), ("/api/v1/issues?holder={}&todo=extend", "person"),
)  # fmt: skip


def test_other_questions_that_name_what_is_elsewhere(asked, pairs):
    wrong = []
    for path, kind in MORE:
        both = [str(one) for one in vars(pairs[kind]).values()]
        told = [asked("GET", path.format(one), both) for one in both]
        if told[0] != told[1] or told[0][0] >= 500:
            wrong.append((path, difference(*told)))
    assert not wrong, "\n".join(map(str, wrong))


def test_an_act_that_names_what_is_elsewhere_is_refused_as_one_that_names_nothing(asked, pairs, town):
    wrong = []
    pairs["holder"] = Pair(f"person:{town.people['worker_lin']}", f"person:{UNKNOWN_KEY}")
    for path, is_json, body in ACTS:
        told, blots = [], [one for pair in pairs.values() for one in vars(pair).values()]
        for which in ("foreign", "unknown"):
            named = {kind: str(getattr(pair, which)) for kind, pair in pairs.items()}
            given = {"json": body(named)} if is_json else {"data": body(named)}
            told.append(asked("POST", path, blots, **given))
        if told[0] != told[1] or told[0][0] >= 500:
            wrong.append((path, which, difference(*told)))
    assert not wrong, "\n".join(map(str, wrong))


def test_nothing_of_the_others_is_on_any_page_that_names_nothing(app, asked, pairs):
    secrets = ("20260310-00001", "阀门滴水", "王芳", "5678", "和平小区", "WO-FOREIGN", "林晓", "何平", "赵敏", "文峰社区",
               "东边物业", "990101001001", str(pairs["person"].foreign))  # fmt: skip
    seen = []
    for rule in app.url_map.iter_rules():
        if (
            rule.arguments
            or "GET" not in rule.methods
            or rule.endpoint.startswith(("statics", "tiles", "docs"))
        ):
            continue
        _status, _to, text = asked("GET", rule.rule)
        seen += [(rule.rule, secret) for secret in secrets if secret in text]
    # Where a neighbour's cell lies and what it is called, a position answers anybody: no word of who is there.
    assert set(seen) <= {("/api/v1/field/ground", name) for name in ("文峰社区", "990101001001")}


@pytest.mark.parametrize(
    ("login", "path", "body"),
    [
        ("worker_lin", "/api/v1/issues/20260310-00001/actions", {"action": "supervise", "text": "x"}),
        (
            "worker_lin",
            "/api/v1/issues/20260310-00001/actions",
            {"action": "merge", "parent": "20260310-00001"},
        ),
        (
            "handler_sun",
            "/api/v1/leaves",
            {"person": "lin", "starts_at": "2026-04-01", "ends_at": "2026-04-02"},
        ),
    ],
)
def test_inside_but_not_allowed_is_refused_as_such(app, west, client_of, pairs, login, path, body):
    app.testing = False
    given = {name: str(pairs["person"].foreign) if value == "lin" else value for name, value in body.items()}
    assert client_of(login).post(path, json=given).status_code == 403


def test_no_tile_holds_anything_of_an_area(app):
    assert [rule.rule for rule in app.url_map.iter_rules() if "tile" in rule.rule] == [
        "/tiles/basemap.pmtiles",
        "/t/ground.pmtiles",  # a cut of the same
    ]
