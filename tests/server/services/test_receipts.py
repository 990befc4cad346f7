"""What somebody is told of a new issue without reading it back equals what is read back."""

from dataclasses import fields

import pytest

from server.api.telling import issue_told
from server.services import intake, issues, receipts
from server.services.drafts import Draft

DRAFTS = {
    "in a cell": Draft("heating", "phone", "暖气不热，电话13812345678", lon=122.015, lat=37.015),
    "on a border": Draft("heating", "patrol", "x", lon=122.01, lat=37.015, accuracy_m=30),
    "in the worker's own cell": Draft(
        "gas_smell", "hotline", "燃气味", lon=122.014, lat=37.014, external_number="12"
    ),
    "outside": Draft("fire_door", "online", "门坏了", lon=122.5, lat=37.5, reporter_name="王五"),
    "near": Draft("dogs", "visit", "狗", lon=122.0, lat=36.9998, place_text="锦华小区 3 幢 501 室"),
    "nobody on duty": Draft("dogs", "phone", "狗", lon=122.025, lat=37.005, urgent=True),
}


@pytest.mark.parametrize("login", ["dispatcher_qian", "worker_lin"])
@pytest.mark.parametrize("draft", DRAFTS.values(), ids=list(DRAFTS))
def test_a_receipt_says_what_a_reading_says(store, town, draft, login):
    actor = town.actors[login]
    with store.write() as tx:
        receipt = intake.report(tx, actor, draft)
        seen, brief = receipts.seen(tx, actor, draft, receipt)
        tx.session.expire_all()
        read = issues.one(tx, actor, receipt.number)
        assert issue_told(tx, seen, brief) == issue_told(tx, read)
        for field in fields(read):
            if field.name != "issue":
                assert getattr(seen, field.name) == getattr(read, field.name), field.name
        for column in type(read.issue).__table__.columns:
            assert getattr(seen.issue, column.name) == getattr(read.issue, column.name), column.name
