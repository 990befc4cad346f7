"""Backups that are damaged, hostile or too new: refused whole, and nothing is written."""

import hashlib
import zipfile

import pytest

from server.config import load
from server.db import Store
from server.errors import InputError
from server.services.archives import KEYS, opened
from server.services.backup import back_up
from tests.server.services.archiving import facts_of, refuse, rewritten
from tests.stores import empty_sqlite


def _other_keys(manifest, members):
    members[KEYS] = members[KEYS].replace(b"a", b"b")


def _out_of_the_folder(manifest, members):
    return [("../../etc/cron.d/x", b"x")]


def _a_link(manifest, members):
    link = zipfile.ZipInfo(KEYS)
    link.external_attr = 0o120777 << 16
    manifest["keys"] = facts_of(b"/etc/shadow")
    del members[KEYS]
    return [(link, b"/etc/shadow")]


def _a_bomb(manifest, members):
    members["tables/mark.jsonl"] = b"0" * (1 << 25)
    manifest["tables"]["mark"] |= facts_of(members["tables/mark.jsonl"])


def _an_unknown_table(manifest, members):
    members["tables/sqlite_master.jsonl"] = b""
    manifest["tables"]["sqlite_master"] = {"columns": ["sql"], "rows": 0, **facts_of(b"")}


def _an_unknown_column(manifest, members):
    manifest["tables"]["mark"]["columns"] = ['name" ) VALUES (1); --', "value"]


def _no_keys(manifest, members):
    del members[KEYS]


def _a_file_under_another_digest(manifest, members):
    members[f"files/{'0' * 64}"] = b"x"
    manifest["files"] = {"count": 1, "bytes": 1}


def _a_file_that_is_not_told_of(manifest, members):
    members[f"files/{hashlib.sha256(b'x').hexdigest()}"] = b"x"


def _a_file_out_of_the_folder(manifest, members):
    members["files/../../etc/cron.d/x"] = b"x"
    manifest["files"] = {"count": 1, "bytes": 1}


def _a_file_that_swells(manifest, members):
    data = bytes(1 << 25)
    members[f"files/{hashlib.sha256(data).hexdigest()}"] = data
    manifest["files"] = {"count": 1, "bytes": len(data)}


def _no_tables(manifest, members):
    manifest["tables"] = []


def _rows_that_no_table_takes(manifest, members):
    members["tables/mark.jsonl"] = b'["x",{"a":1},3]\n'
    manifest["tables"]["mark"] |= facts_of(members["tables/mark.jsonl"])


def _a_row_of_nothing(manifest, members):
    members["tables/mark.jsonl"] = b"[null,null]\n"
    manifest["tables"]["mark"] |= facts_of(members["tables/mark.jsonl"])


HOSTILE = (_rows_that_no_table_takes, _a_row_of_nothing, _other_keys, _out_of_the_folder, _a_link, _a_bomb, _an_unknown_table, _an_unknown_column, _no_keys,
           _no_tables, _a_file_under_another_digest, _a_file_that_is_not_told_of, _a_file_out_of_the_folder, _a_file_that_swells)  # fmt: skip


@pytest.fixture(scope="module")
def small(sqlite_template, tmp_path_factory):
    """A backup of an empty store."""
    folder = tmp_path_factory.mktemp("small")
    store = Store(
        load({"dir": str(folder), "database_url": empty_sqlite(sqlite_template, folder)}, environment={})
    )
    back_up(store, folder / "all.zip")
    store.close()
    return (folder / "all.zip").read_bytes()


@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda one: one.__name__)
def test_a_hostile_backup_is_refused_and_nothing_is_written(small, place, tmp_path, hostile):
    path = tmp_path / "all.zip"
    path.write_bytes(small)
    rewritten(path, hostile)
    before = {*tmp_path.rglob("*")}
    assert refuse(path, place) == "backup.damaged"
    assert {*tmp_path.rglob("*")} == before


@pytest.mark.parametrize("share", [0, 0.3, 0.99])
def test_a_truncated_backup_is_refused(small, place, tmp_path, share):
    (tmp_path / "all.zip").write_bytes(small[: int(len(small) * share)])
    assert refuse(tmp_path / "all.zip", place) == "backup.damaged"


def test_a_changed_byte_is_noticed(small, place, tmp_path):
    at = small.index(KEYS.encode()) + 40
    (tmp_path / "all.zip").write_bytes(small[:at] + bytes([small[at] ^ 1]) + small[at + 1 :])
    assert refuse(tmp_path / "all.zip", place) == "backup.damaged"


@pytest.mark.parametrize(("name", "code"), [("format", "backup.newer"), ("revision", "store.newer")])
def test_a_backup_of_a_newer_version_is_refused(small, place, tmp_path, name, code):
    (tmp_path / "all.zip").write_bytes(small)
    rewritten(tmp_path / "all.zip", lambda manifest, _members: manifest.update({name: 9999}))
    assert refuse(tmp_path / "all.zip", place) == code


def test_a_backup_without_its_file_says_so(place, tmp_path):
    with pytest.raises(InputError) as refused, opened(tmp_path / "none.zip"):
        pass
    assert refused.value.code == "file.missing"
