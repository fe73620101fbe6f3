"""Desks of money: a cashier's window, what a second decides, and how a day ends in the treasury."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from playwright.async_api import Browser, Locator, expect

from tests.browser.road import Road
from tests.browser.tabs import Tab, tab
from tests.live import Live, live_with_people

CASHIER, SECOND = "collector-1-clerk", "collector-2-clerk"
AT = "11/03/2026 09:02:11"
REFUSED = ("(Unprocessable Entity)", "(Conflict)")
Entry = dict[str, Any]


@pytest.fixture(scope="module")
def road(gate: Live) -> Road:
    return Road(gate)


@pytest.fixture(autouse=True)
def shut(road: Road) -> Iterator[None]:
    """Close the tills that a test leaves open: everybody has one at a time."""
    yield
    for till in road.do("GET", "/v1/shifts?open=true", "collector-1")["items"]:
        body = {"counted": till["expected"]}
        road.do("POST", f"/v1/shifts/{till['id']}/close", "collector-1", body)


def order_of(entry: Entry) -> dict[str, Any]:
    found: dict[str, Any] = entry["orders"][0]
    return found


def price_of(entry: Entry) -> int:
    return int(order_of(entry)["amount"]["amount"])


def button(one: Tab | Locator, name: str, **more: Any) -> Locator:
    where = one.page if isinstance(one, Tab) else one
    return where.get_by_role("button", name=name, **more)


def unforeseen(one: Tab) -> list[str]:
    """Return what a page complained of beside a form that was refused, as it should be."""
    return [text for text in one.complaints if not text.endswith(REFUSED)]


async def begin(one: Tab, who: str, then: str) -> None:
    await one.sign_in(who, then)
    await expect(one.page.locator("h1")).to_be_visible()


async def open_till(one: Tab) -> None:
    await one.page.locator("#gate").select_option("tan-thanh")
    await one.page.locator("#float").fill("200.000")
    await button(one, "Open a till").click()
    await expect(one.page.locator("#q")).to_be_visible()


async def print_receipt(one: Tab, code: str, *, prints: bool) -> None:
    """Open the paper by a key; one that prints by itself closes once it has been printed."""
    # A browser without a printer is done at once, and the paper gone before it was looked at.
    await one.context.add_init_script("window.print = () => { window.asked = true; }")
    async with one.page.expect_popup() as opened:
        await one.page.keyboard.press("Enter")
    paper = await opened.value
    await paper.wait_for_load_state()
    await expect(paper.locator("main")).to_contain_text(code)
    assert prints is bool(await paper.evaluate("window.asked"))
    if prints:
        async with paper.expect_event("close"):
            await paper.evaluate("setTimeout(() => dispatchEvent(new Event('afterprint')))")


@pytest.mark.parametrize("script", [True, False])
async def test_a_cashier_takes_cash_by_what_a_driver_says_and_closes_with_a_difference(
    browser: Browser, gate: Live, road: Road, script: bool
) -> None:
    entry = road.called()
    price, number = price_of(entry), road.do("GET", f"/v1/entries/{entry['id']}", "officer-1")
    async with tab(browser, gate.url, language="en", script=script) as one:
        page = one.page
        await begin(one, SECOND if script else CASHIER, "/desk/till")
        await open_till(one)
        await expect(page.locator("#q")).to_be_focused()
        await page.keyboard.type(str(int(number["call_number"][-4:])))
        await page.keyboard.press("Enter")
        await expect(page.locator(".due .total")).to_contain_text(f"{price:,}")
        await expect(page.locator("#given")).to_be_focused()
        await page.keyboard.type(f"{price - 1}")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("alert")).to_be_visible()
        await page.locator("#given").fill("1.000.000")
        if script:
            await expect(page.locator("#change")).to_contain_text(f"{1_000_000 - price:,}")
        await button(one, f"Take {price:,} ₫ in cash").dblclick()
        taken = page.locator(".taken")
        await expect(taken).to_contain_text(f"{price:,}")
        await expect(taken).to_contain_text(f"{1_000_000 - price:,}")
        await expect(page.locator("#mine")).to_contain_text(f"{200_000 + price:,}")
        paper = taken.get_by_role("link", name="Print receipt")
        await expect(paper).to_be_focused()
        await print_receipt(one, order_of(entry)["code"], prints=script)
        if script:
            await expect(page.locator("#q")).to_be_focused()
        await count_one_note(one)
        await expect(page.get_by_role("status").first).to_contain_text(f"-{price:,}")
        await expect(page.locator("#closed")).to_contain_text(f"-{price:,}")
        assert [] == unforeseen(one)


async def count_one_note(one: Tab) -> None:
    """Close a shift with the 200,000 that it began with and nothing more."""
    await one.page.locator("#count summary").click()
    await one.page.locator("#count [name=note-200000]").fill("1")
    await one.page.locator("#count button").click()


async def test_what_a_driver_owes_is_found_and_told_where_it_is_paid_or_nobodys(
    browser: Browser, gate: Live, road: Road
) -> None:
    entry, several = road.waiting(), road.transship()
    async with tab(browser, gate.url, language="en") as one:
        page = one.page
        await begin(one, CASHIER, "/desk/till")
        await open_till(one)
        for said in (entry["plate"], entry["reference"], order_of(entry)["code"]):
            await page.locator("#q").fill(said)
            await page.locator("#q").press("Enter")
            await expect(page.locator(".due code")).to_have_text(order_of(entry)["code"])
        road.pay(entry)
        await button(one, "in cash").click()
        await expect(page.get_by_role("alert")).to_be_visible()
        await expect(page.locator("main ul.plain")).to_contain_text("paid")
        await expect(page.locator("#q")).to_be_focused()
        await page.locator("#q").fill("99Z-999.99")
        await page.locator("#q").press("Enter")
        await expect(page.locator("main")).to_contain_text("No vehicle")
        await page.locator("#q").fill(several["reference"])
        await page.locator("#q").press("Enter")
        due = page.locator(".orders a")
        await expect(due).to_have_count(len(several["orders"]))
        await expect(due.first).to_be_focused()
        await page.keyboard.press("Enter")
        for left in reversed(range(len(several["orders"]))):
            await button(one, "in cash").click()
            await expect(page.locator(".due")).to_have_count(min(left, 1))
            await expect(page.locator(".taken")).to_be_visible()
        assert [] == unforeseen(one)


async def test_a_correction_and_a_refund_are_decided_by_another_than_who_asked(
    browser: Browser, gate: Live, road: Road
) -> None:
    entry = road.waiting()
    road.pay(entry)
    road.do("POST", f"/v1/entries/{entry['id']}/cancellation", "company-1", {})
    async with (
        tab(browser, gate.url, language="en") as first,
        tab(browser, gate.url, language="en") as second,
    ):
        await begin(second, "board-1-manager", "/desk/receipts/corrections")
        await begin(first, CASHIER, "/desk/receipts")
        fix = first.page.locator("#list article").first
        await fix.locator("summary").click()
        await fix.get_by_label("Payer").fill("Công ty <b>Mới</b>")
        await fix.get_by_label("Reason").fill("The branch was left out")
        await button(fix, "Ask for a correction").click()
        await first.go("/desk/receipts/corrections")
        mine = first.page.locator("#list article")
        await expect(mine).to_contain_text("somebody else decides")
        await expect(button(mine, "Approve")).to_have_count(0)
        theirs = second.page.locator("#list article")
        await expect(theirs).to_contain_text("Công ty <b>Mới</b>")
        await button(theirs, "Approve the correction").click()
        await expect(second.page.get_by_role("status").first).to_contain_text("Done")
        await expect(mine).to_have_count(0)
        await first.go("/desk/receipts/corrections?state=approved")
        await expect(mine).to_contain_text("board-1")
        assert [] == first.complaints + second.complaints


def statement_of(good: dict[str, Any], short: dict[str, Any]) -> str:
    """Return a statement that pays one exactly and one too much, and has a row that is broken."""
    return "\n".join(
        (
            "source_reference,amount,paid_at,purpose",
            f"ST-1,{price_of(good)},{AT},{order_of(good)['code']}",
            f"ST-2,{price_of(short) + 1},{AT},{order_of(short)['code']}",
            f"ST-3,many,{AT},x",
        )
    )


async def test_a_statement_pays_by_its_good_rows_and_what_is_left_is_settled_and_goes_back(
    browser: Browser, gate: Live, road: Road
) -> None:
    good, short = road.waiting(), road.waiting()
    rows = statement_of(good, short)
    file = {"name": "bank.csv", "mimeType": "text/csv", "buffer": rows.encode()}
    async with (
        tab(browser, gate.url, language="en") as first,
        tab(browser, gate.url, language="en") as second,
    ):
        await begin(first, CASHIER, "/desk/statement")
        await first.page.locator("#bank").select_option(label="Sandbox bank")
        await first.page.locator("#file").set_input_files(file)  # type: ignore[arg-type] # a TypedDict
        await expect(first.page.locator("#rows")).to_have_value(rows)
        await button(first, "Send").click()
        table = first.page.locator("main table tbody")
        for line, said in (("2", "taken"), ("3", "Under review"), ("4", "refused")):
            row = table.locator("tr").filter(has=first.page.locator(f"th:text-is('{line}')"))
            await expect(row).to_contain_text(said)
        await expect(first.page.get_by_role("status").first).to_contain_text("2 rows taken")
        await table.get_by_role("link", name="ST-2").click()
        way = first.page.locator("#review .told").filter(has_text="goes back").first
        await way.locator("summary").click()
        await way.get_by_label("Reason").fill("One dong too much")
        await button(way, "Decide so").click()
        await expect(first.page.locator("#state")).to_contain_text("Partly sent back")
        await begin(second, SECOND, "/desk/refunds?state=asked")
        await give_back(first, second)
        assert [] == first.complaints + second.complaints


async def give_back(first: Tab, second: Tab) -> None:
    """Let a first ask for the refund that is due, a second approve it, and the first pay it."""
    await first.go("/desk/refunds?state=due")
    due = first.page.locator("#list article").filter(has_text="1 ₫").first
    await due.locator("summary").click()
    for label, text in (
        ("Number of the paper", "ST-2"), ("Payee", "CONG TY TNHH VI DU"),
        ("Account", "0123456789"), ("Bank (BIN)", "970436"), ("Reason", "One dong too much"),
    ):  # fmt: skip
        await due.get_by_label(label).fill(text)
    await button(due, "Ask for it").click()
    await expect(first.page.get_by_role("status").first).to_contain_text("Done")
    await first.go("/desk/refunds?state=asked")
    await expect(first.page.locator("#list")).to_contain_text("somebody else decides")
    await expect(button(first, "Approve")).to_have_count(0)
    await button(second, "Approve").click()
    await expect(second.page.get_by_role("status").first).to_contain_text("Done")
    await first.go("/desk/refunds?state=approved")
    pay = first.page.locator("#list article")
    await pay.locator("summary").click()
    await pay.get_by_label("Reference of the transfer").fill(f"FT-{uuid4().hex}")
    await button(pay, "It was paid").click()
    await first.go("/desk/refunds?state=paid")
    await expect(pay).to_contain_text("Paid")


async def test_a_day_is_closed_and_what_is_due_of_it_is_paid_to_the_treasury(
    browser: Browser, server_url: str
) -> None:
    """At a gate of its own, whose clock is moved to the day after."""
    with live_with_people(server_url) as gate:
        road = Road(gate)
        road.pay(road.waiting())
        tomorrow = {"now": "2026-03-12T09:00:00+07:00", "speed": 1}
        road.do("PUT", "/v1/sandbox/clock", "admin", tomorrow)
        async with (
            tab(browser, gate.url, language="en") as one,
            tab(browser, gate.url, language="en") as other,
        ):
            await end_day(one, other)
            assert [] == one.complaints + other.complaints


async def end_day(one: Tab, other: Tab) -> None:
    """Close the day, which another sees at once, and pay what is due of it."""
    for cashier, who in ((other, SECOND), (one, CASHIER)):
        await begin(cashier, who, "/desk/books?gate=tan-thanh")
    day, theirs = (
        each.page.locator("section.card").filter(has_text="03-11") for each in (one, other)
    )
    await button(day, "Close the day").click()
    await expect(day.locator(".badge")).to_have_text("closed")
    await expect(theirs.locator(".badge")).to_have_text("closed")
    await one.go("/desk/treasury")
    await expect(one.page.locator("#list")).to_contain_text("to be paid")
    await expect(one.page.locator("#ra")).not_to_have_value("")
    await one.page.locator("#rr").fill("KBNN-1")
    await button(one, "Record a payment to the treasury").click()
    await expect(one.page.locator("#paid")).to_contain_text("KBNN-1")
