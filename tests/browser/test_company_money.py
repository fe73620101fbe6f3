"""What a company does beside its single vehicles: a fleet in a file, money, what it manages."""

import re
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from tests.api.conftest import lorry
from tests.browser.tabs import Tab, tab
from tests.browser.test_company import MANAGER, registered
from tests.live import Live

HEADING = "gate,direction,planned_arrival_at,tractor_plate,payload_kg,goods_group,client_reference"
FLEET = f"""{HEADING}
tan-thanh,export,2026-03-11 15:00,29C-111.11,8000,ordinary,F-1
tan-thanh,export,2026-03-11 15:00,29C-111.12,many,ordinary,=F-2
"""


@pytest.fixture(scope="module")
def orders(gate: Live) -> list[dict[str, Any]]:
    """Two orders of company-1 that are due."""
    return [registered(gate, lorry(number))["orders"][0] for number in (71, 72)]


def pay(gate: Live, order: dict[str, Any]) -> None:
    body = {"amount": order["amount"], "source_reference": order["code"]}
    headers = {"Idempotency-Key": order["id"]}
    path = f"/v1/orders/{order['id']}/payments"
    answer = gate.ask("POST", path, "bank", json=body, headers=headers)
    assert 201 == answer.status_code, answer.text


@pytest.mark.parametrize("script", [True, False])
async def test_a_fleet_is_sent_and_its_refused_rows_are_told_with_line_and_column(
    browser: Browser, gate: Live, script: bool
) -> None:
    content = FLEET.replace("29C", "29C" if script else "29D").replace("F-", f"F-{script:d}")
    file = {"name": "fleet.csv", "mimeType": "text/csv", "buffer": content.encode()}
    async with tab(browser, gate.url, language="en", script=script) as one:
        await one.sign_in(MANAGER, "/company/uploads")
        await one.page.locator("#file").set_input_files(file)  # type: ignore[arg-type] # a TypedDict
        await one.page.get_by_role("button", name="Send").click()
        await one.page.wait_for_url(re.compile(r"/company/uploads/[0-9a-f-]{36}$"))
        row = one.page.locator("#rows tbody tr").nth(1)
        await expect(row).to_contain_text("payload_kg", timeout=15000)
        await expect(row.locator("td").first).to_have_text("3")
        async with one.page.expect_download() as told:
            await one.page.get_by_role("link", name="Download the refused rows").click()
        text = (await (await told.value).path()).read_text("utf-8-sig")
        assert "payload_kg" in text
        assert f"'=F-{script:d}2" in text
        await one.go("/company/uploads")
        mended = {**file, "buffer": content.replace("many", "9000").encode()}
        await one.page.locator("#file").set_input_files(mended)  # type: ignore[arg-type] # a TypedDict
        await one.page.get_by_role("button", name="Send").click()
        await expect(row).to_contain_text("Registered", timeout=60000)
        before = one.page.locator("#rows tbody tr").first
        await expect(before).to_contain_text("There already")
        await expect(before.get_by_role("link")).to_have_count(1)


async def test_orders_are_paid_by_one_code_and_the_page_tells_when_the_money_came(
    browser: Browser, gate: Live, orders: list[dict[str, Any]]
) -> None:
    async with tab(browser, gate.url, language="en") as one:
        await one.sign_in(MANAGER, "/company/pay")
        await one.page.get_by_role("button", name="Pay all").click()
        for order in orders:
            await expect(one.page.locator("#orders")).to_contain_text(order["code"])
        await one.go("/company/pay")
        for order in orders:
            await one.page.get_by_label(order["code"]).check()
        await one.page.get_by_role("button", name="Pay by one code").click()
        await expect(one.page.locator("#state .total")).to_contain_text("₫")
        code = one.page.locator("#state img")
        await code.evaluate("image => image.decode()")  # fails where it is not a picture
        await one.go(f"/company/orders/{orders[0]['id']}")
        await one.page.get_by_label("Name of the payer").fill("<b>Mai</b>")
        await one.page.get_by_role("button", name="Name the payer").click()
        await expect(one.page.get_by_label("Name of the payer")).to_have_value("<b>Mai</b>")
        pay(gate, orders[0])
        await expect(one.page.locator("#state")).to_contain_text("The money came", timeout=5000)
        await one.go("/company/receipts")
        await expect(one.page.locator("#receipts tbody tr")).to_have_count(1)
        await one.page.get_by_role("link", name="These receipts on paper").click()
        await expect(one.page.locator("article")).to_contain_text("<b>Mai</b>")
        await one.page.locator("article img").evaluate("image => image.decode()")
        await expect(one.page.get_by_role("button", name="Print 1")).to_be_visible()
        assert [] == one.complaints


async def test_a_secret_is_told_once_and_a_viewer_changes_nothing(
    browser: Browser, gate: Live
) -> None:
    async with tab(browser, gate.url, language="en", script=False) as one:
        await one.sign_in(MANAGER, "/company/settings/keys")
        await one.page.get_by_label("Name of the system").fill("erp-of-company-1")
        await one.page.get_by_role("button", name="Add a system").click()
        await one.page.get_by_role("button", name="Give a key erp-of-company-1").click()
        secret = await one.page.locator(".secret").inner_text()
        answer = gate.http.get("/v1/session", headers={"Authorization": f"Bearer {secret.strip()}"})
        assert 200 == answer.status_code
        await one.go("/company/settings/keys")
        assert secret not in await one.page.content()
        await invite(one)
    async with tab(browser, gate.url, language="en", script=False) as one:
        await one.sign_in("company-1-viewer", "/company/settings/members")
        assert 0 == await one.page.get_by_role("button", name="Invite").count()
        await one.go("/company")
        assert 0 == await one.page.get_by_role("link", name="Register a vehicle").count()


async def invite(one: Tab) -> None:
    """Invite somebody whom the list then has."""
    await one.go("/company/settings/members")
    for label, text in (
        ("Name of the person", "Lê Thị Mai"),
        ("E-mail", "mai@company-1.invalid"),
        ("Short name", "company-1-mai"),
    ):
        await one.page.get_by_label(label).fill(text)
    await one.page.get_by_role("button", name="Invite somebody").click()
    await expect(one.page.get_by_role("row").filter(has_text="company-1-mai")).to_be_visible()
