"""Reading: whose entries, which of them, in what order, page by page."""

from datetime import timedelta
from itertools import combinations
from typing import Any

import pytest

from tests.api.conftest import Gate, consignment, lorry, truck, vehicle


async def test_a_company_sees_its_own_and_others_answer_404(gate: Gate) -> None:
    entry = await gate.register("company-1")
    for path in ("", "/place", "/tracking-token"):
        answer = await gate.get(f"/v1/entries/{entry['id']}{path}", "company-2")
        assert (404, "entry-not-found") == (answer.status_code, answer.json()["code"])
    assert [] == (await gate.get("/v1/entries", "company-2")).json()["items"]
    assert 1 == len((await gate.get("/v1/entries", "auditor")).json()["items"])


async def test_an_entry_that_is_not_there_answers_like_one_of_others(gate: Gate) -> None:
    entry = await gate.register("company-1")
    nobodys = entry["id"][:-1] + ("0" if entry["id"][-1] != "0" else "1")
    missing = await gate.get(f"/v1/entries/{nobodys}", "company-2")
    others = await gate.get(f"/v1/entries/{entry['id']}", "company-2")
    assert missing.json()["detail"] == others.json()["detail"]


async def test_an_entry_need_not_be_sent_again(gate: Gate) -> None:
    entry = await gate.register()
    path = f"/v1/entries/{entry['id']}"
    first = await gate.get(path, "company-1")
    again = await gate.get(path, "company-1", headers={"If-None-Match": first.headers["ETag"]})
    assert (304, b"") == (again.status_code, again.content)


async def test_nothing_of_a_place_is_in_an_entry(gate: Gate) -> None:
    entry = await gate.register()
    await gate.move(entry)
    assert "place" not in await gate.entry(entry)
    assert 1 == (await gate.place(entry))["place"]


@pytest.fixture
async def fleet(gate: Gate) -> list[dict[str, Any]]:
    """Four entries of one company, a minute apart, and one of another's."""
    entries = [await gate.register(**truck(client_reference="DN-0"))]
    changes: list[dict[str, Any]] = [
        {"gate": "huu-nghi"},
        {"direction": "import", "consignments": [consignment(declaration_number="10" * 6)]},
        {"vehicle": vehicle(tractor_plate="桂F·123 45", country="CN")},
    ]
    for number, change in enumerate(changes, start=1):
        gate.wait(minutes=1)
        entries.append(await gate.register(**lorry(number, **change)))
    await gate.register("company-2", **lorry(9))
    return entries


FILTERS = (
    pytest.param({}, [3, 2, 1, 0], id="nothing, newest first"),
    pytest.param({"gate": "huu-nghi"}, [1], id="gate"),
    pytest.param({"gate": "nowhere"}, [], id="a gate nobody knows"),
    pytest.param({"direction": "import"}, [2], id="direction"),
    pytest.param({"state": "registered"}, [3, 2, 1, 0], id="state"),
    pytest.param({"state": "crossed"}, [], id="a state nobody is in"),
    pytest.param({"lane": "green"}, [0], id="lane"),
    pytest.param({"plate": "12c 000.17"}, [0], id="plate in another spelling"),
    pytest.param({"plate": "桂f12345"}, [3], id="Chinese plate in another spelling"),
    pytest.param({"plate": "00.17"}, [0], id="the last digits of a plate"),
    pytest.param({"plate": "f-1 234"}, [3], id="a part of a plate in another spelling"),
    pytest.param({"plate": "0_017"}, [], id="signs that stand for themselves"),
    pytest.param({"plate": ""}, [3, 2, 1, 0], id="a plate that was left empty"),
    pytest.param({"declaration_number": "1010 1010 1010"}, [2], id="declaration number"),
    pytest.param({"client_reference": "DN-0"}, [0], id="own reference"),
    pytest.param({"registered_from": "2026-03-11T09:02:00+07:00"}, [3, 2], id="from"),
    pytest.param({"registered_before": "2026-03-11T02:01:00Z"}, [0], id="before"),
    pytest.param(
        {
            "registered_from": "2026-03-11T09:01:00+07:00",
            "registered_before": "2026-03-11T09:02:00+07:00",
        },
        [1], id="between",
    ),
    pytest.param(
        {"changed_after": "2026-03-11T09:01:00+07:00"}, [2, 3], id="by change, oldest first",
    ),
    pytest.param({"ended": "true"}, [], id="over"),
    pytest.param({"ready": "false"}, [], id="what must be corrected"),
    pytest.param({"held": "true"}, [], id="what is held"),
    pytest.param({"due": "true"}, [3, 2, 1, 0], id="what must be paid"),
    pytest.param({"gate": "tan-thanh", "lane": "ordinary"}, [3, 2], id="two at once"),
)  # fmt: skip


@pytest.mark.parametrize(("query", "expected"), FILTERS)
async def test_a_list_is_narrowed_by(
    gate: Gate, fleet: list[dict[str, Any]], query: dict[str, str], expected: list[int]
) -> None:
    answer = await gate.get("/v1/entries", "company-1", params=query)
    items = answer.json()["items"]
    assert [fleet[number]["id"] for number in expected] == [item["id"] for item in items]


async def test_a_company_counts_what_is_open_what_must_be_corrected_and_what_is_due(
    gate: Gate, fleet: list[dict[str, Any]]
) -> None:
    doubtful = await gate.register(**lorry(7, planned_arrival_at=None))
    await gate.move(fleet[0])
    await gate.post(f"/v1/entries/{fleet[1]['id']}/cancellation", "company-1")
    due = [*fleet[:1], *fleet[2:], doubtful]
    counts = (await gate.get("/v1/entries/counts", "company-1")).json()
    expected = {
        "open": 4,
        "states": {"queued": 1, "registered": 3},
        "unready": 1,
        "held": 0,
        "orders_due": sum(len(one["orders"]) for one in due),
        "due": {
            "amount": sum(one["balance"]["due"]["amount"] for one in due),
            "currency": "VND",
        },
    }
    assert expected == counts
    for query, number in (("ended=false", 4), ("ready=false", 1), ("due=true", 4), ("ended=1", 1)):
        listed = await gate.get(f"/v1/entries?{query}", "company-1")
        assert number == len(listed.json()["items"]), query
    assert 1 == (await gate.get("/v1/entries/counts", "company-2")).json()["open"]


async def test_whoever_was_let_into_an_entry_counts_it_too(gate: Gate) -> None:
    entry = await gate.register("company-1")
    who = (await gate.get("/v1/organisations?name=Sandbox company 2", "board-1")).json()["items"]
    body = {"party": "payer", "organisation": who[0]["id"]}
    await gate.post(f"/v1/entries/{entry['id']}/parties", "company-1", body)
    assert 1 == (await gate.get("/v1/entries/counts", "company-2")).json()["open"]


async def test_any_two_filters_narrow_to_what_both_name(
    gate: Gate, fleet: list[dict[str, Any]]
) -> None:
    single: list[Any] = [one.values for one in FILTERS]
    for (one, these), (other, those) in combinations(single, 2):
        if len(one) == len(other) == 1 and one.keys() != other.keys():
            query: dict[str, str] = {**one, **other}
            both = sorted({*these} & {*those}, reverse="changed_after" not in query)
            answer = await gate.get("/v1/entries", "company-1", params=query)
            found = [item["id"] for item in answer.json()["items"]]
            assert [fleet[number]["id"] for number in both] == found, query


async def test_an_entry_is_found_by_its_reference_as_somebody_heard_it(
    gate: Gate, fleet: list[dict[str, Any]]
) -> None:
    heard = fleet[2]["reference"].lower().replace("-", " ").replace("0", "o")
    answer = await gate.get("/v1/entries", "officer-1", params={"reference": heard})
    assert [fleet[2]["id"]] == [item["id"] for item in answer.json()["items"]]


@pytest.mark.parametrize(
    "query",
    [
        {"state": "flying"}, {"lane": "fast"}, {"direction": "up"}, {"limit": "0"},
        {"limit": "201"}, {"plate": "17"}, {"plate": "1-7."},
        {"changed_after": "yesterday"}, {"registered_from": "2026-03-11"},
    ],
)  # fmt: skip
async def test_a_filter_that_makes_no_sense_is_refused_by_name(
    gate: Gate, query: dict[str, str]
) -> None:
    answer = await gate.get("/v1/entries", "company-1", params=query)
    assert 422 == answer.status_code
    assert [f"query:{name}" for name in query] == [
        error["pointer"] for error in answer.json()["errors"]
    ]


async def test_a_part_of_a_plate_that_is_too_short_is_told_how_long_it_must_be(gate: Gate) -> None:
    headers = {"Accept-Language": "en"}
    answer = await gate.get("/v1/entries?plate=17", "company-1", headers=headers)
    (error,) = answer.json()["errors"]
    assert ("plate-part", "Give at least 3 letters or digits of the plate.") == (
        error["rule"], error["message"],
    )  # fmt: skip


@pytest.mark.usefixtures("fleet")
async def test_a_part_of_a_plate_finds_nothing_of_others(gate: Gate) -> None:
    for who, expected in (("company-2", 1), ("company-1", 3), ("officer-1", 4)):
        found = (await gate.get("/v1/entries?plate=000", who)).json()["items"]
        assert expected == len(found), who


async def test_what_changed_comes_oldest_change_first(
    gate: Gate, fleet: list[dict[str, Any]]
) -> None:
    after = gate.now.isoformat()
    gate.wait(minutes=1)
    await gate.move(fleet[1], "xuan-cuong")
    gate.wait(minutes=1)
    order = fleet[0]["orders"][0]
    paid = await gate.post(
        f"/v1/orders/{order['id']}/payments",
        "bank",
        {"amount": order["amount"], "source_reference": "B-1"},
        retry="pay",
    )
    assert 201 == paid.status_code
    answer = await gate.get("/v1/entries", "company-1", params={"changed_after": after})
    assert [fleet[1]["id"], fleet[0]["id"]] == [item["id"] for item in answer.json()["items"]]


async def changed(gate: Gate) -> list[str]:
    """Return the references of what changed in the last minute, oldest first, in pages of two."""
    found: list[str] = []
    query = {"changed_after": (gate.now - timedelta(minutes=1)).isoformat(), "limit": "2"}
    while True:
        page = (await gate.get("/v1/entries", "officer-1", params=query)).json()
        found += [item["reference"] for item in page["items"]]
        if page["next_cursor"] is None:
            return found
        query["cursor"] = page["next_cursor"]


ACTS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    (
        "yards/bao-nguyen/movements",
        "yard",
        {"plate": "15C-00001", "direction": "export", "way": "in"},
    ),
    ("entries/{id}/checks", "medical", {"kind": "medical", "result": "passed"}),
    ("entries/{id}/holds", "customs", {"reason": "soi chiếu"}),
    ("entries/{id}/holds/{hold}/lift", "customs", {"reason": "xong"}),
    ("entries/{id}/tracking-token", "company-1", {}),
    ("gates/tan-thanh/queues/export/calls", "officer-1", {}),
    ("orders/{order}/payments", "bank", {"source_reference": "B-1"}),
    (
        "arrivals",
        "border_guard",
        {"plate": "15C-00001", "direction": "export", "gate": "tan-thanh"},
    ),
    ("entries/{id}/admission", "border_guard", {}),
    ("entries/{id}/refusal", "border_guard", {}),
)


async def test_every_act_that_changes_an_entry_is_told_to_who_asks_for_changes(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    names = {"id": entry["id"], "order": entry["orders"][0]["id"], "hold": ""}
    told = []
    for path, who, body in ACTS:
        gate.wait(minutes=5)
        assert [] == await changed(gate)
        paid = {"amount": entry["orders"][0]["amount"]} if "payments" in path else {}
        answer = await gate.post("/v1/" + path.format(**names), who, body | paid, retry=path)
        assert answer.status_code < 300, answer.text
        if path.endswith("holds"):
            names["hold"] = answer.json()["id"]
        told.append((path, await changed(gate)))
    silent = [path for path, references in told if references != [entry["reference"]]]
    assert ["entries/{id}/tracking-token"] == silent  # nothing that an entry shows


async def test_another_companys_claim_on_a_plate_is_a_change(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    gate.wait(minutes=5)
    rival = await gate.register("company-2", **lorry(1))
    assert sorted([entry["reference"], rival["reference"]]) == sorted(await changed(gate))
    gate.wait(minutes=5)
    await gate.post(f"/v1/entries/{rival['id']}/cancellation", "company-2")
    now = await gate.entry(entry)
    assert (now["contested"] is False) is (entry["reference"] in await changed(gate))


async def test_what_changes_while_it_is_read_is_told_again_and_nothing_is_missed(
    gate: Gate,
) -> None:
    """Many of one second; between two pages one that was told changes, and one that was not."""
    entries = [await gate.register(**lorry(number)) for number in range(1, 8)]
    query = {"changed_after": (gate.now - timedelta(minutes=1)).isoformat(), "limit": "3"}
    page = (await gate.get("/v1/entries", "company-1", params=query)).json()
    told = [item["id"] for item in page["items"]]
    left = [entry for entry in entries if entry["id"] not in told]
    again = next(entry for entry in entries if entry["id"] == told[0])
    gate.wait(minutes=1)
    await gate.move(again)
    gate.wait(minutes=1)
    await gate.move(left[0])
    late = await gate.register(**lorry(8))
    while page["next_cursor"]:
        more = {**query, "cursor": page["next_cursor"]}
        page = (await gate.get("/v1/entries", "company-1", params=more)).json()
        told += [item["id"] for item in page["items"]]
    assert {entry["id"] for entry in (*entries, late)} == set(told)
    assert [again["id"]] == [one for one in set(told) if told.count(one) > 1]
    assert {left[0]["id"], late["id"]} == {*told[-2:]}


async def test_pages_of_one_second_hold_everything_once(gate: Gate) -> None:
    entries = [await gate.register(**lorry(number)) for number in range(1, 6)]
    seen: list[str] = []
    query = {"limit": "2"}
    while True:
        page = (await gate.get("/v1/entries", "company-1", params=query)).json()
        seen += [item["id"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
    assert sorted(entry["id"] for entry in entries) == sorted(seen)


@pytest.mark.parametrize("query", [{}, {"changed_after": "2020-01-01T00:00:00Z"}])
async def test_pages_hold_everything_once(
    gate: Gate, fleet: list[dict[str, Any]], query: dict[str, str]
) -> None:
    whole = (await gate.get("/v1/entries", "company-1", params=query)).json()["items"]
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        more = {**query, "limit": "1"} | ({"cursor": cursor} if cursor else {})
        page = (await gate.get("/v1/entries", "company-1", params=more)).json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert [item["id"] for item in whole] == seen
    assert len(fleet) == len(seen)


async def test_pages_stay_whole_while_new_entries_come(
    gate: Gate, fleet: list[dict[str, Any]]
) -> None:
    first = (await gate.get("/v1/entries", "company-1", params={"limit": "2"})).json()
    gate.wait(minutes=1)
    await gate.register(**lorry(50))
    rest = await gate.get("/v1/entries", "company-1", params={"cursor": first["next_cursor"]})
    assert [fleet[1]["id"], fleet[0]["id"]] == [item["id"] for item in rest.json()["items"]]


@pytest.mark.parametrize("forge", ["another filter", "another letter", "nonsense"])
async def test_a_cursor_cannot_be_forged(
    gate: Gate, fleet: list[dict[str, Any]], forge: str
) -> None:
    del fleet
    page = (await gate.get("/v1/entries", "company-1", params={"limit": "1"})).json()
    cursor = page["next_cursor"]
    query = {
        "another filter": {"cursor": cursor, "gate": "tan-thanh"},
        "another letter": {"cursor": cursor[:-1] + ("A" if cursor[-1] != "A" else "B")},
        "nonsense": {"cursor": "abc"},
    }[forge]
    answer = await gate.get("/v1/entries", "company-1", params=query)
    assert (422, "bad-cursor") == (answer.status_code, answer.json()["code"])


async def test_a_list_leaves_out_what_needs_a_look_at_each(
    gate: Gate, fleet: list[dict[str, Any]]
) -> None:
    item = (await gate.get("/v1/entries", "company-1")).json()["items"][0]
    whole = await gate.entry(fleet[3])
    left_out = {"checks", "holds", "exceptions", "next_steps", "superseded_charges"}
    assert left_out == whole.keys() - item.keys()
    assert {name: whole[name] for name in item} == item


async def test_whoever_pays_sees_the_entry_and_may_not_change_it(gate: Gate) -> None:
    entry = await gate.register("company-1", payer={"tax_code": "99 001234-73"})
    await gate.register("company-1", **lorry(2))
    seen = (await gate.get("/v1/entries", "company-2")).json()["items"]
    assert [entry["id"]] == [item["id"] for item in seen]
    order = await gate.get(f"/v1/orders/{entry['orders'][0]['id']}", "company-2")
    assert 200 == order.status_code
    refused = [
        await gate.amend(entry, "company-2", client_reference="mine"),
        await gate.post(f"/v1/entries/{entry['id']}/cancellation", "company-2"),
        await gate.post(f"/v1/entries/{entry['id']}/tracking-token", "company-2"),
    ]
    assert [404, 404, 404] == [answer.status_code for answer in refused]


async def test_a_value_that_is_not_known_is_answered_in_one_language(gate: Gate) -> None:
    headers = {"Accept-Language": "vi"}
    answer = await gate.get("/v1/entries", "company-1", params={"direction": "x"}, headers=headers)
    (error,) = answer.json()["errors"]
    assert "Phải là một trong: 'export', 'import'." == error["message"]
