"""A busy morning at Tân Thanh as people see it: the pictures of README (`make screenshots`)."""

from datetime import datetime, timedelta
from typing import Any

from playwright.async_api import Browser

from tests.browser.road import EXPORT, Road, page_of
from tests.browser.tabs import Tab, tab
from tests.live import Live

NINE = datetime.fromisoformat("2026-03-11T09:00:00+07:00")
ROUNDS, COMING, CALLED = 8, 7, 4
AWAITED = {7: 3, 8: 4}
"""How many of the last rounds are called and not there yet: as many as a wall shows at once."""


class Morning:
    """Vehicles that come, are called and let in, a quarter of an hour at a time."""

    def __init__(self, gate: Live) -> None:
        self.road = Road(gate)
        self.entries: dict[str, Any] = {}
        self.called: list[Any] = []

    def call(self) -> list[Any]:
        """Call the next few."""
        answer = self.road.do("POST", f"{EXPORT}/calls", "officer-1", {"count": CALLED})
        return list(answer["calls"])

    def pass_by(self) -> None:
        """Let two hours go by."""
        for number in range(1, ROUNDS + 1):
            for place in range(COMING):
                entry = self.road.waiting(fruit=place % 3 == 0)
                self.entries[entry["id"]] = entry
            now = NINE + timedelta(minutes=15 * number)
            self.road.do("PUT", "/v1/sandbox/clock", "admin", {"now": now.isoformat()})
            self.called = [self.entries[one["entry"]] for one in self.call()]
            for entry in self.called[: CALLED - AWAITED.get(number, 0)]:
                self.road.arrive(entry)
        notice = {
            "en": "Heavy rain this afternoon",
            "vi": "Chiều nay mưa lớn",
            "zh": "今天下午有大雨",
        }
        advice = {"kind": "advice", "gate": "tan-thanh", "text": notice}
        self.road.do("POST", "/v1/notices", "officer-1", advice)


async def test_a_busy_morning_is_seen_by_the_public_a_driver_a_company_and_an_officer(
    browser: Browser, gate: Live
) -> None:
    morning = Morning(gate)
    morning.pass_by()
    async with tab(browser, gate.url, width=1920) as one:
        await seen(one, "/gates/tan-thanh/tv", "wall")
    async with tab(browser, gate.url, width=360) as one:
        await seen(one, page_of(morning.called[-1]), "driver")
    async with tab(browser, gate.url) as one:
        await one.sign_in("company-1-manager")
        waiting = one.page.locator("#list tbody a").first
        await seen(one, str(await waiting.get_attribute("href")), "company")
    async with tab(browser, gate.url) as one:
        await one.sign_in("officer-1-clerk")
        await seen(one, one.page.url.removeprefix(gate.url), "console")


async def seen(one: Tab, path: str, name: str) -> None:
    """Look at a page, which nothing may be wrong with, and keep the picture if that was asked."""
    await one.go(path)
    await one.picture(name)
    assert (0, []) == (await one.overflow(), one.complaints)
