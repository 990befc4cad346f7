"""The pages about areas: the tree, one area, one added, one retired."""

import re

import pytest

from tests.server.pages.test_admin import follow, said

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def wu(client_of):
    return client_of("admin_wu")


def test_the_tree_counts_cells_and_leads_to_each_area(wu):
    page = wu.get("/admin/areas")
    rows = re.findall(r'<tr class="depth-(\d) level-(\w+)">\s*<td><a href="([^"]+)">([^<]+)<', page.text)
    assert [row[3] for row in rows] == ["示范区", "西苑街道", "文峰社区", "天隆社区", "西街道", "东门社区"]
    assert rows[2] == ("2", "community", "/admin/areas/990101001001", "文峰社区")
    assert "wangge import cells" in page.text
    for _depth, _level, address, name in rows:
        assert name in said(wu.get(address))


def test_an_area_is_renamed_and_a_cell_told_its_households(wu):
    page = wu.post("/admin/areas/990101001001", data={"name": "文峰里社区", "households": "1600"})
    assert "把区域“文峰社区”（990101001001）改名为“文峰里社区”" in follow(wu, page)
    page = wu.post(
        "/admin/areas/990101001001008", data={"name": "文峰社区第八网格", "kind": "", "households": "420"}
    )
    assert "修改区域“文峰社区第八网格”（990101001001008）的户数" in follow(wu, page)
    assert "文峰里社区" in wu.get("/areas").text
    refused = wu.post("/admin/areas/990101001001", data={"name": "文峰里社区", "households": "很多"})
    assert (refused.status_code, "“户数”填了 很多" in said(refused), 'value="很多"' in refused.text) == (
        422,
        True,
        True,
    )


def test_a_community_is_added_and_retired(wu):
    form = {"press": "add", "code": "990101001009", "name": "新建社区", "households": "0"}
    assert "增加社区“新建社区”（990101001009）" in follow(wu, wu.post("/admin/areas/990101001", data=form))
    again = wu.post("/admin/areas/990101001", data={**form, "name": "又一社区"})
    assert (again.status_code, 'value="又一社区"' in again.text) == (422, True)
    assert "撤销社区“新建社区”" in follow(wu, wu.post("/admin/areas/990101001009", data={"press": "retire"}))
    assert wu.get("/admin/areas/990101001009").status_code == 404
    busy = wu.post("/admin/areas/990101001", data={"press": "retire"})
    assert (busy.status_code, "下面还有 2 个区域" in said(busy)) == (409, True)


def test_what_is_not_ones_own_is_absent_and_cells_are_neither_added_nor_retired(app, wu, client_of):
    assert wu.get("/admin/areas/nowhere").status_code == 404
    for data in ({"press": "add", "code": "x", "name": "x"}, {"press": "retire"}):
        assert wu.post("/admin/areas/990101001001008", data=data).status_code in (409, 422)
    assert "撤销这个区域" not in wu.get("/admin/areas/990101001001008").text
    app.testing = False
    assert client_of("supervisor_li").get("/admin/areas").status_code == 403
