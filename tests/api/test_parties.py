"""Parties of entries: let in by the declarant, able to do their part, gone at once when ended."""

from typing import Any

import pytest
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.models import Organisation
from app.workers.feeding import number_events
from tests.api.conftest import Gate, lorry, truck
from tests.api.test_statements import Recorder

FORWARDER = "9900123473"
"""The tax code of `company-2`; the entries are of `company-1`."""


async def let_in(
    gate: Gate, entry: dict[str, Any], party: str = "carrier", who: str = "company-1", **more: Any
) -> dict[str, Any]:
    body = {"party": party, "tax_code": FORWARDER, **more}
    answer = await gate.post(f"/v1/entries/{entry['id']}/parties", who, body)
    assert 201 == answer.status_code, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def let_in_everywhere(gate: Gate, party: str = "carrier", **more: Any) -> dict[str, Any]:
    body = {"party": party, "tax_code": FORWARDER, **more}
    answer = await gate.post("/v1/delegations", "company-1", body)
    assert 201 == answer.status_code, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def end(gate: Gate, delegation: dict[str, Any], how: str, who: str) -> Any:
    return await gate.post(f"/v1/delegations/{delegation['id']}/{how}", who)


async def sees(gate: Gate, entry: dict[str, Any], who: str = "company-2") -> bool:
    """Tell whether somebody may read an entry; one by one and in lists it is the same."""
    one = await gate.get(f"/v1/entries/{entry['id']}", who)
    listed = (await gate.get("/v1/entries", who, params={"limit": 200})).json()["items"]
    changed = await gate.get(
        "/v1/entries", who, params={"changed_after": "2020-01-01T00:00:00Z", "limit": 200}
    )
    named = await gate.get("/v1/entries", who, params={"reference": entry["reference"]})
    found = {
        entry["id"] in [item["id"] for item in items]
        for items in (listed, changed.json()["items"], named.json()["items"])
    }
    assert {one.status_code == 200} == found
    return one.status_code == 200


async def answers(gate: Gate, entry: dict[str, Any], who: str = "company-2") -> dict[str, int]:
    """Return what somebody is answered who tries everything with an entry."""
    at = f"/v1/entries/{entry['id']}"
    order = f"/v1/orders/{entry['orders'][0]['id']}"
    asked = {
        "read": await gate.get(f"{at}/place", who),
        "events": await gate.get(f"{at}/events", who),
        "order": await gate.get(order, who),
        "link": await gate.get(f"{at}/tracking-token", who),
        "pass": await gate.get(f"{at}/pass", who),
        "driver": await gate.get(f"{at}/driver", who, params={"purpose": "correction"}),
        "amend": await gate.amend(entry, who, documents={"growing_area_code": "VN-TGOR-0096"}),
        "amend driver": await gate.amend(entry, who, driver={"name": "Trần Văn B"}),
        "substitute": await gate.post(
            f"{at}/substitutions", who,
            {"change": {"vehicle": {"tractor_plate": "29H-555.55"}}, "reason": "Broken down"},
        ),
        "report": await gate.post("/v1/difficulties", who, {"entry": entry["id"], "words": "Why?"}),
        "let in": await gate.post(
            f"{at}/parties", who, {"party": "owner", "tax_code": "9900123466"}
        ),
        "divert": await gate.post(f"{at}/diversion", who, {"gate": "huu-nghi", "reason": "Near"}),
        "cancel": await gate.post(f"{at}/cancellation", who),
    }  # fmt: skip
    return {name: answer.status_code for name, answer in asked.items()}


NOTHING = {
    "read": 404, "events": 404, "order": 404, "link": 404, "pass": 404, "driver": 404,
    "amend": 404, "amend driver": 404, "substitute": 404, "report": 404, "let in": 404,
    "divert": 404, "cancel": 404,
}  # fmt: skip
READS = {"read": 200, "events": 200, "report": 201}


@pytest.mark.parametrize(
    ("party", "expected"),
    [
        pytest.param(
            "carrier",
            {
                **READS, "link": 200, "pass": 200, "amend": 403, "amend driver": 200,
                "substitute": 201,
            },
            id="a carrier does what the way needs",
        ),
        pytest.param("payer", {**READS, "order": 200}, id="a payer reads what it owes"),
        pytest.param("owner", READS, id="an owner reads"),
    ],
)  # fmt: skip
async def test_a_party_does_its_part_and_no_more(
    gate: Gate, party: str, expected: dict[str, int]
) -> None:
    entry = await gate.register(**truck(driver={"name": "Nguyễn Văn A"}))
    assert NOTHING == await answers(gate, entry)
    await let_in(gate, entry, party)
    assert await sees(gate, entry)
    assert NOTHING | expected == await answers(gate, entry)


OF_ACTION = {
    "read": "read", "events": "read", "order": "orders", "link": "track", "pass": "show",
    "driver": "personal", "amend": "amend", "amend driver": "amend-vehicle",
    "substitute": "substitute", "report": "report", "let in": "delegate", "divert": "divert",
    "cancel": "cancel",
}  # fmt: skip
"""What is tried of an entry, and the power that it takes."""


@pytest.mark.parametrize("party", ["declarant", "carrier", "owner", "payer"])
async def test_what_one_is_told_to_be_able_to_do_is_what_one_may(gate: Gate, party: str) -> None:
    entry = await gate.register(**truck(driver={"name": "Nguyễn Văn A"}))
    who = "company-1" if party == "declarant" else "company-2"
    if party != "declarant":
        await let_in(gate, entry, party)
    powers = (await gate.get(f"/v1/entries/{entry['id']}/powers", who)).json()
    may = {
        OF_ACTION[name]
        for name, status in (await answers(gate, entry, who)).items()
        if status not in {403, 404}
    }
    told = {*OF_ACTION.values()} & {*powers["actions"]}
    assert ([party], may) == (powers["relations"], told)
    orders = [one["id"] for one in entry["orders"]] if "orders" in may else []
    assert orders == powers["orders"]


async def test_who_may_see_nothing_of_an_entry_is_told_of_no_powers(gate: Gate) -> None:
    entry = await gate.register(**truck())
    path = f"/v1/entries/{entry['id']}/powers"
    assert 404 == (await gate.get(path, "company-2")).status_code
    found = (await gate.get(path, "auditor")).json()
    assert ([], [entry["orders"][0]["id"]]) == (found["relations"], found["orders"])


@pytest.mark.parametrize(("party", "expected"), [("carrier", 0), ("owner", 0), ("payer", 1)])
@pytest.mark.parametrize("everywhere", [True, False])
async def test_what_is_due_is_so_to_whoever_may_pay_it(
    gate: Gate, party: str, expected: int, everywhere: bool
) -> None:
    entry = await gate.register(**truck())
    await (let_in_everywhere(gate, party) if everywhere else let_in(gate, entry, party))
    listed = (await gate.get("/v1/entries?due=true", "company-2")).json()["items"]
    counts = (await gate.get("/v1/entries/counts", "company-2")).json()
    assert (expected, expected, 1) == (len(listed), counts["orders_due"], counts["open"])
    assert 1 == len((await gate.get("/v1/entries?due=true", "company-1")).json()["items"])


async def test_a_carrier_puts_a_waiting_vehicle_off_and_an_owner_does_not(gate: Gate) -> None:
    entry = await gate.register()
    await gate.move(entry)
    await let_in(gate, entry, "owner")
    path = f"/v1/entries/{entry['id']}/deferral"
    assert 404 == (await gate.post(path, "company-2", {"minutes": 240})).status_code
    await let_in(gate, entry, "carrier")
    assert 404 != (await gate.post(path, "company-2", {"minutes": 240})).status_code


async def test_a_carrier_is_told_which_part_is_not_its_to_amend(gate: Gate) -> None:
    entry = await gate.register()
    await let_in(gate, entry)
    changes = {"vehicle": {"payload_kg": 16000}, "documents": {"growing_area_code": "VN-1"}}
    answer = await gate.amend(entry, "company-2", **changes)
    told = answer.json()
    assert (403, "part-forbidden") == (answer.status_code, told["code"])
    assert ["/documents/growing_area_code"] == [error["pointer"] for error in told["errors"]]
    amended = await gate.amend(entry, "company-2", vehicle={"payload_kg": 16000})
    assert 16000 == amended.json()["declared"]["vehicle"]["payload_kg"]


@pytest.mark.parametrize(
    ("how", "who"),
    [
        pytest.param("revocation", "company-1", id="revoked by the declarant"),
        pytest.param("revocation", "officer-1", id="revoked by an officer"),
        pytest.param("refusal", "company-2", id="refused by the party"),
    ],
)
@pytest.mark.parametrize("everywhere", [False, True], ids=["of one entry", "of all"])
async def test_what_is_ended_opens_nothing_from_the_next_request_on(
    gate: Gate, how: str, who: str, everywhere: bool
) -> None:
    entry = await gate.register()
    given = await (let_in_everywhere(gate) if everywhere else let_in(gate, entry))
    assert await sees(gate, entry)
    gate.wait(minutes=1)
    ended = (await end(gate, given, how, who)).json()
    word = {"revocation": "revoked", "refusal": "refused"}[how]
    assert (word, who, "2026-03-11T09:01:00+07:00") == (
        ended["ending"], ended["ended_by"], ended["ended_at"],
    )  # fmt: skip
    assert not await sees(gate, entry)
    assert ended == (await end(gate, given, how, who)).json()
    other = {"revocation": ("refusal", "company-2"), "refusal": ("revocation", "company-1")}[how]
    answer = await end(gate, given, *other)
    assert (409, "delegation-ended") == (answer.status_code, answer.json()["code"])


@pytest.mark.parametrize(
    ("how", "who"),
    [("revocation", "company-2"), ("refusal", "company-1"), ("revocation", "app")],
    ids=["the party revokes", "the declarant refuses", "a stranger revokes"],
)
async def test_each_side_ends_it_in_its_own_way(gate: Gate, how: str, who: str) -> None:
    entry = await gate.register()
    answer = await end(gate, await let_in(gate, entry), how, who)
    assert (404, "delegation-not-found") == (answer.status_code, answer.json()["code"])
    assert await sees(gate, entry)


async def test_the_time_of_a_party_is_half_open(gate: Gate) -> None:
    entry = await gate.register()
    await let_in(
        gate, entry, starts_at="2026-03-11T09:10:00+07:00", ends_at="2026-03-11T09:20:00+07:00"
    )
    seen = []
    for time in ("09:09:59", "09:10:00", "09:19:59", "09:20:00"):
        gate.go_to(f"2026-03-11T{time}+07:00")
        seen.append(await sees(gate, entry))
    assert [False, True, True, False] == seen
    again = await let_in(gate, entry)
    assert await sees(gate, entry)
    page = (await gate.get(f"/v1/entries/{entry['id']}/parties", "company-1")).json()["items"]
    assert [(again["id"], None), (page[1]["id"], "over")] == [
        (one["id"], one["ending"]) for one in page
    ]


async def test_who_is_let_into_everything_finds_what_comes_later_and_nothing_of_others(
    gate: Gate,
) -> None:
    before = await gate.register()
    await let_in_everywhere(gate)
    after = await gate.register(**lorry(2))
    foreign = await gate.register("app", **lorry(3))
    assert [True, True, False] == [await sees(gate, one) for one in (before, after, foreign)]


async def test_lists_of_a_party_go_on_from_page_to_page_without_one_twice(gate: Gate) -> None:
    """It is carrier and payer of some, owner of all, and has declared some itself."""
    entries = []
    for number in range(8):
        gate.wait(minutes=1)
        who = "company-2" if number % 3 == 0 else "company-1"
        entries.append(await gate.register(who, **lorry(number, payer={"tax_code": FORWARDER})))
        if who == "company-1":
            await let_in(gate, entries[-1], "carrier")
            await let_in(gate, entries[-1], "payer")
    await let_in_everywhere(gate, "owner")
    found: list[str] = []
    query: dict[str, Any] = {"limit": 3}
    while True:
        page = (await gate.get("/v1/entries", "company-2", params=query)).json()
        found += [item["id"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
    assert [entry["id"] for entry in reversed(entries)] == found


@pytest.mark.parametrize(
    ("changes", "pointer", "rule"),
    [
        pytest.param({"tax_code": "9900123459"}, "/tax_code", "not-a-party", id="unknown"),
        pytest.param({"tax_code": "9900123466"}, "/tax_code", "own-organisation", id="its own"),
        pytest.param({"tax_code": None}, "", "one-organisation", id="nobody named"),
        pytest.param({"party": "declarant"}, "/party", "not-known", id="another declarant"),
        pytest.param(
            {"ends_at": "2026-03-11T09:00:00+07:00"}, "/ends_at", "ends-before-it-starts",
            id="over at once",
        ),
        pytest.param(
            {"starts_at": "2026-03-12T09:00:00+07:00", "ends_at": "2026-03-12T09:00:00+07:00"},
            "/ends_at", "ends-before-it-starts", id="without an instant",
        ),
    ],
)  # fmt: skip
async def test_who_cannot_be_let_in_is_told_where(
    gate: Gate, changes: dict[str, Any], pointer: str, rule: str
) -> None:
    entry = await gate.register()
    body = {"party": "carrier", "tax_code": FORWARDER, **changes}
    for path in (f"/v1/entries/{entry['id']}/parties", "/v1/delegations"):
        answer = await gate.post(path, "company-1", body)
        assert 422 == answer.status_code
        assert [(pointer, rule)] == [
            (error["pointer"], error["rule"]) for error in answer.json()["errors"]
        ]


async def test_authorities_and_unconfirmed_companies_are_no_parties_and_look_alike(
    gate: Gate, session: AsyncSession
) -> None:
    entry = await gate.register()
    customs = await session.scalar(
        select(Organisation.id).where(Organisation.name == "Agency customs")
    )
    made = {"name": "Ví Dụ", "kind": "company", "tax_code": "9900123459"}
    unconfirmed = (await gate.post("/v1/organisations", "board-1", made)).json()["id"]
    told = []
    for one in (customs, unconfirmed, entry["id"]):
        body = {"party": "owner", "organisation": str(one)}
        answer = await gate.post(f"/v1/entries/{entry['id']}/parties", "company-1", body)
        told.append([(error["pointer"], error["rule"]) for error in answer.json()["errors"]])
    assert [[("/organisation", "not-a-party")]] * 3 == told


async def test_one_is_the_same_party_once_and_of_few_entries_are_many(
    gate: Gate, session: AsyncSession
) -> None:
    entry = await gate.register()
    path, body = f"/v1/entries/{entry['id']}/parties", {"party": "owner", "tax_code": FORWARDER}
    assert [201, 409] == [(await gate.post(path, "company-1", body)).status_code for _ in range(2)]
    many = [
        {"name": f"Owner {number}", "kind": "company", "verified": True} for number in range(20)
    ]
    made = await session.scalars(insert(Organisation).returning(Organisation.id), many)
    bodies = [{"party": "owner", "organisation": str(one)} for one in made]
    await session.commit()
    statuses = [(await gate.post(path, "company-1", one)).status_code for one in bodies]
    assert [*[201] * 19, 409] == statuses


async def test_an_officer_lets_in_for_the_declarant_and_of_an_unregistered_one_nobody(
    gate: Gate,
) -> None:
    entry = await gate.register()
    given = await let_in(gate, entry, who="officer-1")
    assert ("Sandbox company 1", "officer-1") == (given["grantor_name"], given["granted_by"])
    seen = await gate.post(
        "/v1/yards/bao-nguyen/movements",
        "yard",
        {"plate": "15C-777.77", "direction": "export", "way": "in"},
    )
    path = f"/v1/entries/{seen.json()['entry']}/parties"
    answer = await gate.post(path, "officer-1", {"party": "carrier", "tax_code": FORWARDER})
    assert (422, "unregistered") == (answer.status_code, answer.json()["errors"][0]["rule"])


async def test_both_sides_list_what_is_between_them_and_a_party_sees_no_other(gate: Gate) -> None:
    entry = await gate.register()
    mine = await let_in(gate, entry, "carrier")
    other = {"party": "owner", "organisation": (await _organisation(gate, "Sandbox mobile app"))}
    theirs = await gate.post(f"/v1/entries/{entry['id']}/parties", "company-1", other)
    standing = await let_in_everywhere(gate, "payer")

    async def ids(path: str, who: str, **query: Any) -> list[str]:
        return [one["id"] for one in (await gate.get(path, who, params=query)).json()["items"]]

    every = {mine["id"], theirs.json()["id"], standing["id"]}
    assert every == {*await ids("/v1/delegations", "company-1")}
    assert {mine["id"], standing["id"]} == {
        *await ids("/v1/delegations", "company-2", side="received")
    }
    assert [] == await ids("/v1/delegations", "company-2")
    assert [standing["id"]] == await ids("/v1/delegations", "company-1", standing="true")
    parties = f"/v1/entries/{entry['id']}/parties"
    assert [mine["id"]] == await ids(parties, "company-2")
    for who in ("company-1", "officer-1", "auditor"):
        assert every - {standing["id"]} == {*await ids(parties, who)}


async def test_a_party_is_told_what_happens_from_then_on_and_both_sides_how_it_ends(
    gate: Gate,
) -> None:
    entry = await gate.register(payer={"tax_code": "9900123466"})
    await number_events(gate.app.state.process.sessions)
    given = await let_in(gate, entry)
    await gate.move(entry)
    await end(gate, given, "revocation", "officer-1")
    await gate.move(entry, way="out")
    await number_events(gate.app.state.process.sessions)
    told = {}
    for who in ("company-1", "company-2", "app"):
        items = (await gate.get("/v1/events", who)).json()["items"]
        told[who] = [one["kind"] for one in items if one["kind"] != "rates.changed"]
    assert ["party.granted", "party.revoked"] == told["company-2"]
    assert {"entry.registered", "party.granted", "waiting.started", "party.revoked"} <= {
        *told["company-1"]
    }
    assert [] == told["app"]


async def test_who_is_a_party_when_events_are_numbered_is_told_of_them(gate: Gate) -> None:
    one, other = await gate.register(), await gate.register(**lorry(2))
    await let_in(gate, one, "owner")
    paid = await gate.register(**lorry(3, payer={"tax_code": FORWARDER}))
    await number_events(gate.app.state.process.sessions)
    items = (await gate.get("/v1/events", "company-2")).json()["items"]
    assert {one["id"], paid["id"]} == {item["entry"] for item in items if item["entry"]}
    await let_in_everywhere(gate, "owner")
    await gate.move(other)
    await number_events(gate.app.state.process.sessions)
    items = (await gate.get("/v1/events", "company-2")).json()["items"]
    assert other["id"] in {item["entry"] for item in items}


async def test_a_party_reads_by_as_many_statements_as_the_declarant(
    gate: Gate, statements: Recorder
) -> None:
    entry = await gate.register()
    await let_in(gate, entry)
    await gate.get("/v1/queues")
    counts = []
    for path in (f"/v1/entries/{entry['id']}", "/v1/entries", f"/v1/entries/{entry['id']}/place"):
        for who in ("company-1", "company-2"):
            with statements() as sent:
                assert 200 == (await gate.get(path, who)).status_code
            counts.append(len(sent))
    assert counts[::2] == counts[1::2]


async def _organisation(gate: Gate, name: str) -> str:
    page = await gate.get("/v1/organisations", "board-1", params={"name": name})
    (one,) = page.json()["items"]
    return str(one["id"])
