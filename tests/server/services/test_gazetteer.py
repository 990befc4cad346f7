"""Places are found as people say them: by name, number, pinyin, and in spite of a slip of the pen."""

import pytest

from server.errors import InputError, InvalidRows
from server.services import gazetteer
from server.services.gazetteer import NewPlace
from server.services.imports.places import import_places
from server.services.people import system_actor
from server.services.place_names import kind_of, plain

EIGHTH = ("990101001001008", "文峰社区第八网格")
HEADER = "名称,类型,地址,经度,纬度,编号\n"
SPELLINGS = ("文峰小区3号楼", "文峰小区 3 号楼", "文峰小区3#楼", "文峰小区３号楼", "文峰小区3幢", "文峰小区三栋",
             "文峰小区3#", "文峰路1号文峰小区3号楼", "文峰小区3号楼2单元501", "wfxq3hl", "wenfengxiaoqu3hao")  # fmt: skip


def building(name, lon, lat, address=""):
    return NewPlace(name, name, kind_of(name), address or name, lon, lat)


PLACES = (
    building("文峰小区", 122.0150, 37.0150),
    *(building(f"文峰小区{n}号楼", 122.0150 + n / 10_000, 37.0150, f"文峰路1号文峰小区{n}号楼") for n in range(1, 14)),
    building("时代嘉园3幢", 122.005, 37.005, "文峰社区时代嘉园3幢"),
    building("文峰路", 122.012, 37.012),
    building("东门小区", 122.025, 37.015),
)  # fmt: skip


@pytest.fixture
def names(store, town):
    """A store that knows a few places."""
    with store.write() as tx:
        gazetteer.keep(tx, PLACES)
    return store


@pytest.fixture
def search(names, town):
    """Search as a person of the small town."""

    def ask(words, login="dispatcher_qian", **how):
        with names.read() as tx:
            return gazetteer.find(tx, town.actors[login], words, **how)

    return ask


def test_a_building_is_found_however_it_is_written(search):
    for words in SPELLINGS:
        assert search(words)[0].name == "文峰小区3号楼", words


def test_a_slip_of_the_pen_still_finds_it(search):
    found = search("文锋小区3号楼")
    assert (found[0].name, found[0].match) == ("文峰小区3号楼", "similar")


def test_an_exact_name_comes_before_what_begins_with_it_and_before_what_holds_it(search):
    matches = [one.match for one in search("文峰小区", limit=20)]
    assert matches[:2] == ["exact", "prefix"]
    assert search("文峰小区1号楼")[0].match == "exact"
    assert "文峰小区11号楼" not in [one.name for one in search("1号楼", limit=20) if one.match != "similar"]


def test_a_place_comes_with_its_cell(search):
    assert search("文峰小区3号楼")[0].cell == EIGHTH
    assert search("时代嘉园3栋")[0].cell == ("990101001001001", "文峰社区第一网格")


def test_a_cell_is_found_by_code_name_and_pinyin_with_a_point_inside(search):
    for words in (EIGHTH[0], EIGHTH[1], "文峰社区第8网格", "wfsqdb", "第八网格"):
        found = search(words)[0]
        assert (found.ref, found.cell) == (f"cell:{EIGHTH[0]}", EIGHTH), words
        assert 122.01 < found.lon < 122.02
        assert 37.01 < found.lat < 37.02


def test_cells_elsewhere_are_not_found_but_places_are_and_come_last(search):
    assert "cell:990101002001001" not in [one.ref for one in search("东门社区第一网格")]
    assert search("东门小区")[0].name == "东门小区"
    assert [one.name for one in search("小区", limit=20)][-1] == "东门小区"
    assert search("小区", "outsider", limit=20)[0].name == "东门小区"


def test_of_equal_names_the_nearer_comes_first_and_without_words_what_lies_around(search):
    here = (122.0158, 37.0150)
    assert search("文峰小区1", near=here)[0].name == "文峰小区10号楼"
    around = search("", near=here, limit=3)
    assert [one.name for one in around] == ["文峰小区8号楼", "文峰小区7号楼", "文峰小区9号楼"]
    assert around[0].distance_m == pytest.approx(0.0, abs=0.1)
    assert search("", near=(122.1, 37.1)) == []
    assert search(" ") == []


def test_a_reference_leads_back_to_its_place(search, names, town):
    found = search("文峰小区3号楼")[0]
    with names.read() as tx:
        again = gazetteer.spot(tx, town.actors["worker_lin"], found.ref)
        assert (again.name, again.cell) == (found.name, EIGHTH)
        for gone in ("place:999", "cell:990101002001001", "x"):
            with pytest.raises(InputError, match=r"gazetteer\.unknown"):
                gazetteer.spot(tx, town.actors["worker_lin"], gone)


def test_numerals_and_signs_have_one_spelling():
    assert plain("１２＃ 楼") == plain("十二幢") == plain("12号楼") == "12号楼"
    assert plain("第二十一网格") == "第21网格"
    assert plain("三里桥") == "三里桥"


@pytest.fixture
def bring(store, town, tmp_path):
    """Import rows of text as a file of places."""

    def bring(*rows, **options):
        path = tmp_path / "places.csv"
        path.write_text(HEADER + "\n".join(rows) + "\n", encoding="utf-8")
        return import_places(store, system_actor(), path, **options)

    return bring


def test_a_file_of_places_is_taken_in_once_and_changed_by_its_keys(bring, search):
    rows = ("海悦花园,小区,文峰路5号,122.015,37.015,A1", "海悦花园1幢,,,122.0151,37.015,A2")
    assert bring(*rows).new == 2
    assert bring(*rows).same == 2
    changed = bring("海悦花园二期,小区,文峰路5号,122.015,37.015,A1")
    assert (changed.new, changed.changed) == (0, 1)
    assert [one.kind for one in search("海悦花园", limit=2)] == ["compound", "building"]
    assert search("海悦花园二期")[0].match == "exact"


def test_every_fault_of_a_file_is_named_and_nothing_is_written(bring, search):
    with pytest.raises(InvalidRows) as refused:
        bring(
            "甲楼,楼幢,,312,37,1",
            "乙楼,飞船,,122,37,2",
            ",小区,,122,37,3",
            "丙楼,,,122,37,4",
            "丁楼,,,122,37,4",
            "戊楼,,,x,37,5",
        )
    told = [(one.row, one.code) for one in refused.value.faults]
    assert told == [
        (2, "coordinate.out_of_range"),
        (3, "gazetteer.kind"),
        (4, "field.missing"),
        (6, "gazetteer.twice"),
        (7, "number.invalid"),
    ]
    assert search("丙楼") == []


def test_positions_in_another_system_are_converted_and_those_outside_are_told(bring, search):
    report = bring("海角亭,地点,,500000,4096000,1", crs="EPSG:4549")
    assert report.outside == ((2, "海角亭"),)
    assert search("海角亭")[0].lon == pytest.approx(120.0)
