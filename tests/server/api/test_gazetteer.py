"""Places by name over HTTP: what the entry form suggests."""

from server.services import gazetteer
from server.services.gazetteer import NewPlace

API = "/api/v1/places"


def test_a_place_is_found_by_name_and_by_position_with_its_cell(client_of, store):
    with store.write() as tx:
        gazetteer.keep(tx, [NewPlace("1", "文峰小区3幢", "building", "文峰路1号3幢", 122.015, 37.015)])
    qian = client_of("dispatcher_qian")
    (found,) = qian.get(API, query_string={"q": "文峰小区 3#楼"}).get_json()["items"]
    assert found["kind"] == {"code": "building", "name": "楼幢"}
    assert found["cell"] == {"code": "990101001001008", "name": "文峰社区第八网格"}
    assert (found["match"], found["distance_m"]) == ("exact", None)
    (near,) = qian.get(f"{API}?lon=122.0151&lat=37.015").get_json()["items"]
    assert (near["ref"], near["match"], round(near["distance_m"])) == (found["ref"], "near", 9)
    assert qian.get(f"{API}?lon=122").status_code == 422
    assert client_of("admin_wu").get(API).status_code == 403
