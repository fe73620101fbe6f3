"""What a company does from its pages, as a person does it; one whole pass without script."""

from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, Locator, expect

from tests.browser.road import Road
from tests.browser.tabs import Tab, tab
from tests.live import Live

PREFIX = 19
"""So much of a key is shown for good."""
MANAGER, OTHER = "company-1-manager", "company-2-manager"
TAX_CODE = "9900123473"
"""Of company-2."""


@pytest.fixture(scope="module")
def road(gate: Live) -> Road:
    return Road(gate)


def at(entry: dict[str, Any]) -> str:
    return f"/company/entries/{entry['id']}"


async def done(one: Tab) -> None:
    await expect(one.page.get_by_role("status").filter(has_text="Done.")).to_be_visible()


async def link(one: Tab) -> str:
    """Return the path that the driver is sent."""
    return urlsplit(await one.page.locator("#url").input_value()).path


async def opened(one: Tab, text: str) -> Locator:
    """Open the part of the page that is folded under `text`, and return its form."""
    folded = one.page.locator("details", has=one.page.locator("summary", has_text=text))
    if await folded.get_attribute("open") is None:
        await folded.locator("summary").first.click()
    return folded.first


async def test_without_script_all_acts_of_an_entry_are_done_and_stand_in_its_history(
    browser: Browser, gate: Live, road: Road
) -> None:
    entry = road.waiting()
    async with tab(browser, gate.url, language="en", script=False) as one:
        page = one.page
        await one.sign_in(MANAGER, at(entry))
        old = await link(one)
        await (await opened(one, "Make a new link")).get_by_role("button").click()
        await done(one)
        assert 404 == gate.http.get(old).status_code
        assert 200 == gate.http.get(await link(one)).status_code

        await substitute_and_take_back(one)
        await let_in_and_end(one)
        await report_a_difficulty(one, road, entry)
        await (await opened(one, "Put off")).get_by_role("button").click()
        await done(one)
        await (await opened(one, "Cancel the entry")).get_by_role("button").click()
        await expect(page.locator("#now .big")).to_contain_text("cancelled")

        told = page.locator("#history li")
        await expect(told.first).to_contain_text("Cancelled")
        await page.get_by_role("link", name="All that happened").click()
        for text in ("Substitution withdrawn", "Another company let in", "Put off"):
            await expect(told.filter(has_text=text).first).to_contain_text("Your company")
        await expect(told.filter(has_text="Movement")).to_contain_text("The yard", ignore_case=True)
        await expect(told.last).to_contain_text("Registered")
        assert "yard-clerk" not in await page.content()


async def substitute_and_take_back(one: Tab) -> None:
    form = await opened(one, "Substitute the vehicle")
    await form.get_by_label("Plate of the tractor").fill("29H-987.65")
    await form.get_by_label("Reason").fill("<i>Broken down</i>")
    await form.get_by_role("button").click()
    await done(one)
    await expect(one.page.locator("#acts-of")).to_contain_text("proposed: <i>Broken down</i>")
    await one.page.get_by_role("button", name="Take back").click()
    await done(one)


async def let_in_and_end(one: Tab) -> None:
    form = await opened(one, "Parties (0)")
    await form.get_by_label("Tax code").fill(TAX_CODE)
    await form.get_by_role("button", name="Let in").click()
    await done(one)
    form = await opened(one, "Parties (1)")
    await form.get_by_role("button", name="End Sandbox company 2").click()
    await done(one)


async def report_a_difficulty(one: Tab, road: Road, entry: dict[str, Any]) -> None:
    """Report one, have an officer answer it, and read both where it was reported."""
    form = await opened(one, "Report a difficulty")
    await form.get_by_label("What is the matter?").fill("The yard is <b>closed</b>")
    await form.get_by_role("button").click()
    await done(one)
    (reported,) = road.do("GET", f"/v1/difficulties?entry={entry['id']}", "officer-1")["items"]
    answered = {"reason": "It opens at <b>noon</b>"}
    road.do("POST", f"/v1/difficulties/{reported['id']}/answer", "officer-1", answered)
    await one.go(at(entry))
    form = await opened(one, "Report a difficulty")
    await expect(form).to_contain_text("The yard is <b>closed</b>")
    await expect(form).to_contain_text("It opens at <b>noon</b>")


async def test_one_company_lets_another_act_and_either_ends_it(
    browser: Browser, gate: Live, road: Road
) -> None:
    entry = road.register()
    async with (
        tab(browser, gate.url, language="en") as giver,
        tab(browser, gate.url, language="en") as taker,
    ):
        await giver.sign_in(MANAGER, "/company/settings/delegations")
        await give(giver, "123")
        await expect(giver.page.get_by_label("Tax code")).to_have_value("123")
        await expect(giver.page.get_by_label("Tax code")).to_have_attribute("aria-invalid", "true")
        await give(giver, TAX_CODE, until="2026-04-01T12:00")
        row = giver.page.locator("table.stack tbody tr")
        await expect(row).to_contain_text("until 2026-04-01 12:00 (Hanoi time)")

        await taker.sign_in(OTHER, at(entry))
        await expect(taker.page.locator("#now")).to_be_visible()
        await taker.go("/company/settings/delegations?side=received")
        await expect(taker.page.locator("tbody tr")).to_contain_text("All vehicles")
        await taker.page.get_by_role("button", name="Refuse Sandbox company 1").click()
        await done(taker)
        answer = await taker.page.goto(gate.url + at(entry))
        assert answer is not None
        assert 404 == answer.status

        await giver.go("/company/settings/delegations?ended=true")
        await expect(row.filter(has_text="refused")).to_have_count(1)
        assert [] == await giver.violations()
        await give(giver, TAX_CODE)
        await giver.page.get_by_role("button", name="End Sandbox company 2").click()
        await done(giver)
        await expect(giver.page.get_by_text("There is none here.")).to_be_visible()


async def give(one: Tab, tax_code: str, until: str = "") -> None:
    """Let a company be a carrier of all vehicles, until an hour at the gate."""
    await one.page.get_by_label("Tax code").fill(tax_code)
    await one.page.get_by_label("Until when").fill(until)
    await one.page.get_by_role("button", name="Let another company act").click()


async def test_a_receiver_is_narrowed_by_kinds_tried_paused_and_removed(
    browser: Browser, gate: Live
) -> None:
    async with tab(browser, gate.url, language="en") as one:
        page = one.page
        await one.sign_in(MANAGER, "/company/settings/webhooks")
        await add_a_receiver(one, "order.paid")
        first = await page.locator(".secret").inner_text()
        assert ["order.paid"] == hook(gate)["kinds"]

        group = await money_kinds(one)
        await group.get_by_role("button", name="All or none").click()
        await save_kinds(one)
        assert {"order.paid", "refund.due", "receipt.issued"} < set(hook(gate)["kinds"])
        assert "call.made" not in hook(gate)["kinds"]
        group = await money_kinds(one)
        for _ in range(2 if await unticked(group) else 1):
            await group.get_by_role("button", name="All or none").click()
        await save_kinds(one)
        assert [] == hook(gate)["kinds"]

        await page.get_by_role("button", name="Send a test").click()
        await expect(page.locator("tbody tr").filter(has_text="webhook.test")).to_have_count(1)
        await page.get_by_label("Send again what came after").fill("0")
        await page.get_by_role("button", name="Replay").click()
        await done(one)
        await page.get_by_role("button", name="Rotate").click()
        assert first != await page.locator(".secret").inner_text()
        await page.get_by_role("button", name="Pause").click()
        await done(one)
        assert "paused" == hook(gate)["state"]
        assert [] == await one.violations()
        await page.get_by_role("button", name="Remove").click()
        await expect(page.get_by_text("There are no receivers yet.")).to_be_visible()
        assert [] == one.complaints


async def add_a_receiver(one: Tab, kind: str) -> None:
    """Add one that is told of one kind about money alone."""
    await one.page.get_by_label("HTTPS address").fill("https://hooks.example.com/gate")
    form = one.page.locator("section", has=one.page.locator("#add"))
    await form.locator("summary", has_text="Only some kinds").click()
    await form.locator("summary", has_text="Money and receipts").click()
    await form.locator(f'[value="{kind}"]').check()
    await form.get_by_role("button", name="Add a receiver").click()


async def money_kinds(one: Tab) -> Locator:
    await one.page.locator("#narrow > summary").click()
    return one.page.locator("#narrow details").filter(has_text="Money and receipts")


async def save_kinds(one: Tab) -> None:
    await one.page.locator("#narrow").get_by_role("button", name="Save").click()
    await done(one)


def hook(gate: Live) -> dict[str, Any]:
    found: dict[str, Any] = gate.ask("GET", "/v1/webhooks", "company-1").json()["items"][0]
    return found


async def unticked(group: Locator) -> int:
    return await group.locator("input:not(:checked)").count()


async def test_a_key_is_rotated_and_revoked_and_its_system_disabled_and_enabled(
    browser: Browser, gate: Live
) -> None:
    async with tab(browser, gate.url, language="en") as one:
        page = one.page
        await one.sign_in(MANAGER, "/company/settings/keys")
        await page.get_by_label("Name of the system").fill("tms")
        await page.get_by_role("button", name="Add a system").click()
        await page.get_by_role("button", name="Give a key tms").click()
        first = await page.locator(".secret").inner_text()
        card = page.locator("section.card", has=page.get_by_role("heading", name="tms"))
        await card.get_by_role("button", name="Rotate").click()
        second = await page.locator(".secret").inner_text()
        assert (200, 200) == (opens(gate, first), opens(gate, second))
        new = card.locator("li", has_text=second[:PREFIX])
        await new.get_by_role("button", name="Revoke").click()
        await done(one)
        assert (200, 401) == (opens(gate, first), opens(gate, second))
        await card.get_by_role("button", name="Disable tms").click()
        await done(one)
        assert 401 == opens(gate, first)
        await card.get_by_role("button", name="Enable tms").click()
        await done(one)
        assert [] == one.complaints


async def test_a_member_is_changed_disabled_and_enabled(browser: Browser, gate: Live) -> None:
    async with tab(browser, gate.url, language="en") as one:
        page = one.page
        await one.sign_in(MANAGER, "/company/settings/members")
        row = page.get_by_role("row").filter(has_text="company-1-clerk")
        await row.get_by_label("Role").select_option("viewer")
        await row.get_by_role("button", name="Save").click()
        await done(one)
        await expect(row.get_by_label("Role")).to_have_value("viewer")
        async with tab(browser, gate.url, language="en") as clerk:
            await clerk.sign_in("company-1-clerk", "/company")
            await expect(clerk.page.get_by_role("link", name="Register")).to_have_count(0)
            await row.get_by_role("button", name="Disable company-1-clerk").click()
            await expect(row).to_contain_text("Disabled")
            beside = await clerk.page.context.new_page()  # the other may just be led away itself
            await beside.goto(f"{gate.url}/company")
            assert "/sign-in" in beside.url
        await row.get_by_role("button", name="Enable company-1-clerk").click()
        await done(one)
        await row.get_by_label("Role").select_option("clerk")
        await row.get_by_role("button", name="Save").click()
        await done(one)
        assert [] == one.complaints


async def test_what_is_wrong_with_one_of_a_list_is_no_fault_of_the_form_that_adds_another(
    browser: Browser, gate: Live
) -> None:
    async with tab(browser, gate.url, language="en", script=False) as one:
        page = one.page
        await one.sign_in(MANAGER, "/company/settings/members")
        row = page.get_by_role("row").filter(has_text="company-1-clerk")
        role = row.get_by_label("Role")
        await role.evaluate("one => { one.options[0].value = 'emperor'; one.selectedIndex = 0 }")
        await row.get_by_role("button", name="Save").click()
        await expect(page.get_by_role("alert")).to_contain_text("/role")
        await expect(page.locator("[aria-invalid], .fault")).to_have_count(0)


def opens(gate: Live, secret: str) -> int:
    headers = {"Authorization": f"Bearer {secret.strip()}"}
    return gate.http.get("/v1/session", headers=headers).status_code
