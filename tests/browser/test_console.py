"""The controller's console: called, let in and decided by keys, and seen by both at once."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from playwright.async_api import Browser, expect

from app.core.config import Settings
from app.core.database import make_engine, make_sessions
from app.workers.feeding import number_events
from tests.api.conftest import lorry
from tests.browser.tabs import Tab, tab
from tests.live import Live

QUEUE = "/v1/gates/tan-thanh/queues/export"
HERE = "/console?gate=tan-thanh&direction=export"


def said(answer: Any) -> Any:
    assert answer.status_code < 300, answer.text
    return answer.json()


def waiting(gate: Live, number: int) -> Any:
    """Return the entry of a lorry that waits."""
    entry = said(gate.ask("POST", "/v1/entries", "company-1", json=lorry(number)))
    body = {"reference": entry["reference"], "way": "in"}
    said(gate.ask("POST", "/v1/yards/bao-nguyen/movements", "yard", json=body))
    return entry


@pytest.fixture(scope="module")
def full(gate: Live) -> Live:
    """A gate at which some of everything has happened."""
    entries = [waiting(gate, number) for number in range(1, 9)]
    hold = f"/v1/entries/{entries[0]['id']}/holds"
    said(gate.ask("POST", hold, "customs", json={"reason": "X-ray <b>now</b>"}))
    once = {"Idempotency-Key": uuid4().hex}
    calls = said(gate.ask("POST", f"{QUEUE}/calls", "officer-1", json={"count": 2}, headers=once))
    assert 2 == len(calls["calls"])
    for entry in entries[-1:]:
        body = {"gate": "tan-thanh", "reference": entry["reference"]}
        said(gate.ask("POST", "/v1/arrivals", "border_guard", json=body))
    advice = {"kind": "advice", "gate": "tan-thanh", "text": {"vi": "<script>alert(1)</script>"}}
    said(gate.ask("POST", "/v1/notices", "officer-1", json=advice))
    words = {"gate": "tan-thanh", "words": "Lâu quá", "may_publish": True}
    said(gate.ask("POST", "/v1/difficulties", "company-1", json=words))
    override = {"entry": entries[5]["id"], "reason": "danger"}
    said(gate.ask("POST", f"{QUEUE}/override-proposals", "officer-2", json=override))
    past = {"starts_at": "2026-03-11T08:00:00+07:00", "ends_at": "2026-03-11T08:05:00+07:00"}
    outage = {**past, "reason": "Mất điện"}
    said(gate.ask("POST", "/v1/gates/tan-thanh/outages", "officer-2", json=outage))
    return gate


@pytest.fixture
async def fed(full: Live) -> AsyncIterator[Live]:
    """The gate with a worker that gives events their positions."""
    engine = make_engine(full.address, Settings())

    async def keep() -> None:
        while True:
            await number_events(make_sessions(engine))
            await asyncio.sleep(0.1)

    worker = asyncio.create_task(keep())
    yield full
    worker.cancel()
    await asyncio.gather(worker, return_exceptions=True)
    await engine.dispose()


async def sign_in(one: Tab, path: str = HERE, who: str = "officer-1-clerk") -> None:
    await one.sign_in(who, quote(path))


async def test_what_was_written_by_others_is_text(browser: Browser, full: Live) -> None:
    async with tab(browser, full.url) as one:
        await one.sign_in("officer-1-clerk", "/console/notices")
        await expect(one.page.locator("#list")).to_contain_text("<script>alert(1)</script>")
        assert [] == one.complaints


async def test_a_controller_calls_by_keys_and_takes_it_back(browser: Browser, full: Live) -> None:
    waiting(full, 20)
    async with tab(browser, full.url, language="en") as one:
        await sign_in(one)
        page = one.page
        before = await page.locator("#awaited .call").count()
        await page.keyboard.press("c")
        await page.keyboard.press("Enter")
        await expect(page.locator("#done")).to_contain_text("1 called")
        await expect(page.locator("#awaited .call")).to_have_count(before + 1)
        await page.reload()
        await expect(page.locator("#awaited .call")).to_have_count(before + 1)
        await page.keyboard.press("z")
        await expect(page.locator("#done")).to_contain_text("is withdrawn")
        await expect(page.locator("#awaited .call")).to_have_count(before)
        assert [] == one.complaints


async def test_fewer_than_asked_are_told_why(browser: Browser, full: Live) -> None:
    async with tab(browser, full.url, language="en", script=False) as one:
        await sign_in(one, "/console?gate=huu-nghi&direction=export")
        await one.page.fill("#count", "3")
        await one.page.locator("#count").press("Enter")
        await expect(one.page.locator("#done")).to_contain_text("Nobody else waits")


async def test_who_has_come_is_named_by_number_or_plate(browser: Browser, full: Live) -> None:
    waiting(full, 30)
    async with tab(browser, full.url, language="en") as one:
        await sign_in(one)
        page = one.page
        number = await page.locator("#awaited .call b").first.inner_text()
        await page.keyboard.press("a")
        await page.keyboard.type(str(int(number[-4:])))
        await page.keyboard.press("Enter")
        await expect(page.locator("#done")).to_contain_text(number)
        await page.fill("#vehicle", "99Z-1")
        await page.locator("#vehicle").press("Enter")
        await expect(page.locator("#done")).to_contain_text("arrival is recorded")
        assert [] == one.complaints


async def test_two_controllers_see_each_others_acts_and_lose_no_words(
    browser: Browser, fed: Live
) -> None:
    waiting(fed, 40)
    async with tab(browser, fed.url) as first, tab(browser, fed.url) as second:
        await sign_in(first)
        await sign_in(second, who="officer-2-clerk")
        await second.page.locator("#vehicle").press_sequentially("12C-00")
        opened = second.page.locator("#awaited details").first
        await opened.locator("summary").click()
        await opened.locator("input[name='/reason']").fill("Gọi nhầm ch")
        await first.page.keyboard.press("c")
        await first.page.keyboard.press("Enter")
        called = await first.page.locator("#done li b").inner_text()
        await expect(second.page.locator("#awaited")).to_contain_text(called)
        assert "12C-00" == await second.page.input_value("#vehicle")
        assert "Gọi nhầm ch" == await opened.locator("input[name='/reason']").input_value()
        assert [] == first.complaints + second.complaints


async def test_a_connection_that_is_lost_is_said_and_heals(browser: Browser, full: Live) -> None:
    async with tab(browser, full.url, language="en") as one:
        await sign_in(one)
        await one.context.set_offline(offline=True)
        await expect(one.page.locator("#offline")).to_contain_text("No connection", timeout=9000)
        await one.context.set_offline(offline=False)
        await expect(one.page.locator("#offline")).to_be_hidden(timeout=9000)


async def test_an_override_takes_another_officer(browser: Browser, full: Live) -> None:
    path = "/console/overrides?gate=tan-thanh&direction=export"
    waiting(full, 60)
    entry = waiting(full, 61)
    async with tab(browser, full.url, language="en") as one:
        await sign_in(one, f"/console/entries/{entry['id']}", "officer-2-clerk")
        await one.page.locator("#more > summary").click()
        await one.page.keyboard.press("p")
        await expect(one.page.locator("#done")).to_contain_text("another officer confirms")
    async with tab(browser, full.url, language="en") as one:
        await sign_in(one, path)
        await one.page.locator("#list li", has_text=entry["reference"]).locator("a").focus()
        await one.page.keyboard.press("y")
        await expect(one.page.locator("#done")).to_contain_text("Confirmed")
        await one.go(HERE)
        await expect(one.page.locator("#awaited")).to_contain_text("Out of turn")


async def test_an_entry_is_held_let_in_and_told_whole(browser: Browser, full: Live) -> None:
    entry = waiting(full, 50)
    async with tab(browser, full.url, language="en") as one:
        await sign_in(one)
        page = one.page
        await page.keyboard.press("/")
        await page.keyboard.type("15C-00050")
        await page.keyboard.press("Enter")
        await page.wait_for_url(f"**/console/entries/{entry['id']}")
        await page.keyboard.press("h")
        await page.keyboard.type("A leaking tank")
        await page.keyboard.press("Enter")
        await expect(page.locator("#entry")).to_contain_text("A leaking tank")
        await page.keyboard.press("z")
        await expect(page.locator("#entry")).not_to_contain_text("A leaking tank")
        await page.keyboard.press("a")
        await expect(page.locator("#done")).to_contain_text("before it was called")
        for told in ("Registered", "Waiting began", "Held", "Hold lifted"):
            await expect(page.locator("#events")).to_contain_text(told)
        assert [] == one.complaints


async def test_a_refusal_is_said_calmly_and_keeps_what_was_typed(
    browser: Browser, full: Live
) -> None:
    async with tab(browser, full.url, language="en", script=False) as one:
        await sign_in(one, "/console/notices?gate=tan-thanh&direction=export")
        page = one.page
        await page.select_option("[name='/kind']", "capacity")
        await page.fill("[name='/text/vi']", "Ít xe thôi")
        await page.get_by_role("button", name="Post").click()
        await expect(page.get_by_role("alert")).to_be_visible()
        assert "Ít xe thôi" == await page.input_value("[name='/text/vi']")
        await page.fill("[name='/per_hour']", "30")
        await page.get_by_role("button", name="Post").click()
        await expect(page.locator("#done")).to_contain_text("posted")
        await page.locator("#done").get_by_role("button", name="Undo").click()
        await expect(page.locator("#done")).to_contain_text("lifted")


async def test_keys_can_be_turned_off(browser: Browser, full: Live) -> None:
    async with tab(browser, full.url, language="en") as one:
        await sign_in(one)
        await one.page.keyboard.press("?")
        await expect(one.page.locator("#keys")).to_be_visible()
        await one.page.locator("#keys-off").check()
        await one.page.keyboard.press("Escape")
        await one.page.keyboard.press("e")
        await expect(one.page.locator("#line")).to_be_visible()
        assert one.page.url.endswith(HERE)


async def test_a_company_has_no_console(browser: Browser, full: Live) -> None:
    async with tab(browser, full.url) as one:
        await one.sign_in("company-1-manager", "/console")
        await expect(one.page.locator("h1")).to_be_visible()
        assert 0 == await one.page.locator("#line, #count").count()


async def test_a_form_from_elsewhere_does_nothing(browser: Browser, full: Live) -> None:
    """Nor does one that names what is no act of its page, or no thing of ours."""
    call = {"act": "call", "gate": "tan-thanh", "direction": "export", "key": uuid4().hex}
    async with tab(browser, full.url) as one:
        await sign_in(one)
        sent = one.context.request

        async def status(form: dict[str, str], origin: str = full.url) -> int:
            headers = {"Origin": origin}
            answer = await sent.post(full.url + HERE, form={**form}, headers=headers)
            return answer.status

        assert 403 == await status(call, "https://elsewhere.example")
        assert 400 == await status({**call, "gate": "../../v1/sessions"})
        assert 400 == await status({**call, "act": "release"})
