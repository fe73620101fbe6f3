"""Organisations: made and verified by the board, seen by themselves, narrowed in lists."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.models import Event
from tests.api.conftest import Gate, truck

COMPANY = {"name": "Ví Dụ Logistics", "kind": "company", "tax_code": "9900123459"}
ORGANISATIONS = "/v1/organisations"


async def make(gate: Gate, who: str = "board-1", **changes: Any) -> dict[str, Any]:
    answer = await gate.post(ORGANISATIONS, who, {**COMPANY, **changes})
    assert 201 == answer.status_code, answer.text
    made: dict[str, Any] = answer.json()
    assert f"{ORGANISATIONS}/{made['id']}" == answer.headers["Location"]
    return made


async def verify(gate: Gate, organisation: str, who: str = "board-1", **body: Any) -> Any:
    path = f"{ORGANISATIONS}/{organisation}/verification"
    return await gate.post(path, who, {"verified": True, **body})


async def own(gate: Gate, who: str) -> str:
    """Return the organisation of somebody in the sandbox."""
    page = await gate.get(ORGANISATIONS, "board-1", params={"limit": 200})
    names = {one["name"]: one["id"] for one in page.json()["items"]}
    of = {
        "company-1": "Sandbox company 1",
        "company-2": "Sandbox company 2",
        "board-1": "Management Board",
    }
    return str(names[of[who]])


async def test_a_company_is_made_unverified_and_all_else_verified(gate: Gate) -> None:
    company = await make(gate)
    yard = await make(gate, "admin", name="A yard", kind="yard", tax_code=None)
    customs = await make(
        gate, name="Customs of Ba Sơn", kind="agency", agency="customs", tax_code=None
    )
    assert [False, True, True] == [one["verified"] for one in (company, yard, customs)]
    assert "customs" == customs["agency"]
    assert company == (await gate.get(f"{ORGANISATIONS}/{company['id']}", "auditor")).json()


async def test_what_does_not_go_together_is_named(gate: Gate) -> None:
    answer = await gate.post(ORGANISATIONS, "board-1", {**COMPANY, "tax_code": "9900123458"})
    assert (422, "organisation-unfit") == (answer.status_code, answer.json()["code"])
    (error,) = answer.json()["errors"]
    assert ("/tax_code", "tax-code-invalid") == (error["pointer"], error["rule"])


@pytest.mark.parametrize(
    "changes", [{"name": "Another"}, {"tax_code": "9900123459-001"}], ids=["tax code", "name"]
)
async def test_a_name_and_a_tax_code_belong_to_one(gate: Gate, changes: dict[str, str]) -> None:
    await make(gate)
    answer = await gate.post(ORGANISATIONS, "board-1", COMPANY | changes)
    assert (409, "organisation-exists") == (answer.status_code, answer.json()["code"])


async def test_the_board_takes_its_word_back_with_a_reason_and_gives_it_again(
    gate: Gate, session: AsyncSession
) -> None:
    """Meanwhile the company reads its entries and manages itself, and acts on nothing."""
    company = await own(gate, "company-1")
    entry = await gate.register()
    answer = await verify(gate, company, verified=False)
    assert (422, "reason-required") == (answer.status_code, answer.json()["code"])
    doubted = (await verify(gate, company, verified=False, reason="The code is closed")).json()
    assert (False, "The code is closed") == (doubted["verified"], doubted["doubt"])

    refused = await gate.post("/v1/entries", "company-1", truck())
    assert (403, "organisation-unverified") == (refused.status_code, refused.json()["code"])
    assert 200 == (await gate.get(f"/v1/entries/{entry['id']}", "company-1")).status_code
    clients = f"{ORGANISATIONS}/{company}/clients"
    assert 201 == (await gate.post(clients, "company-1", {"name": "desk"})).status_code

    again = (await verify(gate, company)).json()
    assert (True, None) == (again["verified"], again["doubt"])
    assert 200 == (await gate.amend(entry, client_reference="seen")).status_code
    told = await session.scalars(select(Event.data).where(Event.kind.like("organisation.%")))
    assert [{"organisation": company, "organisation_kind": "company"}] * 2 == list(told)


async def test_who_is_not_verified_does_not_see_what_others_let_it_pay(gate: Gate) -> None:
    """Its tax code is its own word only."""
    await gate.register("company-2", payer={"tax_code": "9900123466"})
    assert 1 == len((await gate.get("/v1/entries", "company-1")).json()["items"])
    company = await own(gate, "company-1")
    await verify(gate, company, verified=False, reason="Somebody else's code")
    assert [] == (await gate.get("/v1/entries", "company-1")).json()["items"]


async def test_only_companies_are_verified(gate: Gate) -> None:
    answer = await verify(gate, await own(gate, "board-1"))
    assert (409, "verification-not-needed") == (answer.status_code, answer.json()["code"])
    answer = await verify(gate, str(uuid4()))
    assert (404, "organisation-not-found") == (answer.status_code, answer.json()["code"])


async def test_a_list_is_narrowed_and_comes_in_pages(gate: Gate) -> None:
    for number, tax_code in enumerate(("9900123459-001", "9900123459-002", "9900123459-003")):
        await make(gate, name=f"Company {number}", tax_code=tax_code)

    async def names(**query: Any) -> list[str]:
        found: list[str] = []
        while True:
            page = (await gate.get(ORGANISATIONS, "auditor", params=query)).json()
            found += [one["name"] for one in page["items"]]
            if page["next_cursor"] is None:
                return found
            query["cursor"] = page["next_cursor"]

    waiting = ["Company 2", "Company 1", "Company 0"]
    assert waiting == await names(verified=False)
    assert waiting == await names(verified=False, limit=1)
    assert waiting == (await names(kind="company", limit=2))[:3]
    assert ["Company 1"] == await names(tax_code="9900123459002")
    assert ["Company 2"] == await names(name="Company 2", kind="company", verified=False)
    assert [] == await names(name="Company 2", kind="yard")
    answer = await gate.get(ORGANISATIONS, "auditor", params={"colour": "red"})
    assert 422 == answer.status_code


async def test_one_sees_oneself_and_nobody_else(gate: Gate) -> None:
    company, board = await own(gate, "company-1"), await own(gate, "board-1")
    assert company == (await gate.get(f"{ORGANISATIONS}/{company}", "company-1")).json()["id"]
    for path in (board, str(uuid4())):
        answer = await gate.get(f"{ORGANISATIONS}/{path}", "company-1")
        assert (404, "organisation-not-found") == (answer.status_code, answer.json()["code"])
