"""What stands beside an entry for whoever holds its link: how it is paid, receipts, messages."""

from typing import Any

import pytest

from app.api.pictures import PIXELS
from tests.api.conftest import Gate, lorry
from tests.pictures import of_png, text_of

DRIVER = {"name": "Nguyễn Văn An", "document_number": "020099000417", "phone": "0912345678"}


def path_of(entry: dict[str, Any], what: str = "") -> str:
    return f"/v1/tracking/{entry['tracking']['token']}{what}"


async def pay(gate: Gate, order: dict[str, Any]) -> None:
    body = {"amount": order["amount"], "source_reference": "B-1"}
    path = f"/v1/orders/{order['id']}/payments"
    assert 201 == (await gate.post(path, "bank", body, retry="once")).status_code


async def test_a_link_tells_each_order_and_how_it_is_paid(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    (order,) = (await gate.get(path_of(entry))).json()["orders"]
    (own,) = entry["orders"]
    assert (own["code"], own["amount"], "due") == (order["code"], order["amount"], order["state"])
    at = path_of(entry, f"/orders/{order['code']}/qr")
    found = (await gate.get(at)).json()
    assert (await gate.get(f"/v1/orders/{own['id']}/qr", "company-1")).json() == found
    png = await gate.get(at, params={"format": "png"})
    assert found["payload"] == text_of(of_png(png.content, PIXELS))


async def test_a_link_opens_no_order_of_another_entry(gate: Gate) -> None:
    entry, other = [await gate.register(**lorry(number)) for number in (1, 2)]
    code = other["orders"][0]["code"]
    answer = await gate.get(path_of(entry, f"/orders/{code}/qr"))
    assert (404, "order-not-found") == (answer.status_code, answer.json()["code"])


async def test_a_link_tells_the_receipt_of_what_was_paid(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    assert [] == (await gate.get(path_of(entry, "/receipts"))).json()["items"]
    (order,) = entry["orders"]
    await pay(gate, order)
    gate.forget()
    assert ["paid"] == [one["state"] for one in (await gate.get(path_of(entry))).json()["orders"]]
    answer = await gate.get(path_of(entry, f"/orders/{order['code']}/qr"))
    assert (409, "order-not-due") == (answer.status_code, answer.json()["code"])
    (receipt,) = (await gate.get(path_of(entry, "/receipts"))).json()["items"]
    assert order["amount"] == receipt["amount"]
    paper = (await gate.get(f"/v1/receipts/{receipt['lookup']}")).json()
    assert (receipt["name"], order["code"]) == (paper["name"], paper["order_code"])


@pytest.mark.parametrize("what", ["/receipts", "/messages", "/orders/20260311-0C3FHMFY6/qr"])
async def test_a_wrong_link_opens_nothing_of_it(gate: Gate, what: str) -> None:
    answer = await gate.get(f"/v1/tracking/{'A' * 24}{what}")
    assert (404, "tracking-not-found") == (answer.status_code, answer.json()["code"])


async def test_a_company_gets_the_page_for_its_driver(gate: Gate) -> None:
    tracking = (await gate.register())["tracking"]
    assert tracking["url"].replace("/v1/tracking/", "/d/") == tracking["page_url"]
