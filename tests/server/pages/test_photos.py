"""Photos on pages: pairs side by side, forms that send them, without a script."""

import io
import re

import pytest
from sqlalchemy import select

from server.models import Attachment, Entry
from server.services import attachments, issues
from server.services.attachments import Device, take_in
from tests.pictures import drawn, sent

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
FILES = "multipart/form-data"


def picture(shade):
    return sent(picture=drawn(colour=(shade, 200 - shade, 30)))


def post(client, address, *raws, **fields):
    files = [(io.BytesIO(raw), f"{at}.jpg") for at, raw in enumerate(raws)] or [(io.BytesIO(b""), "")]
    return client.post(address, data={"photos": files, **fields}, content_type=FILES)


def rows(store):
    with store.read() as tx:
        return list(tx.session.scalars(select(Attachment).order_by(Attachment.id)))


def section(page):
    return re.search(r'<section class="card" id="photos".*?</section>', page.text, re.DOTALL)[0]


def test_before_and_after_stand_side_by_side_with_who_when_and_how_far(client_of, store, town, number):
    for kind, shades in (("before", (10, 90)), ("after", (170,))):
        taken = take_in(store, [picture(shade) for shade in shades])
        with store.write() as tx:
            device = Device(122.015, 37.0159)
            attachments.attach(tx, town.actors["worker_lin"], number, kind, taken, device)
    shown = section(client_of("leader_zhao").get(f"/issues/{number}"))
    one, other, after = rows(store)
    found = re.findall(r'href="/files/([0-9a-f]{64})"', shown)
    assert found == [one.digest, after.digest, other.digest]
    assert shown.count('class="photo-pair"') == 2
    assert "还没有办理后的照片" in shown
    assert shown.count("距上报点 100 米") == 3
    assert "林晓" in shown
    log = client_of("leader_zhao").get(f"/issues/{number}").text
    assert "办理前照片 2 张" in log


def test_photos_are_added_from_the_issues_page(client_of, store, number):
    client = client_of("worker_lin")
    page = client.get(f"/issues/{number}")
    assert 'enctype="multipart/form-data"' in section(page)
    answer = post(client, f"/issues/{number}/attach", picture(10), picture(200), kind="before", seen="3")
    assert (answer.status_code, answer.location) == (303, f"/issues/{number}?done=attach")
    assert "附照片" in client.get(answer.location).text
    assert [row.kind for row in rows(store)] == ["before", "before"]


def test_whoever_may_not_add_sees_the_photos_and_no_form(client_of, store, town, number):
    post(client_of("worker_lin"), f"/issues/{number}/attach", picture(10), kind="before")
    with store.write() as tx:
        issues.act(tx, town.actors["worker_lin"], number, "transfer", {"holder": f"person:{town.people['worker_he']}", "reason": "换人"})  # fmt: skip
    shown = section(client_of("worker_lin").get(f"/issues/{number}"))
    assert "<form" not in shown
    assert "/thumb" in shown
    assert (
        post(client_of("worker_lin"), f"/issues/{number}/attach", picture(90), kind="after").status_code
        == 403
    )
    assert len(rows(store)) == 1


def test_what_is_no_photo_is_told_on_the_page_and_nothing_is_kept(client_of, store, number):
    client = client_of("worker_lin")
    answer = post(client, f"/issues/{number}/attach", picture(10), b"GIF89a<script>", kind="before")
    assert answer.status_code == 422
    assert "第 2 个是 GIF 文件" in answer.text
    assert post(client, f"/issues/{number}/attach", kind="before").status_code == 422
    assert post(client, f"/issues/{number}/attach", picture(10), kind="x").status_code == 422
    assert rows(store) == []


def test_finishing_takes_photos_of_after_with_it(client_of, store, number):
    client = client_of("worker_lin")
    form = re.search(rf'<form method="post" action="/issues/{number}/finish".*?</form>', client.get(f"/issues/{number}").text, re.DOTALL)[0]  # fmt: skip
    assert 'enctype="multipart/form-data"' in form
    assert re.search(r'<input[^>]+name="photos" type="file" multiple', form)
    answer = post(client, f"/issues/{number}/finish", picture(10), picture(99), outcome="修好了")
    assert answer.status_code == 303
    with store.read() as tx:
        last = tx.session.scalars(select(Entry).where(Entry.action == "finish")).one()
    assert last.given["photos"] == 2
    assert {row.kind for row in rows(store)} == {"after"}


def test_finishing_without_photos_stays_as_it_was(client_of, store, number):
    assert post(client_of("worker_lin"), f"/issues/{number}/finish", outcome="修好了").status_code == 303
    with store.read() as tx:
        last = tx.session.scalars(select(Entry).where(Entry.action == "finish")).one()
    assert "photos" not in last.given


def test_a_refused_finish_attaches_nothing(client_of, store, number):
    answer = post(client_of("worker_lin"), f"/issues/{number}/finish", picture(10), quantity="3")
    assert answer.status_code == 422
    assert rows(store) == []


def test_a_report_may_bring_photos(client_of, store):
    client = client_of("dispatcher_qian")
    typed = {"source": "phone", "category": "heating", "description": "暖气不热", "lon": "122.015", "lat": "37.015",
             "shown": "990101001001008", "do": "save", "uid": "019d0000-0000-7000-8000-000000000001"}  # fmt: skip
    assert 'enctype="multipart/form-data"' in client.get("/issues/new").text
    refused = post(client, "/issues/new", b"%PDF-1.4", **typed)
    assert refused.status_code == 422
    assert "PDF" in refused.text
    assert post(client, "/issues/new", picture(10), **typed).status_code == 303
    (row,) = rows(store)
    assert row.kind == "before"
    assert post(client, "/issues/new", picture(10), **typed).status_code == 303
    assert len(rows(store)) == 1


def test_an_issue_without_photos_says_nothing_to_who_may_not_add_any(client_of, store, town, number):
    with store.write() as tx:
        issues.act(tx, town.actors["worker_lin"], number, "transfer", {"holder": f"person:{town.people['worker_he']}", "reason": "换人"})  # fmt: skip
    assert 'id="photos"' not in client_of("worker_lin").get(f"/issues/{number}").text
