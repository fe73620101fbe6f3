"""An edition that is not official rules in production when two members of the board confirm it."""

from collections.abc import Iterator

import pytest
from playwright.async_api import Browser, expect

from tests.browser.tabs import tab
from tests.live import Live, live_in_production

EDITION = "tariff-2025-09"


@pytest.fixture(scope="module")
def houses(server_url: str) -> Iterator[tuple[Live, Live]]:
    """A service in production, and a sandbox beside it, where its people sign in."""
    with live_in_production(server_url) as both:
        yield both


def missing(gate: Live) -> tuple[int, bool]:
    """Return how many words the edition lacks, and whether it rules."""
    one = gate.ask("GET", f"/v1/tariffs/{EDITION}").json()
    assert one["usable"] == one["in_force"]
    return one["confirmations_missing"], one["usable"]


async def test_each_of_two_members_gives_one_word(
    browser: Browser, houses: tuple[Live, Live]
) -> None:
    """The first of them says it twice; the second has no script."""
    gate, sandbox = houses
    assert (2, False) == missing(gate)
    async with tab(browser, gate.url, language="en") as one:
        await one.be("board-1-manager", "en", by=sandbox.url)
        await one.go("/desk")
        waiting = one.page.get_by_role("article").filter(has_text=EDITION)
        await expect(waiting).to_contain_text("2 more needed")
        for _ in range(2):
            await waiting.get_by_role("button", name=f"Confirm {EDITION}").click()
            await expect(one.page.get_by_role("status").first).to_contain_text("Done")
            await expect(waiting).to_contain_text("1 more needed")
        assert [] == one.complaints
    assert (1, False) == missing(gate)
    async with tab(browser, gate.url, language="en", script=False) as one:
        await one.be("board-2-manager", "en", by=sandbox.url)
        await one.go("/desk")
        waiting = one.page.get_by_role("article").filter(has_text=EDITION)
        await waiting.get_by_role("button", name=f"Confirm {EDITION}").click()
        await expect(one.page.get_by_role("status").first).to_contain_text("Done")
        await expect(waiting).to_have_count(0)
    assert (0, True) == missing(gate)
