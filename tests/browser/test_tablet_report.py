"""Reporting on the spot in a real browser: few taps, with and without a network, and never twice."""

import io
import time

import pytest
from PIL import Image

from tests.browser.conftest import HOSTILE
from tests.browser.field_devices import HERE, OFFLINE, PHONE, TABLET

pytestmark = pytest.mark.browser
TAPS_MOST, SECONDS_MOST = 5, 20
DONE, SEND, BAR = ".r-done", ".t-send", ".t-bar a[href='#report']"
MODULE = "(name) => import(document.querySelector('script[type=module]').src.replace('main.js', `tablet/${name}.js`))"


def photo(colour=(120, 90, 60)):
    """A picture as a phone makes it."""
    out = io.BytesIO()
    Image.new("RGB", (1600, 1200), colour).save(out, "JPEG")
    return {"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


class Hand:
    """A thumb that counts what it touches, and the time until now."""

    def __init__(self, page):
        self.page, self.taps, self.start = page, 0, time.monotonic()

    def tap(self, selector):
        self.taps += 1
        self.page.click(selector)

    def shoot(self, field="photos", colour=(120, 90, 60)):
        self.taps += 1
        part = f"[data-field={field}][data-module=tablet-report-photos]"
        self.page.set_input_files(f"{part} [data-camera]", photo(colour))

    @property
    def seconds(self):
        return time.monotonic() - self.start


def tile(name):
    return f".r-tiles[data-near] label:has-text('{name}')"


def cell_shown(page, name):
    page.locator("[data-module=tablet-report-place] [data-cell]", has_text=name).wait_for()


def said(page, words):
    page.locator(f"{DONE} [data-words]", has_text=words).wait_for()
    return page.locator(f"{DONE} [data-words]").inner_text()


def mine(page, words):
    """Issues whose words hold these, as the server tells them."""
    told = page.request.get(
        "/api/v1/issues?holder=me&limit=200".replace("/api", page.url.split("/t/")[0] + "/api")
    )
    return [one for one in told.json()["items"] if words in one["summary"]]


def whole(page, number):
    address = page.url.split("/t/")[0]
    issue = page.request.get(f"{address}/api/v1/issues/{number}").json()
    return issue, page.request.get(f"{address}/api/v1/issues/{number}/photos").json()["items"]


@pytest.fixture
def report_page(open_page):
    """The form, with her cell known."""

    def start(login="worker_lin", size=TABLET, cell="文峰社区第八网格", **options):
        page = open_page("/t/#report", login, size, OFFLINE, **{**HERE, **options})
        cell_shown(page, cell)
        page.wait_for_selector(".r-tiles[data-near] input")
        return page

    return start


@pytest.mark.parametrize("size", [TABLET, PHONE], ids=["tablet", "phone"])
def test_a_photo_and_a_tile_are_a_report_with_and_without_a_network(open_page, size):
    page = open_page("/t/", "worker_lin", size, OFFLINE, **HERE)
    page.locator("[data-module=tablet-who]", has_text="林晓").wait_for()
    hand = Hand(page)
    hand.tap(BAR)
    hand.shoot()
    hand.tap(tile("供暖不热"))
    hand.tap(SEND)
    assert "由 林晓 办理" in said(page, "已送出，编号")
    assert hand.taps <= TAPS_MOST
    assert hand.seconds < SECONDS_MOST

    page.context.set_offline(True)
    hand, words = Hand(page), f"地下室的灯不亮 {size[0]}"
    hand.tap("[data-again]")
    cell_shown(page, "文峰社区第八网格")
    assert page.locator("[data-module=tablet-report-place] [data-holder]").inner_text() == "由 林晓 办理"
    assert page.locator("[data-view=report]").evaluate("(one) => one.scrollWidth <= one.clientWidth")
    hand.tap(tile("路灯不亮"))
    hand.tap("[name=description]")
    page.keyboard.type(words)
    hand.tap(SEND)
    assert said(page, "已记下") == "已记下，连上网后自动送出。"
    assert hand.taps <= TAPS_MOST
    assert hand.seconds < SECONDS_MOST
    page.context.set_offline(False)
    said(page, "已送出，编号")
    assert len(mine(page, words)) == 1


def test_done_on_the_spot_is_one_record_however_often_it_is_tapped_and_hostile_words_stay_words(report_page):
    page = report_page()
    hand = Hand(page)
    hand.shoot()
    hand.tap(tile("供暖不热"))
    page.fill("[name=description]", f"双击一次 {HOSTILE}")
    page.fill("[name=place_text]", HOSTILE)
    hand.tap("[name=settled]")
    page.fill("[name=outcome]", f"已修好 {HOSTILE}")
    page.fill("[name=quantity]", "2")
    page.select_option("[name=unit]", "盏")
    hand.shoot("after", (30, 160, 60))
    page.wait_for_selector("[data-field=after] img[src^=blob]")
    page.evaluate(
        "() => { const form = document.querySelector('.r-form'); form.requestSubmit(); form.requestSubmit(); }"
    )
    said(page, "已当场办结")
    assert len(page.evaluate(f"async () => (await ({MODULE})('outbox')).all()")) == 1
    page.click("[data-open]")
    found = mine(page, "双击一次")
    assert len(found) == 1
    issue, photos = whole(page, found[0]["number"])
    assert issue["state"]["code"] == "handled"
    assert (issue["outcome"]["quantity"], issue["outcome"]["unit"]) == (2, "盏")
    assert [one["kind"] for one in photos] == ["before", "after"]
    assert page.locator("img[src=x]").count() == 0


def test_what_was_begun_is_there_again_after_the_tab_was_killed_but_no_name_and_phone(report_page):
    page = report_page(size=PHONE)
    page.set_input_files("[data-field=photos] [data-camera]", photo())
    page.click(tile("养犬"))
    page.fill("[name=description]", HOSTILE)
    page.click(".r-resident summary")
    page.fill("[name=reporter_phone]", "13800001111")
    page.wait_for_selector("[data-field=photos] img[src^=blob]")
    kept = f"async () => (await ({MODULE})('store')).pref('report.draft')"
    page.wait_for_function(f"async () => (await ({kept})())?.hadReporter")
    assert "13800001111" not in str(page.evaluate(kept))
    context, address = page.context, page.url
    page.close()
    again = context.new_page()
    again.goto(address)
    again.locator(".r-form > [data-kept]", has_text="请再填一次").wait_for()
    assert again.input_value("[name=description]") == HOSTILE
    assert again.locator(".r-tiles [name=category]:checked").get_attribute("value") == "dogs"
    again.wait_for_selector("[data-field=photos] img[src^=blob]")
    assert again.input_value("[name=reporter_phone]") == ""
    # Killed once more, between the outbox and the end of the draft: it is not written twice.
    draft = again.evaluate(kept)
    again.click(SEND)
    said(again, "已送出，编号")
    again.evaluate(f"async (draft) => (await ({MODULE})('store')).setPref('report.draft', draft)", draft)
    again.reload()
    again.wait_for_function(f"async () => !(await ({kept})())")
    assert again.locator(".r-form > [data-kept]").is_hidden()
    assert again.input_value("[name=description]") == ""


def test_a_place_says_how_sure_it_is_and_what_lies_beside(report_page):
    page = report_page()
    place = page.locator("[data-module=tablet-report-place]")

    def stand(lon, lat, accuracy):
        page.context.set_geolocation({"longitude": lon, "latitude": lat, "accuracy": accuracy})
        page.click("[data-locate]")

    assert "误差约 9 米" in place.inner_text()
    stand(122.015, 37.015, 120)
    place.locator("[data-warn]", has_text="误差有 120 米").wait_for()
    stand(122.0101, 37.018, 30)  # nine metres from the cell in the west
    place.locator("[data-warn]", has_text="很近").wait_for()
    assert HOSTILE in place.locator("[data-warn]").inner_text()
    stand(122.015, 37.0203, 5)
    place.locator("[data-warn]", has_text="按最近的网格算").wait_for()
    stand(122.015, 37.0225, 5)
    cell_shown(page, "不在任何网格内")
    assert page.locator("[name=settled]").is_disabled()
    stand(122.015, 37.0075, 5)
    cell_shown(page, "文峰社区第二网格")
    assert "不是你的网格" in page.locator("[data-may-settle]").inner_text()
    stand(122.015, 37.015, 8)
    cell_shown(page, "文峰社区第八网格")
    page.set_input_files("[data-field=photos] [data-camera]", photo())
    place.locator("[data-doubt]", has_text="按拍照时的位置").wait_for()
    page.context.set_geolocation({"longitude": 122.015, "latitude": 37.0075, "accuracy": 8})
    page.wait_for_function("() => new Promise((done) => requestAnimationFrame(() => done(true)))")
    assert "第八网格" in place.locator("[data-cell]").inner_text()


def test_nothing_is_written_down_before_it_is_complete_and_a_map_or_a_visit_may_bring_the_place(open_page):
    page = open_page("/t/#report", "worker_lin", PHONE)
    page.wait_for_selector(".r-tiles[data-near] input")
    lack = page.locator("[data-module=tablet-report] [data-lack]")
    page.click(SEND)
    assert "还没选是什么事" in lack.inner_text()
    page.click(tile("养犬"))
    page.click(SEND)
    assert "还没有位置" in lack.inner_text()
    page.click("[data-on-map]")
    page.click("[data-pick-here]")
    page.locator("[data-doubt]", has_text="在地图上选的位置").wait_for()
    page.click(SEND)
    assert "请拍一张照片" in lack.inner_text()
    page.click("[name=settled]")
    page.fill("[name=description]", "狗没有拴")
    assert lack.is_hidden()
    page.click(SEND)
    assert "怎么处理的" in lack.inner_text()
    assert page.evaluate(f"async () => (await ({MODULE})('outbox')).all()") == []
    page.click("[name=settled]")
    page.evaluate(
        """() => document.dispatchEvent(new CustomEvent('tablet:report', { detail: {
        visit: '01890a5d-ac96-774b-bcce-b302099a8057', category: 'heating',
        place: { lon: 122.0181, lat: 37.018, name: '时代嘉园1幢' } } }))"""
    )
    page.locator("[name=category][value=heating]:checked").wait_for(state="attached")
    assert page.locator("[name=source]:checked").get_attribute("value") == "visit"
    assert page.input_value("[name=description]") == ""  # what was begun is another matter: it waits
    assert page.input_value("[name=place_text]") == "时代嘉园1幢"
    assert page.locator("[data-from-visit]").is_visible()
    assert page.locator("[data-nearby] button").all_inner_texts() == ["时代嘉园1幢", "时代嘉园2幢"]
    page.click(".t-bar a[href='#me']")
    page.click("[data-sign-out]")
    page.locator(".t-leave dialog", has_text="不能恢复：上报 2 件。").wait_for()
    page.click(".t-leave [data-stay]")
    page.click(BAR)
    page.fill("[name=description]", "暖气不热")
    page.click(SEND)
    page.click("[data-again]")
    page.locator(".r-form > [data-kept]", has_text="上次没报完的").wait_for()
    assert page.input_value("[name=description]") == "狗没有拴"
    assert page.locator("[name=category]:checked").get_attribute("value") == "dogs"
    assert page.locator("[data-from-visit]").is_hidden()


def test_a_category_is_found_by_a_word_and_comes_first_the_next_time(report_page):
    page = report_page()
    page.click("[data-all] summary")
    page.fill("[data-search]", "井盖")
    page.click("[data-groups] button:has-text('井盖缺失')")
    assert page.locator("[data-near] label").first.inner_text() == "井盖缺失"
    assert page.locator("[name=urgent]").is_checked()  # as the category says
    page.fill("[name=description]", "井盖没了")
    page.click(SEND)
    said(page, "已送出，编号")
    page.click("[data-again]")
    page.locator("[data-near] label").first.get_by_text("井盖缺失").wait_for()
    assert page.locator("[name=category]:checked").count() == 0
    assert not page.locator("[name=urgent]").is_checked()


def test_words_are_spoken_where_the_device_itself_can_listen_and_else_by_the_keyboard(report_page):
    page = report_page()
    page.evaluate("() => { delete window.SpeechRecognition; window.webkitSpeechRecognition = undefined; }")
    page.click("#r-description ~ [data-speak]")
    page.locator("[data-said]", has_text="键盘上的麦克风").wait_for()
    page.evaluate(
        """() => { window.SpeechRecognition = class extends EventTarget {
          static async available({ langs, processLocally }) { window.asked = [...langs, processLocally]; return 'available'; }
          start() { this.dispatchEvent(Object.assign(new Event('result'), { results: [[{ transcript: '三楼漏水' }]] })); }
          stop() { this.dispatchEvent(new Event('end')); } }; }"""
    )
    page.fill("[name=description]", "居民说")
    page.click("#r-description ~ [data-speak]")
    page.wait_for_selector("#r-description ~ [data-speak][aria-pressed=true]")
    assert page.evaluate("() => window.asked") == ["zh-CN", True]
    assert page.input_value("[name=description]") == "居民说，三楼漏水"
    page.click("#r-description ~ [data-speak]")
    assert page.locator("[data-speak]").first.get_attribute("aria-pressed") == "false"
