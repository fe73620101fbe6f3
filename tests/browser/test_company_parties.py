"""Each party of an entry finds on its page what it may do, and nothing there that is refused."""

from typing import Final

import pytest
from playwright.async_api import Browser, Page

from tests.browser.road import Entry, Road
from tests.browser.tabs import Tab, session_of, tab
from tests.live import Live

OTHER, TAX_CODE = "company-2-manager", "9900123473"
ACTS: Final = {
    "amend": "main .head a.button",
    "order": '#money a[href*="/company/orders/"]',
    "pay": '#steps a[href*="/company/orders/"]',
    "pass": 'main a[href*="/pass"]',
    "link": 'form[action$="/new-link"]',
    "driver": 'form[action*="/driver"]',
    "substitute": 'form[action$="/substitute"]',
    "defer": 'form[action$="/defer"]',
    "let in": 'form[action$="/let-in"]',
    "cancel": 'form[action$="/cancel"]',
    "report": 'form[action$="/difficulty"]',
    "log": 'form[action*="/openings"]',
}
"""What can be done from the page of an entry, and what it is done by."""
EVERYBODY: Final = {"report", "log"}
MAY: Final = {
    "declarant": {*ACTS},
    "carrier": {"amend", "pass", "link", "substitute", "defer", *EVERYBODY},
    "owner": EVERYBODY,
    "payer": {"order", "pay", *EVERYBODY},
}


@pytest.fixture(scope="module")
def road(gate: Live) -> Road:
    return Road(gate)


def cookie(gate: Live, who: str) -> dict[str, str]:
    """Return the header by which a browser is somebody."""
    sent = session_of(gate.url, who).items()
    return {"Cookie": "; ".join(f"{name}={value}" for name, value in sent)}


@pytest.mark.parametrize("party", MAY)
async def test_a_party_finds_what_it_may_do_and_no_link_that_is_refused(
    browser: Browser, gate: Live, road: Road, party: str
) -> None:
    entry = road.waiting()
    who = "company-1-manager" if party == "declarant" else OTHER
    if party != "declarant":
        body = {"party": party, "tax_code": TAX_CODE}
        road.do("POST", f"/v1/entries/{entry['id']}/parties", "company-1", body)
    async with tab(browser, gate.url, language="en", script=False) as one:
        await one.be(who, "en")
        await one.go(f"/company/entries/{entry['id']}")
        assert MAY[party] == await found(one.page)
        refused = [
            path
            for path in await links(one.page)
            if gate.http.get(path, headers=cookie(gate, who)).status_code >= 400
        ]
        assert [] == refused
        await one.go("/company?show=due")
        is_due = entry["reference"] in await one.page.content()
        assert ("order" in MAY[party]) is is_due


async def found(page: Page) -> set[str]:
    return {name for name, where in ACTS.items() if await page.locator(where).count()}


async def links(page: Page) -> list[str]:
    """Return where the page leads within the service."""
    found = page.locator("main a")
    every = [await found.nth(at).get_attribute("href") or "" for at in range(await found.count())]
    return [one for one in every if one.startswith("/")]


async def test_a_carrier_amends_the_vehicle_and_its_driver_by_a_form_of_nothing_else(
    browser: Browser, gate: Live, road: Road
) -> None:
    entry = road.register()
    at = f"/v1/entries/{entry['id']}"
    road.do("POST", f"{at}/parties", "company-1", {"party": "carrier", "tax_code": TAX_CODE})
    async with tab(browser, gate.url, language="en", script=False) as one:
        await one.be(OTHER, "en")
        await one.go(f"/company/entries/{entry['id']}/amend")
        assert {"vehicle", "driver"} == await parts(one)
        await one.page.locator('[name="/vehicle/payload_kg"]').fill("9.000")
        await one.page.locator(".foot").get_by_role("button", name="Save and resubmit").click()
        await one.page.wait_for_url("**/company/entries/*?amended=1")
    now: Entry = road.do("GET", at, "company-1")
    assert 9000 == now["declared"]["vehicle"]["payload_kg"]
    assert entry["declared"]["consignments"] == now["declared"]["consignments"]


async def parts(one: Tab) -> set[str]:
    """Return of which parts of a declaration the form has fields."""
    fields = one.page.locator('main form [name^="/"]')
    names = [await fields.nth(at).get_attribute("name") or "" for at in range(await fields.count())]
    return {name.split("/")[1] for name in names}


@pytest.mark.parametrize(
    ("who", "path", "expected"),
    [
        ("company-1-manager", "/company?plate=", 200),
        ("officer-1-clerk", "/console/search?q=", 303),
        ("customs-chief", "/desk/vehicles?q=", 303),
    ],
)
def test_the_last_digits_of_a_plate_find_a_vehicle_and_fewer_than_three_are_told_so(
    gate: Live, road: Road, who: str, path: str, expected: int
) -> None:
    entry = road.register(vehicle={"tractor_plate": f"29H-86{len(who):03}", "payload_kg": 8000})
    headers = {**cookie(gate, who), "Accept-Language": "en"}
    answer = gate.http.get(f"{path}6{len(who):03}", headers=headers)
    assert expected == answer.status_code
    assert entry["id"] in answer.text + answer.headers.get("location", "")
    short = gate.http.get(f"{path}6-0", headers=headers)
    assert 422 == short.status_code
    assert "at least 3 letters or digits" in short.text
