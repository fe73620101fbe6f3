"""The public boards: for everybody, in three languages, on a phone and on a wall."""

import re
from typing import Any

import pytest
from playwright.async_api import Browser, Page, Route, expect

from tests.api.conftest import lorry, truck
from tests.browser.tabs import LANGUAGES, Tab, tab
from tests.live import Live

GATE = "/gates/tan-thanh"
LOOKS = 20
"""So often two pages are looked at: boards may move between one look and the other."""
PAGES = ("/", GATE, "/tv", f"{GATE}/tv", "/fees", "/rules")
WORDS = {"vi": "Đang mở", "en": "Open", "zh": "开放"}
SECRETS = ("15C-000", "Nguyễn", "company")
HOSTILE = '<img src=x onerror="document.title=1">'
LIVE_MS = 1000


def do(gate: Live, path: str, who: str, body: Any, **more: Any) -> Any:
    answer = gate.ask("POST", path, who, json=body, **more)
    assert answer.is_success, answer.text
    return answer.json()


def wait_in_yard(gate: Live, body: Any) -> Any:
    """Register a vehicle and let it come into the yard, where it waits."""
    entry = do(gate, "/v1/entries", "company-1", body)
    do(
        gate,
        "/v1/yards/bao-nguyen/movements",
        "yard",
        {"reference": entry["reference"], "way": "in"},
    )
    return entry


def call(gate: Live, retry: str) -> str:
    path = "/v1/gates/tan-thanh/queues/export/calls"
    made = do(gate, path, "officer-1", {"count": 1}, headers={"Idempotency-Key": retry})
    number: str = made["calls"][0]["call_number"]
    return number


@pytest.fixture(scope="module")
def busy(gate: Live) -> Live:
    """A gate with some who wait, one who is called, and a notice in hostile words."""
    for number in range(1, 9):
        wait_in_yard(gate, lorry(number))
    wait_in_yard(gate, truck())
    call(gate, "board-first")
    text = {"vi": f"Mưa lớn {HOSTILE}", "en": f"Heavy rain {HOSTILE}", "zh": "大雨"}
    do(gate, "/v1/notices", "officer-1", {"kind": "advice", "gate": "tan-thanh", "text": text})
    return gate


def test_nobody_is_named_on_a_public_page(busy: Live) -> None:
    for path in PAGES:
        text = busy.http.get(path).text
        assert "</html>" in text
        assert [] == [secret for secret in SECRETS if secret in text], path


async def settled(one: Tab) -> None:
    """Wait until the stream has told its boards."""
    if "data-page" in await one.page.content():
        await expect(one.page.locator("[data-freshness]")).to_have_class("freshness live")


async def shown(page: Page) -> list[str]:
    """Return what boards show; who is next may pass another from one second to the next."""
    texts: Any = await page.locator("[data-live], [data-called]").all_inner_texts()
    return [" · ".join(sorted((one or "").split(" · "))) for one in texts]


async def both(still: Tab, one: Tab) -> tuple[list[str], list[str]]:
    """Return what the gate's page shows without and with its script."""
    await still.go(GATE)
    await one.go(GATE)
    await settled(one)
    return await shown(still.page), await shown(one.page)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_script_writes_what_the_server_drew(
    browser: Browser, busy: Live, language: str
) -> None:
    async with (
        tab(browser, busy.url, language=language, script=False) as still,
        tab(browser, busy.url, language=language) as one,
    ):

        async def without(route: Route) -> None:
            """Let the page come with nothing on its boards."""
            answer = await route.fetch()
            empty = re.sub(r'(data-live="[^"]*">)[^<]*', r"\1?", await answer.text())
            empty = re.sub(r'<li class="called" data-number="[^"].*?</li>', "", empty)
            await route.fulfill(response=answer, body=empty)

        await one.page.route(f"**{GATE}", without)
        drawn, written = await both(still, one)
        for _ in range(LOOKS):
            if drawn != written:
                drawn, written = await both(still, one)
        assert drawn == written


async def test_a_call_is_seen_within_a_second_on_the_board_the_gate_and_the_wall(
    browser: Browser, busy: Live
) -> None:
    async with (
        tab(browser, busy.url) as board,
        tab(browser, busy.url) as gate,
        tab(browser, busy.url, width=1920) as wall,
    ):
        tabs = {"/": board, GATE: gate, f"{GATE}/tv": wall}
        for path, one in tabs.items():
            await one.go(path)
            await settled(one)
        number = call(busy, "board-live")
        for one in tabs.values():
            seen = one.page.locator(f'[data-number="{number}"] b').first
            await expect(seen).to_have_text(number, timeout=LIVE_MS)
        assert [] == [complaint for one in tabs.values() for complaint in one.complaints]


async def test_a_closure_is_drawn_with_its_reason_and_goes_when_it_is_lifted(
    browser: Browser, busy: Live
) -> None:
    async with tab(browser, busy.url, language="en") as one:
        await one.go(GATE)
        await settled(one)
        body = {"kind": "pause", "gate": "tan-thanh", "text": {"vi": "Sương mù", "en": "Fog"}}
        notice = do(busy, "/v1/notices", "officer-1", body)
        await expect(one.page.get_by_text("Fog")).to_be_visible()
        await expect(one.page.locator("main .badge").first).to_have_text("Paused")
        do(busy, f"/v1/notices/{notice['id']}/lift", "officer-1", {"reason": "clear"})
        await expect(one.page.get_by_text("Fog")).to_have_count(0, timeout=8000)
        await expect(one.page.locator("main .badge").first).to_have_text("Open")


async def test_words_of_a_notice_stay_words(browser: Browser, busy: Live) -> None:
    async with tab(browser, busy.url, language="en") as one:
        for path in (GATE, f"{GATE}/tv"):
            await one.go(path)
            await expect(one.page.get_by_text(HOSTILE).first).to_be_attached()
            assert 0 == await one.page.locator("img").count()
        assert [] == one.complaints


async def test_without_script_the_page_says_the_same_and_renews_itself(
    browser: Browser, busy: Live
) -> None:
    for language, word in WORDS.items():
        async with tab(browser, busy.url, language=language, script=False) as one:
            await one.go(GATE)
            await expect(one.page.locator("main .badge").first).to_have_text(word)
            assert 1 == await one.page.locator('meta[http-equiv="refresh"]').count()
            assert 3 <= len(await shown(one.page))


async def test_where_the_stream_fails_the_board_is_polled(browser: Browser, busy: Live) -> None:
    async with tab(browser, busy.url) as one:

        async def refuse(route: Route) -> None:
            await route.fulfill(status=503, body="")

        await one.page.route("**/v1/queues/stream*", refuse)
        await one.go(GATE)
        number = call(busy, "board-polled")
        seen = one.page.locator(f'[data-number="{number}"]').first
        await expect(seen).to_be_visible(timeout=15_000)


async def test_a_board_that_hears_nothing_says_how_old_it_is(browser: Browser, busy: Live) -> None:
    async with tab(browser, busy.url, language="en") as one:
        await one.page.clock.install()
        await one.go(GATE)
        await settled(one)
        await one.context.set_offline(True)
        await one.page.clock.run_for(120_000)
        await expect(one.page.locator("[data-told]")).to_contain_text("No connection")


async def test_a_price_is_told_with_its_parts_and_a_fault_beside_its_field(
    browser: Browser, busy: Live
) -> None:
    async with tab(browser, busy.url, language="en", script=False) as one:
        await one.go("/fees")
        await one.page.get_by_label("Goods").select_option("fresh-produce-export")
        await one.page.get_by_role("button", name="Tell the price").click()
        assert await one.page.locator("[role=alert], [aria-invalid=true]").count()
        await one.page.get_by_label("Registered payload (kg)").fill("15000")
        await one.page.get_by_role("button", name="Tell the price").click()
        await expect(one.page.locator(".figure")).to_have_text("350,000 ₫")
        assert "tan-thanh" == await one.page.get_by_label("Gate").input_value()


async def test_a_gate_that_is_none_ends_on_a_page_that_says_so(
    browser: Browser, busy: Live
) -> None:
    async with tab(browser, busy.url, language="en") as one:
        answer = await one.page.goto(f"{busy.url}/gates/nowhere")
        assert answer is not None
        assert 404 == answer.status
