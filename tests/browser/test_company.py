"""A company at its desk: its vehicles at a glance, registered by form, amended, followed."""

import re
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from tests.api.conftest import lorry, truck
from tests.browser.tabs import Tab, tab
from tests.live import Live

MANAGER = "company-1-manager"
DRIVER = {"name": "Nguyễn Văn Bình", "phone": "0912345678", "document_number": "020199012345"}
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


async def test_a_list_tells_what_is_missing_and_renews_itself(
    browser: Browser, gate: Live, entry: dict[str, Any]
) -> None:
    async with tab(browser, gate.url, language="en") as one:
        await one.sign_in(MANAGER)
        assert one.page.url.endswith("/company")
        rows = one.page.locator("#list tbody tr")
        await expect(rows.filter(has_text=HOSTILE)).to_contain_text("The planned arrival")
        await expect(rows.filter(has_text=entry["reference"])).to_contain_text("Number 1 in line")
        assert 0 == await rows.filter(has_text="15C-00042").count()
        new = registered(gate, lorry(43))
        await expect(rows.filter(has_text=new["reference"])).to_be_visible()
        await one.page.get_by_label("Plate").fill("15c 00043")
        await one.page.get_by_role("button", name="Find").click()
        await expect(rows).to_have_count(1)
        assert [] == one.complaints


async def test_who_amends_late_sees_what_was_changed_and_keeps_what_was_typed(
    browser: Browser, gate: Live
) -> None:
    late = registered(gate, lorry(44))
    path = f"/v1/entries/{late['id']}"
    async with tab(browser, gate.url, language="en", script=False) as one:
        await one.sign_in("company-1-clerk", f"/company/entries/{late['id']}/amend")
        await one.page.locator('[name="/client_reference"]').fill("MINE-44")
        body = {"vehicle": {"payload_kg": 9000}}
        answer = gate.ask("PATCH", path, "company-1", json=body, headers={"If-Match": '"1"'})
        assert 200 == answer.status_code
        save = one.page.locator(".foot").get_by_role("button", name="Save and resubmit")
        await save.click()
        await expect(one.page.locator(".told.act")).to_contain_text(
            "Registered payload, kg: 8000 → 9000"
        )
        await save.click()
        await expect(one.page.get_by_role("status")).to_contain_text("saved")
    now = gate.ask("GET", path, "company-1").json()
    declared = now["declared"]
    assert (9000, "MINE-44") == (declared["vehicle"]["payload_kg"], now["client_reference"])
    assert lorry(44)["consignments"] == declared["consignments"]


async def test_what_is_emptied_in_the_form_is_gone(browser: Browser, gate: Live) -> None:
    mine = registered(gate, lorry(47, client_reference="MINE-47"))
    async with tab(browser, gate.url, language="en", script=False) as one:
        await one.sign_in("company-1-clerk", f"/company/entries/{mine['id']}/amend")
        await one.page.locator('[name="/client_reference"]').fill("")
        save = one.page.locator(".foot").get_by_role("button", name="Save and resubmit")
        await save.click()
        await expect(one.page.get_by_role("status")).to_contain_text("saved")
    now = gate.ask("GET", f"/v1/entries/{mine['id']}", "company-1").json()
    assert (None, "tan-thanh") == (now["client_reference"], now["gate"])


async def test_a_driver_is_read_on_purpose_only_and_acts_are_done_from_the_page(
    browser: Browser, gate: Live
) -> None:
    mine = registered(gate, lorry(45, driver=DRIVER))
    async with tab(browser, gate.url, language="en") as one:
        await one.sign_in(MANAGER, f"/company/entries/{mine['id']}")
        assert DRIVER["phone"] not in await one.page.content()
        await one.page.get_by_role("button", name="Read in full").click()
        await expect(one.page.locator("section", has_text=DRIVER["phone"]).last).to_be_visible()
        reads = gate.ask("GET", f"/v1/personal-reads?entry={mine['id']}", "company-1").json()
        assert ["contact-driver"] == [read["purpose"] for read in reads["items"]]
        await one.page.get_by_text("Cancel the entry").first.click()
        await one.page.get_by_role("button", name="Cancel the entry").click()
        await expect(one.page.locator("#now .big")).to_contain_text("cancelled")
        assert [] == one.complaints
    async with tab(browser, gate.url, language="en") as one:
        await one.sign_in("company-2-manager", f"/company/entries/{mine['id']}")
        assert mine["reference"] not in await one.page.content()


async def test_a_form_from_elsewhere_does_nothing(browser: Browser, gate: Live) -> None:
    mine = registered(gate, lorry(46, driver=DRIVER))
    async with tab(browser, gate.url, language="en") as one:
        await one.sign_in(MANAGER)
        cookies = {cookie["name"]: cookie["value"] for cookie in await one.context.cookies()}
    headers = {
        "Origin": "https://elsewhere.example", "Accept": "text/html",
        "Content-Type": "application/x-www-form-urlencoded",
        "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
    }  # fmt: skip
    at = f"/company/entries/{mine['id']}"
    for path, content in (
        (f"{at}/cancel", "/reason=x"), (f"{at}/driver", "purpose=contact-driver"),
        ("/company/settings/keys/client", "/name=mine"),
    ):  # fmt: skip
        answer = gate.http.post(path, content=content, headers=headers)
        assert 403 == answer.status_code, path
        assert DRIVER["phone"] not in answer.text
    assert "registered" == gate.ask("GET", f"/v1/entries/{mine['id']}", "company-1").json()["state"]


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
