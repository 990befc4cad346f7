"""Files by their content: the same promises on the disk and in a bucket; names made of digests alone."""

import hashlib
import os
import stat
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from server.blobs import Disk, Objects, blobs_of
from server.config import load
from server.db import Store
from server.errors import Busy, NotFound, SetupError, StoreError
from tests import buckets
from tests.buckets import serving

DATA = b"pixels" * 5000
DIGEST = hashlib.sha256(DATA).hexdigest()


def settings(bucket, secret=buckets.SECRET, **more):
    said = {
        "files_url": "s3://photos/wangge/one",
        "files_endpoint": bucket.url,
        "files_region": buckets.REGION,
        "files_key": buckets.KEY,
        "files_secret": secret,
    }
    return load(said | more, environment={})


@pytest.fixture(scope="module")
def bucket():
    with serving() as bucket:
        yield bucket


@pytest.fixture(params=["disk", "s3"])
def blobs(request, tmp_path):
    """An empty store of files, of either kind."""
    if request.param == "disk":
        return Disk(tmp_path / "files")
    bucket = request.getfixturevalue("bucket")
    bucket.objects.clear()
    return Objects(settings(bucket))


def test_what_is_put_is_got_by_its_digest_until_it_is_deleted(blobs):
    assert blobs.put(DATA) == blobs.put(DATA) == DIGEST
    assert blobs.has(DIGEST)
    assert blobs.get(DIGEST) == DATA
    other = blobs.put(b"")
    kept = dict(blobs.kept())
    assert sorted(kept) == sorted([DIGEST, other])
    assert abs(kept[DIGEST] - datetime.now(UTC)) < timedelta(minutes=1)
    blobs.delete(DIGEST)
    blobs.delete(DIGEST)
    assert not blobs.has(DIGEST)
    assert [digest for digest, _ in blobs.kept()] == [other]
    with pytest.raises(NotFound):
        blobs.get(DIGEST)


@pytest.mark.parametrize(
    "name", ["", "../../etc/passwd", "a" * 63, "A" * 64, "a" * 64 + "\n", "a" * 63 + "/"]
)
def test_a_name_that_is_no_digest_is_no_file(blobs, name):
    for ask in (blobs.get, blobs.has, blobs.delete):
        with pytest.raises(NotFound):
            ask(name)


def test_files_on_the_disk_are_their_owners_alone(tmp_path):
    blobs = Disk(tmp_path / "files")
    blobs.put(DATA)
    path = tmp_path / "files" / DIGEST[:2] / DIGEST
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert {stat.S_IMODE(one.stat().st_mode) for one in (path.parent, path.parent.parent)} == {0o700}


def test_a_damaged_file_is_healed_by_putting_it_again_and_a_draft_is_no_file(tmp_path):
    blobs = Disk(tmp_path / "files")
    blobs.put(DATA)
    path = tmp_path / "files" / DIGEST[:2] / DIGEST
    path.write_bytes(b"half")
    (path.parent / f".{DIGEST[:16]}.1.ab").write_bytes(b"draft")
    blobs.put(DATA)
    assert path.read_bytes() == DATA
    assert [digest for digest, _ in blobs.kept()] == [DIGEST]


def test_every_request_to_a_bucket_is_signed_and_stays_under_its_prefix(bucket):
    bucket.objects.clear()
    bucket.asked.clear()
    before = bucket.refused
    blobs = Objects(settings(bucket))
    blobs.put(DATA)
    assert list(bucket.objects) == [f"wangge/one/{DIGEST[:2]}/{DIGEST}"]
    assert blobs.has(DIGEST)
    assert list(blobs.kept())
    blobs.delete(DIGEST)
    assert {method for method, _ in bucket.asked} == {"PUT", "HEAD", "GET", "POST"}
    assert bucket.refused == before


def test_a_bucket_that_refuses_or_is_not_there_is_said_so_without_its_secrets(bucket):
    for config in (settings(bucket, "wrong-secret"), settings(bucket, files_url="s3://elsewhere")):
        blobs = Objects(config)
        with pytest.raises(Busy) as refused:
            blobs.put(DATA)
        assert refused.value.code == "files.unreachable"
        assert "secret" not in str(refused.value)
        assert refused.value.__cause__ is None
    assert bucket.refused


def test_without_its_extra_a_bucket_is_refused_in_one_sentence(bucket, monkeypatch):
    monkeypatch.setitem(sys.modules, "obstore", None)
    with pytest.raises(SetupError) as refused:
        Objects(settings(bucket))
    assert refused.value.code == "files.extra"


def test_the_setting_chooses_where_files_lie(tmp_path, bucket):
    plain = Store(load({"dir": str(tmp_path)}, environment={}))
    away = Store(settings(bucket, dir=str(tmp_path)))
    assert isinstance(blobs_of(plain), Disk)
    assert blobs_of(plain).put(DATA) == DIGEST
    assert Path(tmp_path, "files", DIGEST[:2], DIGEST).is_file()
    assert isinstance(blobs_of(away), Objects)
    assert blobs_of(away) is blobs_of(away)
    for one in (plain, away):
        one.close()


@pytest.mark.parametrize(
    ("name", "value"),
    [("files_url", "/srv/files"), ("files_url", "s3://"), ("files_url", "s3://key:secret@photos"),
     ("files_endpoint", "ftp://x"), ("files_endpoint", "http://key:secret@host")],
)  # fmt: skip
def test_an_address_that_cannot_be_one_stops_the_start(name, value):
    with pytest.raises(SetupError):
        load({name: value}, environment={})


def test_a_full_disk_leaves_no_draft(tmp_path, monkeypatch):
    def full(_handle):
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError):
        Disk(tmp_path / "files").put(DATA)
    assert not [path for path in (tmp_path / "files").rglob("*") if path.is_file()]
