"""One entry's whole way, on the screens of all who meet it."""

from urllib.parse import quote, urlsplit

from playwright.async_api import Browser, expect

from tests.api.test_way import CHECKS
from tests.browser.road import Road
from tests.browser.tabs import Tab, tab
from tests.live import Live

DECLARED = {
    "/gate": "tan-thanh",
    "/planned_arrival_at": "2026-03-11T10:00",
    "/vehicle/tractor_plate": "29H-123.45",
    "/vehicle/payload_kg": "15000",
    "/consignments/0/declaration_number": "309900000417",
    "/consignments/0/regime": "B11",
    "/consignments/0/lines/0/goods_group": "fresh-produce-export",
    "/consignments/0/lines/0/product": "durian",
    "/consignments/0/lines/0/hs_code": "0810.60.00",
    "/consignments/0/lines/0/gross_kg": "14000",
    "/consignments/0/lines/0/customs_value_vnd": "900000000",
    "/documents/phytosanitary_certificate/number": "KD-2026-00001",
    "/documents/phytosanitary_certificate/status": "issued",
    "/documents/growing_area_code": "VN-TGOR-0095",
    "/documents/packing_house_code": "VN-TGPH-0012",
}
CONSOLE = "/console?gate=tan-thanh&direction=export"
NUMBER = "TT-0001"


async def test_a_truck_is_registered_called_let_in_paid_for_and_crosses_on_screens(
    browser: Browser, gate: Live
) -> None:
    """The company, the driver, the yard, the officer and the public each see it go on."""
    async with (
        tab(browser, gate.url, language="en") as company,
        tab(browser, gate.url, language="vi", width=360) as driver,
        tab(browser, gate.url, language="en") as yard,
        tab(browser, gate.url, language="en") as officer,
        tab(browser, gate.url, language="zh", width=1920) as board,
    ):
        link = await register(company)
        await driver.go(link)
        await board.go("/gates/tan-thanh/tv")
        await bring_in(yard)
        await expect(driver.page.locator("#standing")).to_contain_text(NUMBER, timeout=60_000)

        await officer.sign_in("officer-1-clerk", quote(CONSOLE))
        await officer.page.keyboard.press("c")
        await officer.page.keyboard.press("Enter")
        await expect(board.page.locator("main")).to_contain_text(NUMBER)
        await driver.page.reload()
        await expect(driver.page.locator("h1")).to_contain_text("ĐẾN CỔNG", ignore_case=True)
        assert [] == await driver.violations()

        await let_through(officer, gate)
        await expect(company.page.locator("#now")).to_contain_text(
            "through the gate", timeout=60_000
        )
        await driver.page.reload()
        await expect(driver.page.locator("h1")).to_contain_text("ĐÃ QUA", ignore_case=True)
        for one in (company, driver, yard, officer, board):
            assert [] == one.complaints


async def register(company: Tab) -> str:
    """Register by the form, and return the link that the page gives for the driver."""
    await company.sign_in("company-1-manager", "/company/entries/new")
    for name, value in DECLARED.items():
        field = company.page.locator(f'[name="{name}"]')
        if await field.evaluate("one => one.tagName") == "SELECT":
            await field.select_option(value)
        else:
            await field.fill(value)
    await company.page.get_by_role("button", name="Register").last.click()
    await company.page.wait_for_url("**/company/entries/*-*")
    link = await company.page.get_by_role("link", name="driver").first.get_attribute("href")
    assert link is not None
    return urlsplit(link).path


async def bring_in(yard: Tab) -> None:
    """See the truck come into the yard, by its plate as somebody types it."""
    await yard.sign_in("yard-clerk", "/desk?yard=bao-nguyen")
    await yard.page.locator("#which").fill("29h 12345")
    await yard.page.locator('[name="/way"][value="in"]').click()
    await expect(yard.page.get_by_role("status").first).to_contain_text(NUMBER)


async def let_through(officer: Tab, gate: Live) -> None:
    """Let the truck arrive and in, and out once agencies and the bank have done their part."""
    road, page = Road(gate), officer.page
    await page.keyboard.press("a")
    await page.keyboard.type("1")
    await page.keyboard.press("Enter")
    entry = gate.ask("GET", "/v1/entries?limit=1", "officer-1").json()["items"][0]
    for kind, agency in CHECKS:
        body = {"kind": kind, "result": "passed"}
        road.do("POST", f"/v1/entries/{entry['id']}/checks", agency, body)
    road.pay(entry)
    await officer.go(f"/console/entries/{entry['id']}")
    for name in ("Let in", "Release", "Has left"):
        await page.locator("#acts").get_by_role("button", name=name).first.click()
