"""Desks: agencies answer what is asked of them, yards see who comes and goes."""

from typing import Any

import pytest
from playwright.async_api import Browser, Locator, expect

from tests.api.test_policy_proposals import wanted
from tests.browser.road import Road
from tests.browser.tabs import Tab, tab
from tests.live import Live

HOSTILE = "<script>alert(1)</script>"
CLEARANCE = "customs_clearance"

Entry = dict[str, Any]


@pytest.fixture(scope="module")
def road(gate: Live) -> Road:
    return Road(gate)


@pytest.fixture(scope="module")
def asked(road: Road) -> list[Entry]:
    """Vehicles in the yard of which customs wants to see the goods once more."""
    entries = [road.waiting() for _ in range(3)]
    for entry in entries:
        ask(road, entry)
    road.do("POST", "/v1/holds", "customs", {"plate": "12C-999.99", "reason": HOSTILE})
    return entries


def ask(road: Road, entry: Entry) -> None:
    body = {"kind": CLEARANCE, "reason": HOSTILE}
    road.do("POST", f"/v1/entries/{entry['id']}/check-requests", "customs", body)


def plate(entry: Entry) -> str:
    return str(entry["plate"])


async def test_an_agency_answers_one_or_several_and_sees_what_is_asked_at_once(
    browser: Browser, gate: Live, road: Road, asked: list[Entry]
) -> None:
    async with tab(browser, gate.url, language="en") as one:
        await one.sign_in("customs-clerk")
        rows = one.page.locator("#list tbody tr")
        await expect(rows).to_have_count(3)
        await rows.first.get_by_role("button", name="Pass").click()
        await expect(rows).to_have_count(2)
        await one.page.get_by_label("Reason (if failed)").fill("The seal is broken")
        for row in await rows.all():
            await row.get_by_role("checkbox").check()
        await one.page.get_by_role("button", name="Fail those ticked").click()
        await expect(one.page.locator("#list")).to_contain_text("Nothing is asked")
        ask(road, asked[0])
        await expect(rows).to_have_count(1)
        assert [] == one.complaints
    told = [
        (check["result"], check["reason"])
        for entry in asked[1:]
        for check in road.do("GET", f"/v1/entries/{entry['id']}", "officer-1")["checks"]
        if check["kind"] == CLEARANCE
    ]
    assert [("failed", "The seal is broken")] * 2 == [one for one in told if one[0] == "failed"]


@pytest.mark.parametrize("script", [True, False])
async def test_a_vehicle_is_held_and_let_go_and_a_check_of_it_waived(
    browser: Browser, gate: Live, road: Road, script: bool
) -> None:
    entry = road.waiting()
    async with tab(browser, gate.url, language="en", script=script) as one:
        await one.sign_in("customs-chief", "/desk/vehicles")
        await one.page.get_by_label("Plate or entry code").fill(entry["reference"].lower())
        await one.page.get_by_role("button", name="Find").click()
        await expect(one.page.locator("h1")).to_contain_text(entry["reference"])
        held = one.page.locator("#hold")
        await held.locator("summary").click()
        await held.get_by_label("Reason").fill(HOSTILE)
        await held.get_by_role("button").click()
        await expect(one.page.locator("#holds .told")).to_contain_text(HOSTILE)
        await expect(one.page.locator("#now")).to_contain_text("held")
        let_go = one.page.locator("#holds .behind").first
        await let_go.locator("summary").click()
        await let_go.get_by_label("Reason").fill("Scanned")
        await let_go.get_by_role("button").click()
        await expect(one.page.locator("#holds .told")).to_contain_text("Lifted")
        waived = one.page.locator("#waive")
        await waived.locator("summary").click()
        await waived.locator("select").select_option(CLEARANCE)
        await waived.get_by_label("Reason").fill("Known goods")
        await waived.get_by_role("button").click()
        await expect(one.page.locator("#checks")).to_contain_text("Waived")


@pytest.mark.parametrize("script", [True, False])
async def test_a_yard_sees_vehicles_come_and_go_by_their_plates(
    browser: Browser, gate: Live, road: Road, script: bool
) -> None:
    entry = road.register()
    async with tab(browser, gate.url, language="en", script=script) as one:
        await one.sign_in("yard-clerk", "/desk?yard=bao-nguyen")
        await one.page.locator("#which").fill(plate(entry).lower())
        await one.page.get_by_role("button", name="In", exact=True).click()
        await expect(one.page.get_by_role("status")).to_contain_text("into the yard")
        row = one.page.locator("#list tr").filter(has_text=entry["reference"])
        await expect(row).to_contain_text("queued")
        await row.get_by_role("button", name="Out").click()
        await expect(one.page.get_by_role("status")).to_contain_text("out of the yard")
        await expect(row).to_have_count(0)
        await one.page.locator("#which").fill(HOSTILE)
        await one.page.get_by_role("button", name="In", exact=True).click()
        await expect(one.page.get_by_role("status")).to_contain_text("Not registered")
        assert [] == one.complaints


async def test_who_has_no_desk_is_sent_to_their_own_work_and_a_stranger_signs_in(
    browser: Browser, gate: Live
) -> None:
    async with tab(browser, gate.url) as one:
        await one.go("/desk/holds")
        assert "/sign-in?next=%2Fdesk%2Fholds" in one.page.url
        await one.sign_in("company-1-manager", "/desk")
        assert one.page.url.endswith("/company")
        answer = await one.context.request.post(
            f"{gate.url}/desk", form={"act": "move", "yard": "bao-nguyen", "which": "12C-000.01"}
        )
        assert 403 == answer.status


async def test_reports_are_for_everybody_but_revenue_and_print(
    browser: Browser, gate: Live
) -> None:
    async with tab(browser, gate.url) as one:
        await one.go("/reports?from_day=2024-08-22&to_day=2024-08-23")
        await expect(one.page.locator("tbody")).to_contain_text("Tân Thanh")
        assert b"%PDF" == (await one.page.pdf())[:4]
        await one.go("/reports/revenue")
        assert "/sign-in" in one.page.url


async def test_a_second_member_of_the_board_approves_what_a_first_proposed(
    browser: Browser, gate: Live, road: Road
) -> None:
    road.do("POST", "/v1/policy-proposals", "board-1", wanted())
    async with tab(browser, gate.url, language="en") as one:
        await one.sign_in("board-2-manager")
        await one.page.get_by_role("button", name="Approve").first.click()
        await expect(one.page.get_by_role("status")).to_be_visible()
        await expect(one.page.locator("#policy")).to_contain_text("Nothing waits")


async def fill(one: Tab, fields: dict[str, str]) -> None:
    """Fill a form by the names of its fields, and send it."""
    for name, text in fields.items():
        await one.page.locator(f'[name="{name}"]').fill(text)
    await one.page.get_by_role("button", name="Propose").click()


DRAFTS = ("tariff", "policy", "reduction")
Forms = dict[str, dict[str, str]]


def drafts(gate: Live, name: str, day: str) -> Forms:
    """Return what a member of the board writes into the form of each kind."""
    table = gate.ask("GET", "/v1/tariffs/tariff-2025-09/document?format=csv").text
    names = {"/names/vi": "Giảm", "/names/en": HOSTILE}
    document = {"/legal_reference/document": "18/2026/NQ-HĐND"}
    policy = {"/code": f"p-{name}", "/starts_on": day, "/source": "Board", "/lanes/1/rate": "3"}
    return {
        "tariff": {"code": f"t-{name}", "starts_on": day, "document": table},
        "policy": policy,
        "reduction": {"/code": name, **names, "percent": "12,5", **document, "/starts_on": day},
    }


def code_of(form: dict[str, str]) -> str:
    return form.get("code") or form["/code"]


async def propose(one: Tab, forms: Forms) -> None:
    """Propose one of each, a tariff and a policy when their faults are mended."""
    tariff, policy = forms["tariff"], forms["policy"]
    await one.go("/desk/drafts")
    await fill(one, {**tariff, "document": "part\nnothing"})
    await expect(one.page.get_by_role("alert")).to_be_visible()
    assert tariff["starts_on"] == await one.page.locator("[name=starts_on]").input_value()
    await fill(one, tariff)
    await expect(one.page.get_by_role("status")).to_contain_text(code_of(tariff))
    await one.go("/desk/drafts/policy")
    await fill(one, {**policy, "/lanes/1/rate": "fast"})
    await expect(one.page.locator("[aria-invalid=true]").first).to_be_visible()
    await fill(one, policy)
    await expect(one.page.get_by_role("status")).to_contain_text(code_of(policy))
    await one.go("/desk/drafts/reduction")
    await fill(one, forms["reduction"])
    await expect(one.page.get_by_role("status")).to_contain_text(code_of(forms["reduction"]))


async def look_at(one: Tab) -> None:
    """See what differs, and what the tariff would have changed."""
    await expect(one.page.locator("#policy")).to_contain_text("2 → 3")
    await expect(one.page.locator("#reduction")).to_contain_text("12.5 %")
    await one.page.get_by_role("link", name="Its effect").click()
    await expect(one.page.locator("main")).to_contain_text("Had it ruled")
    await one.go("/desk")


async def approve(one: Tab, kind: str, code: str) -> Locator:
    """Announce what another proposed, and return where it then stands."""
    await one.page.get_by_role("button", name=f"Approve {code}").click()
    await expect(one.page.get_by_role("status")).to_be_visible()
    await expect(one.page.locator(f"#{kind}")).not_to_contain_text(code)
    return one.page.locator("#announced article").filter(has_text=code)


async def withdraw(announced: Locator) -> None:
    await announced.locator("summary").click()
    await announced.get_by_label("Reason").fill("Put off")
    await announced.get_by_role("button").click()
    await expect(announced).to_have_count(0)


@pytest.mark.parametrize(("script", "day"), [(True, "2026-04-02"), (False, "2026-04-01")])
async def test_one_member_of_the_board_proposes_by_forms_and_another_announces_or_withdraws(
    browser: Browser, gate: Live, script: bool, day: str
) -> None:
    """No two editions begin on one day."""
    forms = drafts(gate, f"drafted-{script}".lower(), day)
    async with tab(browser, gate.url, language="en", script=script) as one:
        await one.sign_in("board-1-manager")
        await propose(one, forms)
        assert script is False or [] == [text for text in one.complaints if "422" not in text]
    async with tab(browser, gate.url, language="en", script=script) as one:
        await one.sign_in("board-2-manager")
        await look_at(one)
        for kind in DRAFTS:
            await withdraw(await approve(one, kind, code_of(forms[kind])))
