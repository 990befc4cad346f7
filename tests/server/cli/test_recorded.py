"""What commands hand out stands in the record before it is handed out."""

import pytest
from sqlalchemy import select

from server.models import Audit
from server.pages.audit_said import said
from server.services import audit

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def exports(store):
    """Read the exports of the record as they are said, oldest first."""

    def read():
        with store.read() as tx:
            keys = tx.session.scalars(select(Audit.id).where(Audit.kind == "export")).all()
            return [said(act) for act in audit.by_keys(tx, keys)]

    return read


def test_an_export_names_whose_view_it_is_and_stands_there_though_the_file_fails(
    wangge, town, exports, tmp_path
):
    nowhere = tmp_path / "nowhere" / "a.csv"
    done = wangge("export", "issues", "-o", nowhere, "--q", "王阿姨", "--as", "supervisor_li")
    assert (done.exit_code, nowhere.exists()) == (1, False)
    assert wangge("export", "issues", "-o", tmp_path / "a.csv").exit_code == 0
    assert wangge("export", "hotspots", "-o", tmp_path / "h.geojson", "--units", "cells").exit_code == 0
    assert wangge("export", "issues", "-o", tmp_path / "b.csv", "--state", "no").exit_code == 1
    assert wangge("export", "issues", "-o", tmp_path / "b.csv", "--area", "no").exit_code == 1
    assert exports() == [
        "用命令按“李岚（supervisor_li）”看得到的范围导出事件（CSV），条件：q=…",
        "导出事件（CSV），0 条，条件：无",
        "导出热点（GEOJSON），0 条，条件：units=cells",
    ]


def test_a_backup_stands_in_the_record(wangge, town, exports, tmp_path):
    assert wangge("backup", tmp_path / "all.zip").exit_code == 0
    assert wangge("backup", tmp_path / "all.zip").exit_code == 1
    assert exports() == ["导出全部数据和密钥（备份），文件“all.zip”"]
