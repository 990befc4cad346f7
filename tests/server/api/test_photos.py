"""Photos over HTTP: sent as files, told with their links, given to nobody who may not see the issue."""

import io
from uuid import uuid4

import pytest
from flask import g
from sqlalchemy import func, select

from server.models import Attachment, Issue
from server.services import attachments, intake
from server.services.drafts import Draft
from server.services.photos import BYTES_MOST
from tests.pictures import drawn, exif_of, huge_png, sent

DRAFT = Draft("heating", "phone", "暖气不热", lon=122.015, lat=37.015)
HERE = ((37.0, 0.0, 54.0), "N", (122.0, 0.0, 54.0), "E", "WGS-84")
FILES = "multipart/form-data"
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def url(store, town):
    with store.write() as tx:
        number = intake.report(tx, town.actors["dispatcher_qian"], DRAFT).number
    return f"/api/v1/issues/{number}/photos"


@pytest.fixture
def send(client_of, url):
    def send(*raws, login="worker_lin", headers=None, client=None, kind="before", **fields):
        files = [
            (io.BytesIO(raw), name)
            for raw, name in (one if isinstance(one, tuple) else (one, "a.jpg") for one in raws)
        ]
        data = {"photos": files, "kind": kind, **fields}
        return (client or client_of(login)).post(url, data=data, content_type=FILES, headers=headers)

    return send


def count(store):
    with store.read() as tx:
        return tx.session.scalar(select(func.count()).select_from(Attachment))


def test_photos_are_told_with_their_links_and_what_the_camera_said(send, client_of, url):
    uid = str(uuid4())
    answer = send(sent(exif=exif_of(gps=HERE, zone="+08:00")), uid=uid, lon="122.0151", lat="37.015")
    assert answer.status_code == 201
    (told,) = answer.get_json()["items"]
    assert (told["uid"], told["kind"], told["who"]) == (uid, "before", "林晓")
    assert told["taken_at"] == "2026-03-09T00:30:00Z"
    assert told["position"] == {
        "lon": pytest.approx(122.015),
        "lat": pytest.approx(37.015),
        "datum": "WGS-84",
    }
    assert told["distance_m"] < 1
    assert client_of("leader_zhao").get(url).get_json()["items"] == [told]
    picture = client_of("leader_zhao").get(told["url"])
    assert (picture.status_code, picture.mimetype, len(picture.data)) == (200, "image/jpeg", told["size"])
    assert b"Exif" not in picture.data
    assert client_of("leader_zhao").get(told["thumb_url"]).data != picture.data


def test_a_file_is_sent_so_that_nothing_of_it_can_run_or_be_kept(send, client_of):
    (told,) = send(sent()).get_json()["items"]
    client = client_of("leader_zhao")
    answer = client.get(told["url"], headers={"Range": "bytes=0-1,0-1,0-1"})
    assert answer.status_code == 200
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'; sandbox"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert answer.headers["Content-Disposition"] == 'inline; filename="photo.jpg"'
    again = client.get(told["url"], headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    stranger = client_of("outsider").get(told["url"], headers={"If-None-Match": answer.headers["ETag"]})
    assert stranger.status_code == 404


@pytest.mark.parametrize("login", ["outsider", "admin_wu", "handler_sun"])
def test_whoever_does_not_see_the_issue_sees_no_photo_of_it(send, client_of, url, login):
    (told,) = send(sent()).get_json()["items"]
    client = client_of(login)
    for address in (told["url"], told["thumb_url"], url):
        answer = client.get(address, headers={"Accept": "application/json"})
        assert answer.status_code == 404
    assert client.get(f"/files/{'0' * 64}").status_code == client.get("/files/x").status_code == 404
    nobody = client_of().get(told["url"], headers={"Accept": "application/json"})
    assert nobody.status_code == 401


def test_a_photo_goes_with_its_issue_when_that_moves_away(send, client_of, store, town):
    (told,) = send(sent(), login="leader_zhao").get_json()["items"]
    assert client_of("supervisor_li").get(told["url"]).status_code == 200
    with store.write() as tx:
        issue = tx.session.scalars(select(Issue)).one()
        issue.area_id, issue.holder_person_id = town.areas["990101002001001"], town.people["outsider"]
    assert client_of("supervisor_li").get(told["url"]).status_code == 404
    assert client_of("outsider").get(told["url"]).status_code == 200


def test_the_same_request_under_its_key_and_the_same_uid_attach_once(send, store):
    first = send(sent(), headers={"Idempotency-Key": "p-1"})
    again = send(sent(), headers={"Idempotency-Key": "p-1"})
    assert (first.status_code, first.data) == (again.status_code, again.data)
    other = send(sent(picture=drawn((30, 30))), headers={"Idempotency-Key": "p-1"})
    assert other.status_code == 422
    uid = str(uuid4())
    for _ in range(2):
        assert send(sent(picture=drawn((40, 40))), uid=uid).status_code == 201
    assert count(store) == 2


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "selfie"}, "kind"),
        ({"uid": "1"}, "uid"),
        ({"lon": "x", "lat": "1"}, "lon"),
        ({"lon": "122", "lat": "91"}, "lat"),
        ({"lon": "nan", "lat": "1"}, "lon"),
        ({"version": "-1"}, "version"),
        ({"happened_at": "soon"}, "happened_at"),
        ({"happened_at": "2026-01-01"}, "happened_at"),
        ({"path": "/etc/passwd"}, "path"),
    ],
)
def test_a_field_that_cannot_be_used_is_named(send, store, change, field):
    answer = send(sent(), **change)
    assert answer.status_code == 422
    assert [one["field"] for one in answer.get_json()["errors"]] == [field]
    assert count(store) == 0


@pytest.mark.parametrize("raw", [b"", b"<html><script>", huge_png(50_000, 50_000), sent("GIF"), sent()[:200]])
def test_a_file_that_is_no_photo_is_refused_and_nothing_kept(send, store, raw):
    answer = send(sent(), (raw, "a.jpg"))
    assert answer.status_code == 422
    assert "2" in answer.get_json()["detail"]
    assert count(store) == 0
    assert send().status_code == 422


def test_neither_the_name_nor_the_type_of_a_file_means_anything(send, store):
    names = ("../../../etc/passwd", "a.html", "a\r\nX-Evil: 1.jpg", "照片.gif", "x" * 300)
    answer = send(*((sent(picture=drawn((20 + at, 20))), name) for at, name in enumerate(names)))
    assert answer.status_code == 201
    assert "evil" not in answer.text.lower() + str(answer.headers).lower()
    names = {path.name for path in (store.folder / "files").rglob("*") if path.is_file()}
    assert all(len(name) == 64 for name in names)


def test_what_is_too_large_or_no_form_is_refused_before_it_is_read(client_of, url, send):
    client = client_of("worker_lin")
    length = {"CONTENT_LENGTH": str(10 * BYTES_MOST)}
    large = client.post(url, content_type=f"{FILES}; boundary=x", environ_overrides=length)
    assert large.status_code == 413
    assert client.post(url, json={"photos": 1}).status_code == 415
    parts = b"".join(b'--x\r\nContent-Disposition: form-data; name="uid"\r\n\r\n1\r\n' for _ in range(10_000))
    many = client.post(url, data=parts + b"--x--\r\n", content_type=f"{FILES}; boundary=x")
    assert many.status_code == 413
    assert send(*[sent()] * 10).status_code == 422


def test_who_sees_it_but_may_not_note_may_not_add(client_of, send, store, town, url):
    with store.write() as tx:
        issue = tx.session.scalars(select(Issue)).one()
        issue.holder_person_id = town.people["worker_he"]
    assert send(sent(), login="worker_lin").status_code == 403
    assert send(sent(), login="outsider").status_code == 404
    assert send(sent(), version="1").status_code in (403, 409)
    assert count(store) == 0


def test_no_transaction_is_open_while_pictures_are_decoded(send, monkeypatch):
    opened = []

    def take_in(*given):
        opened.append("reading" in g)
        return taken_in(*given)

    taken_in = attachments.take_in
    monkeypatch.setattr(attachments, "take_in", take_in)
    assert send(sent()).status_code == 201
    assert opened == [False]
