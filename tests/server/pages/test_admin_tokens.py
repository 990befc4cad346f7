"""The page of tokens: made for programs and shown once, revoked after a question."""

import re

import pytest

from server.services import tokens
from server.services.tokens import TokenWish
from tests.server.pages.test_admin import follow, said

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PROGRAM = {"login": "big_screen", "name": "大屏", "role": "supervisor", "area": "990101001", "program": "1"}
FORM = {"login": "big_screen", "name": "街道大屏", "scopes": ["read"], "days": "30"}


@pytest.fixture
def wu(client_of):
    return client_of("admin_wu")


def test_a_token_is_made_for_a_program_shown_once_and_works(wu, app):
    assert "还没有程序账号" in said(wu.get("/admin/tokens"))
    wu.post("/admin/new-person", data=PROGRAM)
    answer = wu.post("/admin/tokens", data=FORM)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    secret = re.search(r'value="(wg_[\w-]{30,})"', answer.text)[1]
    for path in ("/admin/tokens", "/admin/people/big_screen", "/admin/audit", "/admin"):
        assert secret not in wu.get(path).text
    bearer = {"Authorization": f"Bearer {secret}"}
    assert app.test_client().get("/api/v1/issues", headers=bearer).status_code == 200
    key = re.search(r"/admin/tokens/(\d+)/revoke", wu.get("/admin/tokens").text)[1]
    assert "确认撤销" in said(wu.get(f"/admin/tokens/{key}/revoke"))
    assert "撤销“大屏（big_screen）”的令牌" in follow(wu, wu.post(f"/admin/tokens/{key}/revoke"))
    assert app.test_client().get("/api/v1/issues", headers=bearer).status_code == 401
    assert "已撤销" in said(wu.get("/admin/tokens?all=1"))


def test_none_is_made_for_a_person_and_the_page_says_why(store, town, wu):
    refused = wu.post("/admin/tokens", data={**FORM, "login": "worker_lin"})
    assert (refused.status_code, "由本人在“我的账号”里制作" in said(refused)) == (403, True)
    own = wu.post("/admin/tokens", data={**FORM, "login": "admin_wu"})
    assert own.status_code == 403, "one's own are made where the password is asked for"
    wu.post("/admin/new-person", data=PROGRAM)
    for wrong in ({"days": "0"}, {"days": ""}, {"scopes": []}, {"scopes": ["fly"]}, {"name": " "}):
        assert wu.post("/admin/tokens", data={**FORM, **wrong}).status_code in (403, 422), wrong
    assert wu.post("/admin/tokens", data={**FORM, "login": "nobody"}).status_code == 404
    assert (
        wu.get("/admin/tokens/99/revoke").status_code == wu.post("/admin/tokens/99/revoke").status_code == 404
    )


def test_a_persons_own_token_is_listed_and_may_be_revoked(store, town, wu):
    with store.write() as tx:
        tokens.issue(tx, town.actors["worker_lin"], "worker_lin", TokenWish("平板", ("read",)))
        [view] = tokens.own(tx, town.people["worker_lin"])
    assert "林晓" in said(wu.get("/admin/tokens"))
    assert "撤销“林晓（worker_lin）”的令牌" in follow(wu, wu.post(f"/admin/tokens/{view.id}/revoke"))
