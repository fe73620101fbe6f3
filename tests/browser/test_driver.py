"""The driver's page in a browser: read by all, small, true on a bad connection and without one."""

import io
import re
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
import zxingcpp
from PIL import Image
from playwright.async_api import Browser, Page, Response, Route, expect

from tests.browser.road import DRIVER, Entry, Road, page_of
from tests.browser.tabs import Tab, tab
from tests.live import Live

MOST_BYTES = 60_000
A_MINUTE = 60_000
SLOW_2G = {"offline": False, "latency": 600, "downloadThroughput": 6_250, "uploadThroughput": 6_250}
"""What browsers call slow 2G, in bytes a second: 50 kbit/s, and a round trip of 600 ms."""


@pytest.fixture(scope="module")
def road(gate: Live) -> Road:
    return Road(gate)


@pytest.fixture
async def phone(browser: Browser, gate: Live) -> AsyncIterator[Tab]:
    async with tab(browser, gate.url, width=360) as one:
        yield one


async def word(page: Page) -> str:
    return await page.locator("h1").inner_text()


async def until(page: Page, selector: str, text: str) -> None:
    """Let the telephone's clock run, half a minute at a time, until it says what is expected."""
    for _ in range(20):
        await page.clock.fast_forward(A_MINUTE // 2)
        with suppress(AssertionError):
            await expect(page.locator(selector)).to_have_text(text, timeout=500)
            return
    await expect(page.locator(selector)).to_have_text(text)


KEPT = """async () => {
  const isKept = async () => navigator.serviceWorker.controller
    && await caches.match(location.pathname, { ignoreVary: true })
    && await caches.match(document.scripts[0].src);
  while (!await isKept()) await new Promise(requestAnimationFrame);
}"""


async def kept(page: Page) -> None:
    """Wait until the page works without a network."""
    await page.evaluate(KEPT)


async def test_without_script_it_tells_the_same(browser: Browser, gate: Live, road: Road) -> None:
    path = page_of(road.called())
    async with tab(browser, gate.url, width=360, script=False) as one:
        await one.go(path)
        assert "ĐẾN CỔNG NGAY" == await word(one.page)
        await one.page.get_by_role("link", name="Báo khó khăn").click()
        await one.page.get_by_label("Bạn gặp khó khăn gì?").fill("Đường vào\nbị chặn <b>lâu</b>")
        await one.page.get_by_role("button", name="Gửi").click()
        await expect(one.page.get_by_text("Chưa trả lời")).to_be_visible()


async def test_in_chinese_both_clocks_are_told(browser: Browser, gate: Live, road: Road) -> None:
    async with tab(browser, gate.url, language="zh", width=360) as one:
        await one.go(page_of(road.called()))
        told = await one.page.locator(".hero .clocks").all_inner_texts()
        assert 2 == len(told), "when to be at the gate, and when to leave the yard"
        for clocks in told:
            here, there = (line.split()[-1] for line in clocks.splitlines() if line.strip())
            hours = [int(line[:2]) for line in (here, there)]
            assert (1, here[3:5]) == (hours[1] - hours[0], there[3:5]), clocks


async def test_a_called_driver_reads_by_when_to_leave_the_yard(phone: Tab, road: Road) -> None:
    entry = road.called()
    await phone.go(page_of(entry))
    shown = phone.page.locator(".hero .when").last
    standing = road.do("GET", f"/v1/tracking/{entry['tracking']['token']}", None)
    by = standing["departure"]["leave_by"][11:16]
    await expect(shown).to_have_text(re.compile(rf"Rời Bãi Bảo Nguyên chậm nhất lúc\s+{by}"))
    await expect(phone.page.locator(".hero .drive")).to_contain_text("10 phút (ước tính")


async def test_all_of_it_is_small_where_most_is_to_be_told(phone: Tab, road: Road) -> None:
    entry = road.transship()
    road.hold(entry)
    for number in range(4):
        text = {"vi": f"Mưa lớn, đường vào cửa khẩu trơn trượt {number}. " * 40}
        about = {"kind": "advice", "gate": "tan-thanh", "direction": "import", "text": text}
        road.do("POST", "/v1/notices", "officer-1", about)
    answers: list[Response] = []
    # Playwright takes no method of a list.
    phone.page.on("response", lambda one: answers.append(one))  # noqa: PLW0108 - see above
    await phone.go(page_of(entry))
    assert 2 == await phone.page.locator("#pay img").count()
    await kept(phone.page)
    sizes = [len(await one.body()) for one in [*answers] if one.ok]
    worker = len(road.gate.http.get("/d/worker.js").content)
    assert 4 <= len(sizes)
    assert MOST_BYTES > worker + sum(sizes)
    assert {phone.url} == {"/".join(one.url.split("/")[:3]) for one in answers}


async def test_who_looks_again_without_a_script_is_told_the_minute_anew(
    gate: Live, road: Road
) -> None:
    path = page_of(road.register())
    state = gate.http.get(path, headers={"Accept": "text/html"}).headers["etag"].rpartition(".")[0]

    def asked(accept: str, tag: str) -> int:
        headers = {"Accept": accept, "If-None-Match": tag}
        return gate.http.get(path, headers=headers).status_code

    assert 200 == asked("text/html", f'{state}.08:59"')
    assert 304 == asked("*/*", f'{state}"')


async def test_its_codes_are_read_from_the_screen(phone: Tab, road: Road) -> None:
    entry = road.called()
    at = f"/v1/tracking/{entry['tracking']['token']}"
    await phone.go(page_of(entry))
    said = [road.gate.ask("GET", f"{at}/pass").json()["jws"]]
    order = entry["orders"][0]["code"]
    await phone.picture("driver")
    said.append(road.gate.ask("GET", f"{at}/orders/{order}/qr").json()["payload"])
    codes = await phone.page.locator(".code img").all()
    seen = [Image.open(io.BytesIO(await one.screenshot())) for one in codes]
    assert said == [zxingcpp.read_barcodes(one)[0].text for one in seen]


async def test_it_follows_the_truck_by_itself(phone: Tab, road: Road) -> None:
    entry = road.waiting()
    await phone.page.clock.install()
    await phone.go(page_of(entry))
    assert "CHỜ GỌI" == await word(phone.page)
    await phone.page.locator("summary").click()
    road.call_up_to(entry)
    await until(phone.page, "h1", "Đến cổng ngay")
    await expect(phone.page.locator("#said")).to_have_text("Đến cổng ngay")
    await expect(phone.page.locator("#others")).to_have_attribute("open", "")
    assert [] == phone.complaints


async def test_what_a_telephone_has_is_not_sent_to_it_again(phone: Tab, road: Road) -> None:
    await phone.page.clock.install()
    path = page_of(road.register())
    await phone.go(path)
    await kept(phone.page)

    def is_renewed(answer: Response) -> bool:
        return path in answer.url and "if-none-match" in answer.request.headers

    async with phone.page.expect_response(is_renewed) as asked:
        await phone.page.clock.fast_forward(A_MINUTE)
    assert 304 == (await asked.value).status


async def test_without_a_network_the_last_state_stays_and_says_its_age(
    phone: Tab, road: Road
) -> None:
    entry = road.waiting()
    await phone.page.clock.install()
    await phone.go(page_of(entry))
    await kept(phone.page)
    await phone.context.set_offline(True)
    await phone.page.clock.fast_forward(3 * A_MINUTE)
    age = phone.page.locator("#age")
    await expect(age).to_have_text("Cập nhật 3 phút trước — mất kết nối")
    await phone.page.reload()
    assert "CHỜ GỌI" == await word(phone.page)
    await expect(age).to_have_text("Cập nhật 3 phút trước — mất kết nối")
    road.call_up_to(entry)
    await phone.context.set_offline(False)
    await until(phone.page, "h1", "Đến cổng ngay")
    await expect(age).to_have_text("Vừa cập nhật")


async def test_a_service_in_trouble_is_asked_less_and_less_and_then_shown_again(
    phone: Tab, road: Road
) -> None:
    asked: list[str] = []

    async def fail(route: Route) -> None:
        asked.append(route.request.url)
        if len(asked) % 2:
            await route.fulfill(status=500, body="")
        else:
            await route.abort("timedout")

    # Of a page that has a worker not every request can be met; an old telephone has none.
    await phone.context.add_init_script("delete Navigator.prototype.serviceWorker")
    await phone.page.clock.install()
    await phone.go(page_of(road.waiting()))
    await phone.page.route("**/d/*", fail)
    for _ in range(20):
        await phone.page.clock.run_for(A_MINUTE // 2)
    assert 3 <= len(asked) <= 14
    await expect(phone.page.locator("#age")).to_contain_text("mất kết nối")
    assert "CHỜ GỌI" == await word(phone.page)
    await phone.page.unroute("**/d/*")
    await until(phone.page, "#age", "Vừa cập nhật")


async def test_on_slow_2g_the_word_is_there_before_the_script(phone: Tab, road: Road) -> None:
    session = await phone.context.new_cdp_session(phone.page)
    await session.send("Network.emulateNetworkConditions", SLOW_2G)
    await phone.go(page_of(road.called()))
    first: float = await phone.page.evaluate(
        "performance.getEntriesByName('first-contentful-paint')[0].startTime"
    )
    assert first < 8000


async def test_the_way_back_leads_to_it(phone: Tab, road: Road) -> None:
    await phone.go(page_of(road.called()))
    await phone.page.get_by_role("link", name="Báo khó khăn").click()
    await phone.page.go_back()
    assert "ĐẾN CỔNG NGAY" == await word(phone.page)
    await expect(phone.page.locator("#age")).to_have_text("Vừa cập nhật")


async def test_a_link_that_is_revoked_says_whom_to_ask(phone: Tab, road: Road) -> None:
    entry = road.waiting()
    await phone.page.clock.install()
    await phone.go(page_of(entry))
    await kept(phone.page)
    road.do("POST", f"/v1/entries/{entry['id']}/tracking-token", "company-1")
    await phone.page.clock.fast_forward(A_MINUTE)
    await expect(phone.page.locator("h1")).to_have_text("Đường dẫn không dùng được")
    await expect(phone.page.get_by_text("Công ty đã đăng ký xe")).to_be_visible()


def personal(entry: Entry) -> set[str]:
    plate = entry["declared"]["vehicle"]["tractor_plate"]
    return {plate, plate.replace("-", ""), "Sandbox company", entry["id"], *DRIVER.values()}


async def test_nobody_is_named_on_it_and_nobody_else_is_told_of_it(gate: Live, road: Road) -> None:
    entry = road.called()
    answer = gate.http.get(page_of(entry), headers={"Accept": "text/html"})
    assert set() == {one for one in personal(entry) if one in answer.text}
    told = {name: answer.headers[name] for name in ("referrer-policy", "x-robots-tag")}
    assert {"referrer-policy": "same-origin", "x-robots-tag": "noindex, nofollow"} == told
    assert "private, no-cache" == answer.headers["cache-control"]
    assert "worker-src 'self'" in answer.headers["content-security-policy"]


async def test_words_are_words_and_a_form_from_elsewhere_does_nothing(
    gate: Live, road: Road
) -> None:
    entry = road.register()
    at, form = f"{page_of(entry)}/help", {"/words": "<script>alert(1)</script>"}
    elsewhere = {"Origin": "https://elsewhere.example", "Accept": "text/html"}
    assert 403 == gate.http.post(at, data=form, headers=elsewhere).status_code
    own = {"Origin": gate.url, "Accept": "text/html"}
    empty = gate.http.post(at, data={"/words": "", "/may_publish": "yes"}, headers=own)
    assert (422, True) == (empty.status_code, 'aria-invalid="true"' in empty.text)
    long = gate.http.post(at, data={"/words": "<script>" * 400}, headers=own)
    assert (422, False) == (long.status_code, "<script>alert" in long.text)
    assert "&lt;script&gt;" in long.text
    assert 303 == gate.http.post(at, data=form, headers=own).status_code


@pytest.mark.parametrize("token", ["short", "A" * 65, "A" * 24, "%3Cscript%3E", "..%2e%2fentries"])
async def test_a_link_that_opens_nothing_is_a_page_that_says_so(gate: Live, token: str) -> None:
    answer = gate.http.get(f"/d/{token}", headers={"Accept": "text/html"})
    assert 404 == answer.status_code
