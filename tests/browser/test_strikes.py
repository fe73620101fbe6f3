"""A company finds its strikes and appeals one; an officer decides, and both see how it ended."""

import pytest
from playwright.async_api import Browser, expect

from tests.browser.road import Road
from tests.browser.tabs import tab
from tests.browser.test_company_attacks import struck
from tests.live import Live

MANAGER, CLERK = "company-1-manager", "company-1-clerk"
TURNED = "Written \u202ebackwards"
"""Signs that turn the direction of what stands around them."""
WORDS = "The <b>yard</b> held it: paper 0417"


@pytest.fixture(scope="module")
def road(gate: Live) -> Road:
    return Road(gate)


async def test_a_strike_is_found_from_its_entry_and_appealed_and_the_decision_is_seen_at_once(
    browser: Browser, gate: Live, road: Road
) -> None:
    strike = struck(road)
    async with (
        tab(browser, gate.url, language="en") as company,
        tab(browser, gate.url, language="en") as officer,
    ):
        await company.sign_in(MANAGER, f"/company/entries/{strike['entry']}")
        await company.page.get_by_role("link", name="Your company has a strike").click()
        await company.page.get_by_label("Why should it not count?").fill(WORDS)
        await company.page.get_by_role("button", name="Send the appeal").click()
        await expect(company.page.get_by_role("status")).to_contain_text("The appeal is sent.")
        await expect(company.page.locator("blockquote")).to_have_text(WORDS)
        assert [] == await company.violations()

        await officer.sign_in("officer-2-clerk", "/console/difficulties")
        await officer.page.get_by_role("link", name="Appeals of missed calls").click()
        await officer.page.get_by_role("link", name=strike["call_number"]).click()
        await expect(officer.page.locator("blockquote")).to_have_text(WORDS)
        await officer.page.get_by_label("Reason").fill("The paper shows it.")
        await officer.page.get_by_role("button", name="Lift the strike").click()
        await expect(officer.page.locator("#done")).to_contain_text("is decided")
        await officer.go("/console/appeals")
        await expect(officer.page.locator("#list")).not_to_contain_text(strike["call_number"])

        await expect(company.page.locator("#state")).to_contain_text("The paper shows it.")
        await company.go("/company/strikes")
        row = company.page.locator("#list tbody tr").filter(has_text=strike["reference"])
        await expect(row).to_contain_text("lifted")
        assert [] == company.complaints + officer.complaints


async def test_without_script_an_appeal_is_refused_beside_its_field_and_keeps_what_was_typed(
    browser: Browser, gate: Live, road: Road
) -> None:
    strike = struck(road)
    async with tab(browser, gate.url, language="en", script=False) as one:
        await one.sign_in(CLERK, "/company/strikes")
        await one.page.get_by_role("link", name=f"Appeal {strike['plate']}").click()
        reason = one.page.get_by_label("Why should it not count?")
        await reason.fill(TURNED)
        await one.page.get_by_role("button", name="Send the appeal").click()
        await expect(reason).to_have_attribute("aria-invalid", "true")
        await expect(reason).to_have_value(TURNED)
        await reason.fill("Of several lines,\n\nfor people write so.")
        await one.page.get_by_role("button", name="Send the appeal").click()
        await expect(one.page.get_by_role("status")).to_contain_text("The appeal is sent.")
        await expect(reason).to_have_count(0)
        await expect(one.page.locator("blockquote")).to_contain_text("several lines, for people")


async def test_who_may_not_appeal_or_is_another_company_finds_no_form_and_no_strike(
    browser: Browser, gate: Live, road: Road
) -> None:
    strike = struck(road)
    path = f"/company/strikes/{strike['id']}"
    async with tab(browser, gate.url, language="en") as one:
        await one.be("company-1-viewer", "en")
        await one.go(path)
        await expect(one.page.locator("#what")).to_contain_text(strike["reference"])
        assert 0 == await one.page.locator("textarea").count()
        await one.be("company-2-manager", "en")
        answer = await one.page.goto(gate.url + path)
        assert answer is not None
        assert 404 == answer.status
        assert strike["reference"] not in await one.page.content()
