"""A file of people makes accounts, roles and duties; once is as good as twice, one fault stops all."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from server.errors import InvalidRows
from server.models import Area, Audit, Department, Duty, Person, RoleGrant
from server.pages.audit_said import said
from server.services import audit, duties, sign_in
from server.services.imports.people import import_people, login_of
from server.services.people import actor_of, system_actor
from server.services.sessions import Device
from server.workflow import Role
from tests.personas import person_named

HEADER = "姓名,登录名,岗位,电话,社区,网格,岗别,开始日期,结束日期,承办单位,口令\n"
FIRST, SECOND, THIRD = "990101001001001", "990101001001002", "990101001001003"


@pytest.fixture
def bring(store, town, tmp_path):
    """Import rows of text as a file of people."""

    def bring(*rows, **options):
        path = tmp_path / "people.csv"
        path.write_text(HEADER + "\n".join(rows) + "\n", encoding="utf-8")
        return import_people(store, system_actor(), path, **options)

    return bring


def counts(store):
    with store.read() as tx:
        return [tx.session.scalar(select(func.count()).select_from(one)) for one in (Person, RoleGrant, Duty)]


def test_a_worker_gets_account_role_and_cells(bring, store, town):
    report = bring(
        f"王芳,wang,网格员,13800000000,文峰社区,{THIRD}、文峰社区第一网格,B,2026-01-01,,,secret-word"
    )
    assert (report.new, report.logins) == (1, (("王芳", "wang"),))
    with store.write() as tx:
        key = person_named(tx, "wang").id
        assert {grant.code for grant in actor_of(tx, key).grants} == {FIRST, THIRD}
        assert duties.cells_of(tx, key, tx.now) == [town.areas[FIRST], town.areas[THIRD]]
    assert sign_in.sign_in(store, "wang", "secret-word", Device()).actor.person_id == key


def test_a_leader_answers_for_the_community(bring, store, town):
    bring("刘洋,liu,网格长,,天隆社区,,,,,,")
    with store.read() as tx:
        key = person_named(tx, "liu").id
        assert duties.on_duty(tx, town.areas["990101001002001"], tx.now).person_id == key


def test_a_handler_belongs_to_a_department_and_is_one_everywhere(bring, store):
    bring("马力,ma,承办人,,,,,,,热力公司,")
    with store.read() as tx:
        actor = actor_of(tx, person_named(tx, "ma").id)
        assert (actor.roles, actor.grants[0].code) == ({Role.HANDLER}, "990101")
        assert actor.department_id is not None


def test_a_department_that_is_not_there_is_made_only_when_asked(bring, store):
    row = "马力,ma,承办人,,,,,,,自来水公司,"
    with pytest.raises(InvalidRows):
        bring(row)
    bring(row, "冯远,feng,承办人,,,,,,,自来水公司,", makes_departments=True)
    with store.read() as tx:
        made = tx.session.query(Department).filter_by(name="自来水公司").one()
        assert {actor_of(tx, person_named(tx, login).id).department_id for login in ("ma", "feng")} == {
            made.id
        }


def test_the_same_file_again_changes_nothing(bring, store):
    rows = (
        f"王芳,,网格员,,,{THIRD},,2026-01-01,2026-12-31,,",
        f"王芳,,网格员,139,,{FIRST},,,,,",
        "刘洋,liu,网格长,,天隆社区,,,,,,",
    )
    first, before = bring(*rows), counts(store)
    again = bring(*rows)
    assert (first.new, first.logins) == (3, (("王芳", "wangfang"), ("王芳", "wangfang2"), ("刘洋", "liu")))
    assert (again.new, again.changed, again.same) == (0, 0, 3)
    assert counts(store) == before


def test_rows_with_one_login_are_one_person(bring, store, town):
    report = bring(f"王芳,wang,网格员,,,{FIRST},A,,,,", f"王芳,wang,网格员,,,{THIRD},B,,,,")
    assert report.new == 1
    with store.read() as tx:
        kinds = tx.session.execute(
            select(Duty.area_id, Duty.kind).where(Duty.person_id == person_named(tx, "wang").id)
        )
        assert set(kinds) == {(town.areas[FIRST], "A"), (town.areas[THIRD], "B")}


def test_cells_named_for_a_known_person_replace_the_ones_before(bring, store, town):
    report = bring(f"何平,worker_he,网格员,,,{FIRST},,,,,")
    assert (report.changed, report.released) == (1, 2)
    with store.read() as tx:
        key = person_named(tx, "worker_he").id
        assert duties.cells_of(tx, key, tx.now) == [town.areas[FIRST]]
        assert [grant.code for grant in actor_of(tx, key).grants] == [FIRST]


def test_a_last_day_is_a_day_on_duty(bring, store, town):
    bring(f"王芳,wang,网格员,,,{THIRD},,2026-03-01,2026-03-10,,")
    with store.read() as tx:
        key = person_named(tx, "wang").id
        last = datetime(2026, 3, 10, 15, 59, tzinfo=UTC)  # 23:59 in Shanghai
        assert duties.cells_of(tx, key, last) == [town.areas[THIRD]]
        assert duties.cells_of(tx, key, last + timedelta(minutes=1)) == []


def test_all_faults_are_told_at_once_and_nothing_is_written(bring, store):
    before = counts(store)
    with pytest.raises(InvalidRows) as refused:
        bring(
            f"王芳,wang,网格员,,,{FIRST},,,,,",
            ",Bad Login!,飞行员,,无此社区,无此网格,C,soon,2026-01-01,无此单位,short",
            "李四,li,网格员,,,,,,,,",
            "赵六,zhao,承办人,,,,,2026-02-01,2026-01-01,,",
        )
    found = {(one.row, one.column) for one in refused.value.faults}
    columns = ("姓名", "登录名", "岗位", "社区", "网格", "岗别", "开始日期", "承办单位", "口令")
    assert {(3, column) for column in columns} <= found
    assert {(4, "网格"), (5, "承办单位"), (5, "结束日期")} <= found
    assert all(one.sentence for one in refused.value.faults)
    assert not any(one.value for one in refused.value.faults if one.column == "口令")
    assert counts(store) == before


def test_a_name_that_several_areas_have_must_be_a_code(bring, store, town):
    with store.write() as tx:
        tx.session.add(Area(code="twin", level="community", name="天隆社区", path="/990101/twin/"))
    with pytest.raises(InvalidRows) as refused:
        bring("刘洋,liu,网格长,,天隆社区,,,,,,")
    assert refused.value.faults[0].code == "area.ambiguous"


def test_a_password_once_set_is_the_persons_own(bring, store):
    bring("林晓,worker_lin,网格员,,文峰社区,,,,,,other-secret")
    assert sign_in.sign_in(store, "worker_lin", "wangge-2026", Device()).actor.login == "worker_lin"


def test_logins_are_made_from_names():
    assert [login_of(name) for name in ("张伟", "Ann O'Neil", "★")] == ["zhangwei", "annoneil", "person"]


def test_the_columns_are_known_by_the_names_of_the_readme(store, town, tmp_path):
    path = tmp_path / "people.csv"
    head = "姓名,岗位,社区,负责的网格,A/B 岗,开始日期,结束日期,口令\n"
    path.write_text(head + f"王芳,网格员,文峰社区,{THIRD},B,2026-01-01,,secret-word\n", encoding="utf-8")
    report = import_people(store, system_actor(), path)
    with store.read() as tx:
        person = person_named(tx, report.logins[0][1])
        duty = tx.session.query(Duty).filter_by(person_id=person.id).one()
        assert (duty.area_id, duty.kind, bool(person.password_hash)) == (town.areas[THIRD], "B", True)


def test_each_role_that_a_file_gives_or_takes_stands_in_the_record(bring, store, town):
    def said_of(*rows):
        with store.read() as tx:
            before = tx.session.scalar(select(func.max(Audit.id))) or 0
        bring(*rows)
        with store.read() as tx:
            keys = tx.session.scalars(select(Audit.id).where(Audit.id > before)).all()
            return [said(act) for act in audit.by_keys(tx, keys)]

    wang = "王芳（wang）"
    assert said_of(f"王芳,wang,网格员,,,{FIRST},A,,,,") == [
        f"增加人员“{wang}”",
        f"给“{wang}”增加岗位：文峰社区第一网格（{FIRST}）网格员",
        "按表“people.csv”导入人员：新增 1 人，更改 0 人，不变 0 人",
    ]
    with store.write() as tx:
        person_named(tx, "wang").is_active = False
    changed = said_of(f"王芳,wang,网格员,13800000000,,{SECOND},A,,,,")
    assert changed[:-1] == [
        f"启用“{wang}”",
        f"修改人员“{wang}”的办公电话",
        f"给“{wang}”增加岗位：文峰社区第二网格（{SECOND}）网格员",
        f"收回“{wang}”的岗位：文峰社区第一网格（{FIRST}）网格员",
    ]
    assert said_of(f"王芳,wang,网格员,13800000000,,{SECOND},A,,,,") == []
