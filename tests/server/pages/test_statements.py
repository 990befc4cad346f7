"""No page asks the database once a row: the same number of statements for three issues and for thirty."""

import pytest

from server.services import intake, issues
from server.services.drafts import Draft
from tests.statements import counted

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PAGES = {
    "list": ("/issues?state=open&sort=due", "leader_zhao", 30),
    "triage": ("/triage", "dispatcher_qian", 50),
    "desk": ("/", "supervisor_li", 35),
    "chosen for many": ("/issues/bulk?action=note&{numbers}", "leader_zhao", 25),
}


@pytest.fixture
def report(store, town):
    """Report issues in a cell with a worker and in one without; gives their numbers."""

    def report(count):
        spots = [(122.015, 37.015), (122.025, 37.005)] * count
        with store.write() as tx:
            drafts = [Draft("heating", "phone", "请处理", lon=x, lat=y) for x, y in spots]
            return [one.number for one in intake.report_many(tx, town.actors["dispatcher_qian"], drafts)]

    return report


def asked(store, client, path):
    client.get(path)  # what a process keeps is read now
    with counted(store) as sent:
        assert client.get(path).status_code == 200
    return len(sent)


@pytest.mark.parametrize(("path", "login", "most"), PAGES.values(), ids=PAGES)
def test_a_page_asks_as_much_for_many_rows_as_for_few(path, login, most, store, client_of, report):
    client, numbers = client_of(login), report(2)
    few = asked(store, client, path.format(numbers="&".join(f"n={one}" for one in numbers)))
    numbers += report(15)
    many = asked(store, client, path.format(numbers="&".join(f"n={one}" for one in numbers)))
    assert few == many <= most


def test_an_issue_with_a_long_log_asks_no_more_than_one_with_a_short_one(store, town, client_of, report):
    number = report(1)[0]
    client = client_of("leader_zhao")

    def note(times):
        with store.write() as tx:
            for _ in range(times):
                issues.act(tx, town.actors["leader_zhao"], number, "note", {"text": "已电话核实"})

    note(1)
    few = asked(store, client, f"/issues/{number}")
    note(12)
    assert asked(store, client, f"/issues/{number}") == few <= 50
