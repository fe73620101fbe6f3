"""A company at its desk: its vehicles at a glance, registered by form, amended, followed."""

import re
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from tests.api.conftest import lorry, truck
from tests.browser.tabs import LANGUAGES, WIDTHS, Tab, tab
from tests.live import Live

MANAGER = "company-1-manager"
DRIVER = {"name": "Nguyễn Văn Bình", "phone": "0912345678", "document_number": "020199012345"}
LOOKED_AT = {*zip(LANGUAGES, WIDTHS, strict=True)}
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def entry(gate: Live) -> dict[str, Any]:
    """A vehicle of company-1 that waits, beside one that cannot, and one of another company."""
    doubtful = lorry(41, planned_arrival_at=None, client_reference=HOSTILE)
    registered(gate, doubtful)
    registered(gate, lorry(42), who="company-2")
    one = registered(gate, truck(driver=DRIVER))
    move = {"reference": one["reference"], "way": "in"}
    assert 201 == gate.ask("POST", "/v1/yards/bao-nguyen/movements", "yard", json=move).status_code
    return one


def registered(gate: Live, document: dict[str, Any], who: str = "company-1") -> dict[str, Any]:
    answer = gate.ask("POST", "/v1/entries", who, json=document)
    assert 201 == answer.status_code, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def walk(one: Tab, paths: list[str]) -> None:
    """Look at pages in each language and width; nothing may be wrong with any of them.

    What axe looks at takes most of the time: it sees each language and each width once.
    """
    for language in LANGUAGES:
        await one.go(f"/preferences?language={language}&next=/company")
        for width, height in WIDTHS.items():
            await one.page.set_viewport_size({"width": width, "height": height})
            for path in paths:
                await one.go(path)
                assert language == await one.page.locator("html").get_attribute("lang")
                seen = (await one.overflow(), one.complaints)
                assert (0, []) == seen, (path, language, width)
                if (language, width) in LOOKED_AT:
                    assert [] == await one.violations(), (path, language, width)


async def test_the_pages_of_entries_are_readable_by_everybody(
    browser: Browser, gate: Live, entry: dict[str, Any]
) -> None:
    at = f"/company/entries/{entry['id']}"
    async with tab(browser, gate.url) as one:
        await one.sign_in(MANAGER)
        assert one.page.url.endswith("/company")
        await walk(one, ["/company?show=all", "/company/entries/new", at, f"{at}/amend"])


async def test_a_list_tells_what_is_missing_and_renews_itself(
    browser: Browser, gate: Live, entry: dict[str, Any]
) -> None:
    async with tab(browser, gate.url, language="en", dark=True) as one:
        await one.sign_in(MANAGER)
        rows = one.page.locator("#list tbody tr")
        await expect(rows.filter(has_text=HOSTILE)).to_contain_text("The planned arrival")
        await expect(rows.filter(has_text=entry["reference"])).to_contain_text("Number 1 in line")
        assert 0 == await rows.filter(has_text="15C-00042").count()
        assert [] == await one.violations()
        new = registered(gate, lorry(43))
        await expect(rows.filter(has_text=new["reference"])).to_be_visible(timeout=3000)
        await one.page.get_by_label("Plate").fill("15c 00043")
        await one.page.get_by_role("button", name="Find").click()
        await expect(rows).to_have_count(1)
        assert [] == one.complaints


@pytest.mark.parametrize("script", [True, False])
async def test_a_vehicle_is_registered_by_a_form_that_says_what_is_wrong_beside_each_field(
    browser: Browser, gate: Live, script: bool
) -> None:
    async with tab(browser, gate.url, language="en", script=script) as one:
        await one.sign_in(MANAGER, "/company/entries/new")
        await fill(one, script=script)
        await one.page.get_by_role("button", name="Add a kind of goods").click()
        await one.page.locator('[name="/consignments/0/lines/1/name"]').fill("Bananas")
        await one.page.locator('[name="/vehicle/payload_kg"]').fill("a lot")
        await one.page.locator(".foot").get_by_role("button", name="Register").click()
        field = one.page.locator('[name="/vehicle/payload_kg"]')
        await expect(field).to_have_attribute("aria-invalid", "true")
        assert "a lot" == await field.input_value()
        second = one.page.locator('[name="/consignments/0/lines/1/goods_group"]')
        await expect(second).to_have_attribute("aria-invalid", "true")
        if script:
            assert [] == await one.violations()
        await one.page.locator('[name="/consignments/0/lines/1/name"]').fill("")
        await field.fill("15.000")
        await one.page.get_by_role("button", name="Price first").click()
        await expect(one.page.locator("#price")).to_contain_text("350,000")
        await one.page.locator(".foot").get_by_role("button", name="Register").click()
        await expect(one.page.get_by_role("status")).to_contain_text("Registered")
        await expect(one.page.locator("#url")).to_have_value(re.compile(r"/d/[\w-]{20,}$"))
        await expect(one.page.locator("img.qr")).to_be_visible()


async def fill(one: Tab, *, script: bool) -> None:
    """Fill in what a person would of a truck of durian."""
    page = one.page
    await page.locator('[name="/gate"]').select_option("tan-thanh")
    await page.locator('[name="/planned_arrival_at"]').fill("2026-03-11T10:00")
    await page.locator('[name="/vehicle/tractor_plate"]').fill(f"12C-7{script:d}1.23")
    await page.locator('[name="/consignments/0/lines/0/goods_group"]').select_option(
        "fresh-produce-export"
    )
