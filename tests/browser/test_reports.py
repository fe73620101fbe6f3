"""Reports and the public proof: what anybody may read, how it is drawn, and that it prints."""

from datetime import datetime, timedelta

import pytest
from playwright.async_api import Browser, expect

from tests.browser.road import EXPORT, Road
from tests.browser.tabs import tab
from tests.live import Live

NINE = datetime.fromisoformat("2026-03-11T09:00:00+07:00")
FAIR = "/gates/tan-thanh/fairness"
SECRETS = ("15C-001", "15C001", "Nguyễn", "company")


@pytest.fixture(scope="module", autouse=True)
def road(gate: Live) -> Road:
    """A day on which one of three was called out of turn, and the morning after it."""
    road = Road(gate)
    entries = [road.waiting(fruit=number == 0) for number in range(3)]
    body = {"entry": entries[2]["id"], "reason": "danger"}
    made = road.do("POST", f"{EXPORT}/override-proposals", "officer-1", body)
    road.do("POST", f"/v1/overrides/{made['id']}/confirmation", "officer-2", {})
    road.do("POST", f"{EXPORT}/calls", "officer-1", {"count": 3})
    for entry in entries:
        road.arrive(entry)
    tomorrow = {"now": (NINE + timedelta(days=1)).isoformat()}
    road.do("PUT", "/v1/sandbox/clock", "admin", tomorrow)
    while "verify_log.py" not in gate.http.get(FAIR).text:  # until the log is sealed
        continue
    return road


async def test_anybody_reads_how_fair_a_week_was_and_what_proves_it(
    browser: Browser, gate: Live
) -> None:
    async with tab(browser, gate.url) as one:
        await one.go("/gates/coc-nam/fairness")
        await expect(one.page.locator("h1")).to_be_visible()
        await one.go(f"/preferences?language=en&next={FAIR}")
        await expect(one.page.locator(".verdict")).to_contain_text("1 of 3 calls were out of turn")
        told = one.page.locator("main")
        await expect(told).to_contain_text("Danger")
        await expect(told).to_contain_text("python3 verify_log.py")
        row = one.page.locator("tbody tr").filter(
            has=one.page.get_by_role("link", name="CSV 03-11")
        )
        assert ["3", "0", "1"] == (await row.locator("td.number").all_inner_texts())[:3]
        text = await one.page.content()
        assert not any(secret in text for secret in SECRETS)
        assert b"%PDF" == (await one.page.pdf())[:4]
        path = await row.get_by_role("link", name="CSV").get_attribute("href")
        english = {"Accept-Language": "en"}
        answer = await one.context.request.get(f"{gate.url}{path}", headers=english)
        assert "overrides.count,danger,1,true" in await answer.text()
        await one.page.get_by_role("link", name="The week before").click()
        await expect(one.page.locator(".verdict")).to_contain_text("Nobody was called")
        assert [] == one.complaints


async def test_a_week_can_be_read_by_night_and_without_script_whatever_is_asked(
    browser: Browser, gate: Live
) -> None:
    async with tab(browser, gate.url, dark=True, script=False, language="en") as one:
        for day in ("<script>", "2199-01-01", "2026-03-11"):
            await one.go(f"{FAIR}?day={day}")
            await expect(one.page.locator(".verdict")).to_contain_text("1 of 3 calls")
    async with tab(browser, gate.url, dark=True) as one:
        await one.go(FAIR)
        assert [] == await one.violations()
