"""Receipts: one for each payment, looked up by its code, listed for whom it concerns."""

from typing import Any
from uuid import uuid4

import pytest
from fastapi import FastAPI

from app.api.receipt_sheet import receipt_sheet
from app.api.texts import Language
from app.services.money.receipts import receipt_by_lookup
from tests.api.conftest import Gate, lorry
from tests.api.test_access import company
from tests.api.test_orders import pay

CHINESE = "广西凭祥市远航国际物流有限责任公司"


async def paid(gate: Gate, number: int = 1, **changes: Any) -> dict[str, Any]:
    """Register a lorry, pay all its orders and return the entry."""
    entry = await gate.register(**lorry(number, **changes))
    for order in entry["orders"]:
        answer = await pay(gate, order, source_reference=uuid4().hex)
        assert 201 == answer.status_code, answer.text
    return entry


async def receipts(here: Gate, who: str = "collector-1", **params: Any) -> list[dict[str, Any]]:
    answer = await here.get("/v1/receipts", who, params=params)
    assert 200 == answer.status_code, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def look_up(gate: Gate, lookup: str, language: str = "en") -> Any:
    return await gate.get(f"/v1/receipts/{lookup}", headers={"Accept-Language": language})


async def test_a_payment_gives_a_receipt_that_says_who_paid_for_what(gate: Gate) -> None:
    entry = await paid(gate, payer={"name": CHINESE, "tax_code": "9900123459"})
    (one,) = await receipts(gate, order=entry["orders"][0]["id"])
    assert ("payment-confirmation", "Payment confirmation", "issued") == (
        one["kind"], one["title"], one["state"],
    )  # fmt: skip
    assert ("TT-2026-0000001", "TT-2026", 1) == (one["name"], one["series"], one["number"])
    assert {"name": CHINESE, "tax_code": "9900123459"} == one["payer"]
    assert {"name": "Border Gate Management Centre", "tax_code": None} == one["collector"]
    assert ({"item": "2250", "sub_item": "2267"}, "09/2025/NQ-HĐND") == (
        one["budget_line"], one["legal_reference"],
    )  # fmt: skip
    assert (300_000, "ba trăm nghìn đồng", "叁拾万越南盾整", 0) == (
        one["amount"]["amount"], one["in_words"]["vi"], one["in_words"]["zh"],
        one["elsewhere"]["amount"],
    )  # fmt: skip
    (line,) = one["lines"]
    assert ("15C-00001", 10_000, 300_000) == (
        line["vehicle"], line["share_basis_points"], line["amount"]["amount"],
    )  # fmt: skip
    assert entry["orders"][0]["code"] == one["order_code"]


async def test_without_a_payer_it_is_the_declarant_who_paid(gate: Gate) -> None:
    await paid(gate)
    (one,) = await receipts(gate)
    assert "Sandbox company 1" == one["payer"]["name"]


async def test_each_order_has_a_receipt_of_its_own_and_each_vehicle_a_line(gate: Gate) -> None:
    plates = [f"15C-000.{number:02}" for number in range(11, 16)]
    receiving = [{"tractor_plate": one, "payload_kg": 8000} for one in plates]
    await paid(gate, direction="import", journey="transshipment", receiving_vehicles=receiving)
    transfer, infrastructure = sorted(await receipts(gate), key=lambda one: len(one["lines"]))
    assert [1, 2] == sorted(one["number"] for one in (transfer, infrastructure))
    assert plates == [line["vehicle"] for line in infrastructure["lines"]]
    assert 1_500_000 == infrastructure["amount"]["amount"]
    assert (90_000, "transfer") == (transfer["amount"]["amount"], transfer["order_kind"])


async def test_a_difference_is_on_a_receipt_of_its_own(gate: Gate) -> None:
    entry = await paid(gate)
    await gate.amend(entry, vehicle={"payload_kg": 20_000})
    more = (await gate.entry(entry))["orders"][-1]
    assert 201 == (await pay(gate, more, source_reference="B-2")).status_code
    one, first = await receipts(gate)
    assert [800_000, -300_000, 500_000] == [
        one["lines"][0]["amount"]["amount"], one["elsewhere"]["amount"], one["amount"]["amount"],
    ]  # fmt: skip
    assert first["amount"]["amount"] == 300_000


async def test_whoever_has_the_code_sees_what_the_paper_says_and_nothing_else(gate: Gate) -> None:
    await paid(gate)
    (one,) = await receipts(gate)
    for typed in (one["lookup"], one["lookup"].lower().replace("-", ""), one["lookup"] + "-"):
        found = await look_up(gate, typed)
        assert (200, "private, max-age=0") == (found.status_code, found.headers["Cache-Control"])
        hidden = {
            "id",
            "numbering",
            "entry",
            "reference",
            "order",
            "payment",
            "void_reason",
            "voided_by",
        }
        assert hidden | {"void_approved_by"} == one.keys() - found.json().keys()
        assert found.json() == {name: one[name] for name in found.json()}
    vietnamese = (await look_up(gate, one["lookup"], "vi")).json()
    assert ("Xác nhận thanh toán", "付款确认书") == (
        vietnamese["title"], (await look_up(gate, one["lookup"], "zh")).json()["title"],
    )  # fmt: skip


@pytest.mark.parametrize("code", ["A" * 20, "00000-00000-00000-00000", "TT-2026-0000001"])
async def test_a_code_that_nothing_has_is_404(gate: Gate, code: str) -> None:
    await paid(gate)
    answer = await look_up(gate, code)
    assert (404, "receipt-not-found") == (answer.status_code, answer.json()["code"])


@pytest.mark.parametrize("language", ["vi", "zh"])
async def test_a_paper_is_the_same_bytes_again_and_has_chinese_only_where_it_needs_it(
    gate: Gate, language: str
) -> None:
    await paid(gate)
    (one,) = await receipts(gate)
    path = f"/v1/receipts/{one['lookup']}"
    headers = {"Accept-Language": language}
    answer = await gate.get(f"{path}?format=pdf", headers=headers)
    assert (200, "application/pdf") == (answer.status_code, answer.headers["content-type"])
    assert answer.content.startswith(b"%PDF-")
    assert len(answer.content) < 60_000
    assert (b"DroidSansFallback" in answer.content) == ("zh" == language)
    assert f'filename="{one["name"]}.pdf"' in answer.headers["content-disposition"]
    again = await gate.get(path, headers={**headers, "Accept": "application/pdf"})
    assert answer.content == again.content


async def test_a_paper_of_a_chinese_payer_has_its_signs_in_any_language(gate: Gate) -> None:
    await paid(gate, payer={"name": CHINESE})
    (one,) = await receipts(gate)
    answer = await gate.get(f"/v1/receipts/{one['lookup']}?format=pdf")
    assert b"DroidSansFallback" in answer.content


async def test_a_paper_says_everything_in_two_languages(gate: Gate, app: FastAPI) -> None:
    receiving = [{"tractor_plate": f"15C-000.{n}", "payload_kg": 8000} for n in range(11, 16)]
    await paid(
        gate, direction="import", journey="transshipment", receiving_vehicles=receiving,
        payer={"name": CHINESE, "tax_code": "9900123459"},
    )  # fmt: skip
    one = max(await receipts(gate), key=lambda each: len(each["lines"]))
    process = app.state.process
    async with process.reading() as uow:
        shown = await receipt_by_lookup(uow, one["lookup"])
    reference = (await process.today()).reference
    for language, words in ((Language.EN, "One million five"), (Language.ZH, "壹佰伍拾万越南盾整")):
        sheet = receipt_sheet(shown, reference, language, "https://gate.test")
        assert ("Một triệu năm trăm nghìn đồng", True) == (
            sheet.words[1].vi, sheet.words[1].second.startswith(words),
        )  # fmt: skip
        assert (5, "1.500.000", f"https://gate.test/receipts/{one['lookup']}") == (
            len(sheet.rows), sheet.sums[-1][1], sheet.link,
        )  # fmt: skip
        told = [value.vi for _, value in sheet.facts]
        assert {CHINESE, "9900123459", "09/2025/NQ-HĐND · 2250 / 2267"} <= set(told)
        labels = [label for label, _ in sheet.facts] + list(sheet.columns)
        assert all(label.vi and label.second and label.vi != label.second for label in labels)


@pytest.mark.parametrize(
    ("language", "title"),
    [("vi", "Xác nhận thanh toán"), ("en", "Payment confirmation"), ("zh", "付款确认书")],
)
async def test_the_code_of_a_paper_leads_to_a_page_without_script(
    gate: Gate, language: str, title: str
) -> None:
    await paid(gate)
    (one,) = await receipts(gate)
    path = f"/receipts/{one['lookup']}"
    answer = await gate.http.get(path, headers={"Accept-Language": language})
    assert (200, language) == (answer.status_code, answer.headers["content-language"])
    assert all(said in answer.text for said in (title, one["name"], "15C-00001", "300.000"))
    assert "<script" not in answer.text
    assert f"/v1/receipts/{one['lookup']}?format=pdf" in answer.text


@pytest.mark.parametrize("code", ["A" * 20, "A" * 41, "x%C4%91"])
async def test_a_page_of_a_wrong_code_says_so(gate: Gate, code: str) -> None:
    answer = await gate.http.get(f"/receipts/{code}", headers={"Accept": "text/html"})
    assert (404, "text/html; charset=utf-8") == (
        answer.status_code, answer.headers["content-type"],
    )  # fmt: skip


async def test_who_tries_codes_is_kept_waiting_and_a_right_one_is_none(gate: Gate) -> None:
    await paid(gate)
    (one,) = await receipts(gate)
    await look_up(gate, one["lookup"])
    codes = [f"{number:020}" for number in range(21)]
    answers = [await look_up(gate, code) for code in codes]
    assert [404] * 20 + [429] == [answer.status_code for answer in answers]
    assert 200 == (await look_up(gate, one["lookup"])).status_code


async def test_a_company_lists_what_it_declared_or_paid_and_no_other(
    gate: Gate, session: Any
) -> None:
    await company(session, "a payer", "9900123459")
    entry = await paid(gate, 1, payer={"tax_code": "9900123459"})
    await paid(gate, 2)
    for who, count in {"company-1": 2, "company-2": 0, "a payer": 1, "auditor": 2}.items():
        assert count == len(await receipts(gate, who)), who
    assert 403 == (await gate.get("/v1/receipts", "bank")).status_code
    body = {"party": "payer", "organisation": await house(gate, "Sandbox company 2")}
    await gate.post(f"/v1/entries/{entry['id']}/parties", "company-1", body)
    assert [entry["id"]] == [one["entry"] for one in await receipts(gate, "company-2")]


async def house(gate: Gate, name: str) -> str:
    """Return the id of an organisation."""
    found = await gate.get("/v1/organisations", "board-1", params={"name": name})
    return str(found.json()["items"][0]["id"])


async def test_a_list_goes_on_where_a_page_ended_and_is_narrowed(gate: Gate) -> None:
    for number in range(3):
        await paid(gate, number)
        gate.wait(minutes=1)
    page = (await gate.get("/v1/receipts", "collector-1", params={"limit": 2})).json()
    after = {"limit": 2, "cursor": page["next_cursor"]}
    rest = (await gate.get("/v1/receipts", "collector-1", params=after)).json()
    assert ([3, 2], [1]) == tuple([one["number"] for one in each["items"]] for each in (page, rest))
    assert [2] == [one["number"] for one in await receipts(gate, series="TT-2026", number=2)]
    assert [] == await receipts(gate, state="voided")
    assert [] == await receipts(gate, gate="huu-nghi")
    assert [3] == [
        one["number"] for one in await receipts(gate, issued_from="2026-03-11T09:02:00+07:00")
    ]


async def test_a_payment_that_is_refused_or_repeated_uses_no_number_up(gate: Gate) -> None:
    order = (await gate.register(**lorry(1)))["orders"][0]
    wrong = {"amount": order["amount"]["amount"] + 1, "currency": "VND"}
    assert 422 == (await pay(gate, order, amount=wrong)).status_code
    for _ in range(2):
        assert 201 == (await pay(gate, order)).status_code
    assert 409 == (await pay(gate, order, source_reference="B-2")).status_code
    await paid(gate, 2)
    assert [2, 1] == [one["number"] for one in await receipts(gate)]


CORRECTION = {
    "reason": "The branch was left out",
    "payer": {"name": "Công ty Ví Dụ - Chi nhánh 2", "tax_code": "9900123459"},
}


async def correct(
    gate: Gate, receipt: dict[str, Any], step: str, who: str, body: Any = None
) -> Any:
    return await gate.post(f"/v1/receipts/{receipt['id']}/correction{step}", who, body)


async def test_two_persons_replace_a_receipt_that_names_the_wrong_payer(gate: Gate) -> None:
    await paid(gate)
    (first,) = await receipts(gate)
    asked = await correct(gate, first, "", "collector-1", CORRECTION)
    assert (201, "asked", "issued") == (
        asked.status_code, asked.json()["state"], asked.json()["receipt"]["state"],
    )  # fmt: skip
    again = await correct(gate, first, "", "collector-2", CORRECTION)
    assert (409, "correction-open") == (again.status_code, again.json()["code"])
    alone = await correct(gate, first, "/approval", "collector-1")
    assert (403, "second-officer-needed") == (alone.status_code, alone.json()["code"])
    done = await correct(gate, first, "/approval", "collector-2")
    assert (200, "approved", "voided") == (
        done.status_code, done.json()["state"], done.json()["receipt"]["state"],
    )  # fmt: skip
    new, old = await receipts(gate)
    assert (CORRECTION["payer"], "Sandbox company 1") == (new["payer"], old["payer"]["name"])
    assert (2, first["name"], new["name"], "corrected") == (
        new["number"], new["replaces"], old["replaced_by"], old["void_cause"],
    )  # fmt: skip
    assert ("The branch was left out", "collector-1", "collector-2") == (
        old["void_reason"], old["voided_by"], old["void_approved_by"],
    )  # fmt: skip
    assert (first["lines"], first["amount"]) == (new["lines"], new["amount"])
    assert first["lookup"] != new["lookup"]
    public = (await look_up(gate, first["lookup"])).json()
    assert f"It counts no more: it was wrong, and {new['name']} replaces it." == public["message"]
    late = await correct(gate, first, "", "collector-1", CORRECTION)
    assert (409, "receipt-voided") == (late.status_code, late.json()["code"])


async def test_a_correction_that_is_refused_leaves_the_receipt(gate: Gate) -> None:
    await paid(gate)
    (one,) = await receipts(gate)
    none = await correct(gate, one, "/refusal", "collector-2")
    assert (409, "correction-not-asked") == (none.status_code, none.json()["code"])
    await correct(gate, one, "", "collector-1", CORRECTION)
    refused = await correct(gate, one, "/refusal", "board-1")
    assert (200, "refused", [one]) == (
        refused.status_code, refused.json()["state"], await receipts(gate),
    )  # fmt: skip
    assert 201 == (await correct(gate, one, "", "collector-2", CORRECTION)).status_code


async def test_what_was_asked_is_listed_with_who_asked_and_who_decided(gate: Gate) -> None:
    for number in (1, 2):
        await paid(gate, number)
    second, first = await receipts(gate)
    for one, who in ((first, "collector-1"), (second, "collector-2")):
        assert 201 == (await correct(gate, one, "", who, CORRECTION)).status_code
        gate.wait(minutes=1)
    assert [(second["id"], "collector-2", None), (first["id"], "collector-1", None)] == [
        (one["receipt"]["id"], one["asked_by"], one["settled_by"])
        for one in await corrections(gate, state="asked")
    ]
    done = (await correct(gate, first, "/approval", "collector-2")).json()
    assert ("collector-1", "collector-2") == (done["asked_by"], done["settled_by"])
    assert [done] == await corrections(gate, "board-1", state="approved")
    assert [second["id"]] == [
        one["receipt"]["id"] for one in await corrections(gate, state="asked")
    ]
    assert [done] == await corrections(gate, "auditor", receipt=first["id"])
    assert [] == await corrections(gate, gate="huu-nghi")
    page = (await gate.get("/v1/receipts/corrections", "board-1", params={"limit": 1})).json()
    assert second["id"] == page["items"][0]["receipt"]["id"]
    assert [done] == await corrections(gate, limit=1, cursor=page["next_cursor"])


async def corrections(here: Gate, who: str = "collector-1", **params: Any) -> list[dict[str, Any]]:
    answer = await here.get("/v1/receipts/corrections", who, params=params)
    assert 200 == answer.status_code, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


@pytest.mark.parametrize(
    ("payer", "pointer"),
    [
        ({"name": "x", "tax_code": "9900123450"}, "/payer/tax_code"),
        ({"name": "x", "country": "CN", "tax_code": "9900123459"}, "/payer/tax_code"),
        ({"tax_code": "9900123459"}, "/payer/name"),
    ],
)
async def test_a_payer_who_cannot_be_is_not_put_on_a_receipt(
    gate: Gate, payer: dict[str, Any], pointer: str
) -> None:
    await paid(gate)
    (one,) = await receipts(gate)
    answer = await correct(gate, one, "", "collector-1", {**CORRECTION, "payer": payer})
    assert (422, pointer) == (answer.status_code, answer.json()["errors"][0]["pointer"])
