"""The files of photos in a backup, and what doctor says of them."""

import zipfile

import pytest
from sqlalchemy import select

from server.blobs import blobs_of
from server.models import Attachment, Issue
from server.services.attachments import attach, purge, take_in
from server.services.backup import back_up
from server.services.checkup import examine
from server.services.restore import restore
from tests.pictures import drawn, sent
from tests.server.services.archiving import facts_of, refuse, rewritten


@pytest.fixture
def pictured(store, town, lived):
    """Photos of two issues, of which those of the second were purged; what is left of them."""
    taken = take_in(store, [sent(picture=drawn(colour=(shade, 90, 30))) for shade in (10, 90, 170)])
    with store.write() as tx:
        for number, photos in zip(lived[:2], (taken[:2], taken[2:]), strict=True):
            attach(tx, town.actors["leader_zhao"], number, "before", photos)
        key = tx.session.scalars(select(Issue.id).where(Issue.number == lived[1])).one()
        purge(tx, [key])
    return taken[:2]


def test_the_files_of_photos_go_with_a_backup_and_those_of_purged_ones_do_not(
    store, pictured, place, tmp_path
):
    saved = back_up(store, tmp_path / "all.zip")
    names = {digest for one in pictured for digest in (one.digest, one.thumb)}
    with zipfile.ZipFile(saved.path) as file:
        assert {name[6:] for name in file.namelist() if name.startswith("files/")} == names
    config, open_it = place("sqlite")
    back = restore(saved.path, config)
    assert back.files == saved.files == len(names)
    other = open_it()
    assert dict(blobs_of(other).kept()).keys() == names
    assert blobs_of(other).get(pictured[0].digest) == pictured[0].photo.data
    with other.read() as tx:
        assert examine(tx, 100).complaints == ()


def test_what_the_store_has_in_place_of_shipped_files_goes_along(store, place, tmp_path):
    own = {"rates.csv": b"rate,part\n", "bulletin.docx": b"PK", "evaluations.toml": b"# ours\n"}
    for name, data in {**own, "notes.txt": b"not ours"}.items():
        (store.folder / name).write_bytes(data)
    path = back_up(store, tmp_path / "all.zip").path
    config, open_it = place("sqlite")
    restore(path, config)
    folder = open_it().folder
    assert {name: (folder / name).read_bytes() for name in own} == own
    assert not (folder / "notes.txt").exists()


def test_own_files_of_other_names_are_refused(store, place, tmp_path):
    def change(manifest, members):
        manifest["own"] = {"../keys.json": facts_of(b"")}
        members["own/../keys.json"] = b""

    path = back_up(store, tmp_path / "all.zip").path
    rewritten(path, change)
    assert refuse(path, place) == "backup.damaged"


def test_a_file_that_was_changed_in_a_backup_is_noticed(store, pictured, place, tmp_path):
    path = back_up(store, tmp_path / "all.zip").path
    raw, data = path.read_bytes(), pictured[0].photo.data
    at = raw.index(data) + len(data) // 2
    path.write_bytes(raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :])
    assert refuse(path, place) == "backup.damaged"


def test_doctor_names_a_photo_whose_file_is_gone_changed_or_told_otherwise(store, town, pictured):
    def complaints():
        with store.read() as tx:
            return sorted(one.code for one in examine(tx, 100).complaints)

    assert complaints() == []
    one, other = pictured
    blobs_of(store).delete(one.thumb)
    path = store.folder / "files" / other.digest[:2] / other.digest
    path.write_bytes(b"other")
    assert complaints() == ["doctor.photo_damaged", "doctor.photo_missing"]
    with store.write() as tx:
        row = tx.session.scalars(select(Attachment).where(Attachment.digest == one.digest)).one()
        row.digest = other.digest
    assert "doctor.photo_entry" in complaints()
