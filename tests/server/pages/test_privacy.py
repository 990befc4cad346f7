"""The page about personal data: supervisors alone, in their own areas; a phone is in no address."""

import io
import re
import zipfile

import pytest
from sqlalchemy import select

from server.models import Audit
from server.services import intake
from server.services.drafts import Draft

PHONE = "13812345678"
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def supervisor(client_of, lived):
    return client_of("supervisor_li")


def read(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


def found(client, q=PHONE):
    """Seek somebody; gives the page and what its forms send."""
    answer = client.post("/privacy/find", data={"q": q})
    assert answer.status_code == 303
    page = client.get(answer.location)
    keys = re.findall(r'name="(person|number)" value="([^"]+)"', page.get_data(as_text=True))
    return page, dict(keys), answer.location


def test_it_says_what_is_kept_how_long_and_what_is_due(supervisor, clock):
    said = read(supervisor.get("/privacy"))
    assert "满 365 天后" in said
    assert "今晚清除 0 件" in said
    clock.at = clock.at.replace(year=2027, day=9)
    assert "30 天内到期 1 件" in read(supervisor.get("/privacy"))
    assert 'href="/privacy"' in supervisor.get("/supervision").get_data(as_text=True)


@pytest.mark.parametrize("login", ["worker_lin", "leader_zhao", "dispatcher_qian", "handler_sun", "admin_wu"])
def test_nobody_but_supervisors_gets_in(client_of, login):
    assert client_of(login).get("/privacy").status_code == 403
    assert client_of(login).post("/privacy/export", data={"number": "20260310-00001"}).status_code == 403


def test_somebody_is_found_without_a_phone_in_any_address(supervisor, store, town, lived):
    outside = Draft("heating", "phone", "暖气不热", lon=122.025, lat=37.015, reporter_phone=PHONE)
    with store.write() as tx:
        hidden = intake.report(tx, town.actors["dispatcher_qian"], outside).number
    page, _keys, address = found(supervisor, "+86 138 1234 5678")
    assert PHONE not in address + page.get_data(as_text=True)
    listed = set(re.findall(r'href="/issues/([\d-]+)"', page.get_data(as_text=True)))
    assert listed == set(lived)
    assert supervisor.post("/privacy/find", data={"q": hidden}).status_code == 404
    assert "没有这位居民" in read(found(supervisor, "13999999999")[0])
    assert supervisor.post("/privacy/find", data={"q": "110"}).status_code == 422


def test_an_export_is_one_archive_and_on_record(supervisor, store):
    _page, keys, _address = found(supervisor)
    answer = supervisor.post("/privacy/export", data=keys)
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.is_streamed  # never whole in memory: it holds all photos
    assert "王阿姨" in zipfile.ZipFile(io.BytesIO(answer.data)).read("person.json").decode()
    answer.close()
    with store.read() as tx:
        acts = tx.session.scalars(
            select(Audit.kind).where(Audit.kind.like("person.%")).order_by(Audit.id)
        ).all()
    assert acts == ["person.find", "person.export"]


def test_erasing_must_be_meant_and_says_what_was_left(supervisor, lived):
    _page, keys, _address = found(supervisor, lived[4])
    assert supervisor.post("/privacy/erase", data=keys).status_code == 422
    answer = supervisor.post("/privacy/erase", data={**keys, "sure": "1"})
    assert answer.status_code == 303
    said = read(supervisor.get(answer.location))
    assert "已清除 1 件事件的个人信息" in said
    assert "5 件未办结，没有清除" in said
    again = supervisor.post("/privacy/erase", data={**keys, "sure": "1", "why": "asked"})
    assert "5 件未办结，只清除了姓名和电话" in read(supervisor.get(again.location))
