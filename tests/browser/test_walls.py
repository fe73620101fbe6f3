"""Boards on walls: large, in turns where many are called, in two languages and no other."""

import pytest
from playwright.async_api import Browser, expect

from tests.api.conftest import lorry
from tests.browser.tabs import LANGUAGES, tab
from tests.browser.test_board import GATE, do, settled, wait_in_yard
from tests.live import Live

WALLS = ((1920, 1080), (1280, 720), (1080, 1920))
EIGHT_PERCENT = 0.08
DIGIT = 0.7
"""How high a digit is of its type's size, at least."""
SIZES = """() => {
    const found = [...document.querySelectorAll(".called:not([hidden]) b > :last-child")]
        .map(one => parseFloat(getComputedStyle(one).fontSize));
    return [5, 7].includes(found.length) && found;
}"""
"""The sizes of call numbers in a turn that is full, as all but the last are."""
IN_SIGHT = """() => {
    const inside = (one, place) => one.left >= place.left - 1 && one.right <= place.right + 1
        && one.top >= place.top - 1 && one.bottom <= place.bottom + 1;
    return [...document.querySelectorAll(".called:not([hidden]) > *, .next b")].every(one =>
        inside(one.getBoundingClientRect(), one.closest(".called, .next").getBoundingClientRect()));
}"""
TURN_MS = 8000


@pytest.fixture(scope="module")
def crowded(gate: Live) -> Live:
    """A gate with many who wait, and a notice."""
    for number in range(1, 28):
        wait_in_yard(gate, lorry(number))
    text = {"vi": "Mưa lớn", "en": "Heavy rain", "zh": "大雨"}
    do(gate, "/v1/notices", "officer-1", {"kind": "advice", "gate": "tan-thanh", "text": text})
    return gate


async def test_a_wall_shows_many_who_are_called_large_in_turns_and_the_newest_always(
    browser: Browser, crowded: Live
) -> None:
    path = "/v1/gates/tan-thanh/queues/export/calls"
    headers = {"Idempotency-Key": "board-many"}
    calls = do(crowded, path, "officer-1", {"count": 20}, headers=headers)["calls"]
    newest = calls[-1]["call_number"]
    async with tab(browser, crowded.url, width=1920) as one:
        for language in LANGUAGES:
            await one.go(f"/preferences?language={language}&next={GATE}/tv")
            await settled(one)
            await expect(one.page.locator(".turns")).to_contain_text("/ 4")
            await expect(one.page.locator(".called").first).to_have_attribute("data-number", newest)
            for width, height in WALLS:
                await one.page.set_viewport_size({"width": width, "height": height})
                sizes = await (await one.page.wait_for_function(SIZES)).json_value()
                assert min(sizes) * DIGIT >= EIGHT_PERCENT * min(width, height)
                assert max(sizes) == sizes[0] > sizes[1]
                assert await one.page.evaluate(IN_SIGHT), (language, width)
        await one.page.clock.install()
        await one.page.reload()
        seen: set[str] = set()
        for _ in range(4):
            seen |= set(await one.page.locator(".called:not([hidden]) b").all_inner_texts())
            await one.page.clock.run_for(TURN_MS)
        assert {call["call_number"] for call in calls} <= seen
        assert [] == one.complaints


async def test_a_wall_tells_a_notice_in_its_two_languages_alone(
    browser: Browser, crowded: Live
) -> None:
    told = {"vi": ("Mưa lớn", "大雨"), "zh": ("大雨", "Mưa lớn"), "en": ("Heavy rain", "Mưa lớn")}
    for language, (first, second) in told.items():
        async with tab(browser, crowded.url, language=language, width=1920) as one:
            await one.go(f"{GATE}/tv")
            words = one.page.locator("[data-ticker] span")
            await expect(words.first).to_contain_text(first)
            await expect(words.last).to_contain_text(second)
            await expect(words).to_have_count(2)
