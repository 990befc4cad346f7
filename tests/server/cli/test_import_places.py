"""``wangge import places``: taken in whole with a word on what lies outside, or refused with every fault."""

GOOD = "名称,经度,纬度\n海悦花园,122.015,37.015\n海角亭,120,30\n"


def test_places_are_taken_in_and_those_in_no_cell_are_named(wangge, town, tmp_path):
    path = tmp_path / "places.csv"
    path.write_text(GOOD, "utf-8")
    done = wangge("import", "places", path)
    assert done.exit_code == 0, done.output
    for words in ("新增 2 处", "第 3 行“海角亭”不在任何网格内", "共 1 处"):
        assert words in done.output
    path.write_text("名称,经度,纬度\n海悦花园,222,37.015\n", "utf-8")
    refused = wangge("import", "places", path)
    assert refused.exit_code == 1
    assert "第 2 行“经度”（222）" in refused.output
