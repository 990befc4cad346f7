"""Nothing about a resident lies about in clear: not in any table, not in the file, not in any log.

A report with a name, a phone and a room that are found nowhere else goes through everything that touches it.
"""

import logging

from sqlalchemy import func, select, text

from server.jobs.rounds import each_once
from server.models import Base, PrivateText

NAME, PHONE, CARD, ROOM = "欧阳雪琴", "13698765432", "37108219561231002X", "2403"
SECRETS = (NAME, PHONE, CARD, f"{ROOM}室", "136-9876-5432", "136****5432")
SAID = f"{NAME}住西苑小区7幢2单元{ROOM}室，身份证{CARD}，电话136-9876-5432，说暖气不热，{NAME}很着急"
REPORT = {
    "category": "heating", "source": "phone", "description": SAID, "lon": 122.015, "lat": 37.015,
    "place_text": f"西苑小区7幢2单元{ROOM}室", "reporter_name": NAME, "reporter_phone": PHONE,
}  # fmt: skip


def rows_in_clear(store):
    """Every value of every table as text, and on SQLite every byte of the files beside."""
    with store.engine.connect() as connection:
        if store.on_sqlite:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            files = b"".join(path.read_bytes() for path in sorted(store.folder.glob("wangge.db*")))
            return files.decode("utf-8", "ignore")
        return "".join(
            str(row[0])
            for table in Base.metadata.sorted_tables
            for row in connection.execute(text(f'SELECT t::text FROM "{table.name}" t'))
        )


def act(client, number, action, **given):
    return client.post(f"/api/v1/issues/{number}/actions", json={"action": action, **given})


def test_no_word_about_a_resident_is_kept_or_logged_in_clear(store, town, client_of, caplog):
    caplog.set_level(logging.DEBUG)
    dispatcher, worker, supervisor = map(client_of, ("dispatcher_qian", "worker_lin", "supervisor_li"))
    made = dispatcher.post("/api/v1/issues", json=REPORT, headers={"Idempotency-Key": "once"})
    assert made.status_code == 201, made.get_data(as_text=True)
    number = made.get_json()["number"]
    taken = act(worker, number, "take")
    assert taken.status_code == 200, taken.get_data(as_text=True)
    done = act(worker, number, "finish", outcome=f"给{NAME}（{PHONE}）家换了阀门", quantity=1, unit="个")
    assert done.status_code == 200, done.get_data(as_text=True)
    for path in (
        f"/issues/{number}",
        "/api/v1/issues.csv",
        "/api/v1/issues",
        "/issues?state=open",
        "/privacy",
    ):
        assert supervisor.get(path).status_code == 200, path
    assert NAME not in supervisor.get("/api/v1/issues.csv").get_data(as_text=True)
    location = supervisor.post("/privacy/find", data={"q": PHONE}).location
    assert number in supervisor.get(location).get_data(as_text=True)
    exported = supervisor.post("/privacy/export", data={"number": number})
    assert exported.status_code == 200
    exported.close()
    refused = dispatcher.post("/api/v1/issues", json={**REPORT, "category": NAME, "lon": 500})
    assert refused.status_code == 422
    assert worker.post("/privacy/find", data={"q": PHONE}).status_code == 403
    each_once(store)
    kept = rows_in_clear(store)
    assert number in kept
    assert [one for one in SECRETS if one in kept] == []
    assert [one for one in SECRETS if one in caplog.text] == []
    with store.read() as tx:
        assert tx.session.scalar(select(func.count()).select_from(PrivateText)) == 5
