"""Through the gate and out: every observation is taken in every state; release asks for all."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.vocabulary import State
from app.models import Claim, Entry, Event, Order
from tests.api.conftest import Gate, consignment, lorry

ENDINGS = ("crossed", "cancelled", "revoked", "no_show", "expired", "turned_back")
UNCHECKED = "admission-without-checks"
UNCHECKED_OUT = "exit-without-checks"
AFTER_END = {state: (state, ["observed-after-end"]) for state in ENDINGS}

Reach = Callable[[str], Awaitable[dict[str, Any]]]


async def tell(
    gate: Gate, entry: dict[str, Any], kind: str, who: str = "border_guard", **body: Any
) -> Any:
    return await gate.post(f"/v1/entries/{entry['id']}/{kind}", who, body)


async def pass_checks(gate: Gate, entry: dict[str, Any], *, out: bool = True) -> None:
    await gate.check(entry, "customs_registration", "customs")
    await gate.check(entry, "border_guard_entry", "border_guard")
    await gate.check(entry, "customs_entry", "customs")
    await gate.check(entry, "transport_licence", "transport")
    await gate.check(entry, "medical", "medical")
    await gate.check(entry, "customs_clearance", "customs")
    if out:
        await gate.check(entry, "yard_exit", "yard")
        await gate.check(entry, "border_guard_exit", "border_guard")


async def pay(gate: Gate, entry: dict[str, Any]) -> None:
    for order in (await gate.entry(entry))["orders"]:
        body = {"amount": order["amount"], "source_reference": f"B-{order['id']}"}
        path = f"/v1/orders/{order['id']}/payments"
        await gate.post(path, "bank", body, retry=f"pay-{order['id']}")


@pytest.fixture
def reach(gate: Gate, session: AsyncSession) -> Reach:
    """A function that brings a new lorry into a state and returns its entry."""

    async def go(state: str) -> dict[str, Any]:
        entry = await gate.register(**lorry(1))
        if state in {"registered", "no_show", "expired"}:
            await _end(session, entry, state)  # deadlines do that; no request does
            return entry
        if state in {"cancelled", "revoked"}:
            who = "company-1" if state == "cancelled" else "officer-1"
            await tell(gate, entry, "cancellation", who, reason="nhầm cửa khẩu")
            return entry
        await gate.move(entry)
        if state != "queued":
            await gate.call()
        if state not in {"queued", "called"}:
            await gate.arrive(entry)
        if state in {"in_gate", "released", "crossed", "turned_back"}:
            await pass_checks(gate, entry)
            await tell(gate, entry, "admission")
        if state in {"released", "crossed"}:
            await pay(gate, entry)
            await tell(gate, entry, "release")
        if state in {"crossed", "turned_back"}:
            await tell(gate, entry, "exit" if state == "crossed" else "refusal")
        return entry

    return go


async def _end(session: AsyncSession, entry: dict[str, Any], state: str) -> None:
    if state != "registered":
        changed = update(Entry).where(Entry.id == UUID(entry["id"]))
        await session.execute(changed.values(state=state, ended_at=Entry.registered_at))
        await session.commit()


# --- every state, every observation -------------------------------------------------------------

# What each observation leads to, by the state it finds: the state after it, what contradicts.
SEEN: dict[str, dict[str, tuple[str, list[str]]]] = {
    "arrival": {
        "registered": ("registered", ["arrived-uncalled"]),
        "queued": ("queued", ["arrived-uncalled"]),
        "called": ("arrived", []),
        "arrived": ("arrived", []),
        "in_gate": ("in_gate", []),
        "released": ("released", []),
        **AFTER_END,
    },
    "yard-in": {
        "registered": ("queued", []),
        **{one: (one, []) for one in ("queued", "called", "arrived", "in_gate", "released")},
        **AFTER_END,
    },
    "yard-out": {
        **{
            one: (one, [])
            for one in ("registered", "queued", "called", "arrived", "in_gate", "released")
        },
        **AFTER_END,
    },
    "admission": {
        **{
            one: ("in_gate", ["admitted-uncalled", UNCHECKED])
            for one in ("registered", "queued", "called")
        },
        "arrived": ("in_gate", [UNCHECKED]),
        "in_gate": ("in_gate", []),
        "released": ("released", []),
        **AFTER_END,
    },
    "exit": {
        **{
            one: ("crossed", ["exit-without-release", UNCHECKED_OUT])
            for one in ("registered", "queued", "called", "arrived")
        },
        "in_gate": ("crossed", ["exit-without-release"]),
        "released": ("crossed", []),
        **AFTER_END,
        "crossed": ("crossed", []),
    },
    "refusal": {
        "registered": ("registered", ["turned-back-unarrived"]),
        "queued": ("queued", ["turned-back-unarrived"]),
        "called": ("turned_back", ["turned-back-unarrived"]),
        **{one: ("turned_back", []) for one in ("arrived", "in_gate", "released")},
        **AFTER_END,
        "turned_back": ("turned_back", []),
    },
}  # fmt: skip


def test_the_table_has_every_state() -> None:
    assert all(set(row) == {state.value for state in State} for row in SEEN.values())


@pytest.mark.parametrize(
    ("kind", "state"), [(kind, state.value) for kind in SEEN for state in State]
)
async def test_an_observation_is_taken_in_every_state(
    gate: Gate, reach: Reach, kind: str, state: str
) -> None:
    entry = await reach(state)
    assert state == (await gate.entry(entry))["state"]
    known = len((await gate.entry(entry))["exceptions"])
    answer = await _observe(gate, entry, kind)
    assert answer.is_success, answer.text
    after, rules = SEEN[kind][state]
    now = await gate.entry(entry)
    assert (after, rules) == (now["state"], [one["rule"] for one in now["exceptions"][known:]])
    assert all(one["message"] and "…" not in one["message"] for one in now["exceptions"])


async def _observe(gate: Gate, entry: dict[str, Any], kind: str) -> Any:
    reference = {"reference": entry["reference"]}
    if kind == "arrival":
        return await gate.post("/v1/arrivals", "border_guard", {"gate": "tan-thanh", **reference})
    if kind.startswith("yard"):
        body = {"way": kind.removeprefix("yard-"), **reference}
        return await gate.post("/v1/yards/bao-nguyen/movements", "yard", body)
    return await tell(gate, entry, kind)


@pytest.mark.parametrize("state", [state.value for state in State])
async def test_a_check_is_taken_in_every_state(gate: Gate, reach: Reach, state: str) -> None:
    entry = await reach(state)
    before = len((await gate.entry(entry))["exceptions"])
    await gate.check(entry, "medical", "medical")
    now = await gate.entry(entry)
    noted = ["observed-after-end"] if state in ENDINGS else []
    assert (state, noted) == (now["state"], [one["rule"] for one in now["exceptions"][before:]])


# --- what follows -------------------------------------------------------------------------------


async def test_a_repeated_admission_notes_nothing_anew(gate: Gate, reach: Reach) -> None:
    entry = await reach("arrived")
    await tell(gate, entry, "admission")
    await tell(gate, entry, "admission", "customs")
    assert [UNCHECKED] == [one["rule"] for one in (await gate.entry(entry))["exceptions"]]


async def test_an_exception_names_the_checks_that_were_missing(gate: Gate, reach: Reach) -> None:
    entry = await reach("arrived")
    await gate.check(entry, "border_guard_entry", "border_guard")
    answer = await tell(gate, entry, "admission")
    message = answer.json()["exceptions"][0]["message"]
    assert "Declaration registered, Customs: way in, Transport licence" in message


@pytest.mark.parametrize("kind", ["admission", "exit"])
async def test_going_on_under_a_hold_is_noted(gate: Gate, reach: Reach, kind: str) -> None:
    entry = await reach("arrived")
    await tell(gate, entry, "holds", "customs", reason="soi chiếu")
    answer = await tell(gate, entry, kind)
    assert f"{kind}-while-held" in [one["rule"] for one in answer.json()["exceptions"]]


async def test_what_is_seen_now_needs_no_body(gate: Gate, reach: Reach) -> None:
    entry = await reach("arrived")
    for kind, state in (("admission", "in_gate"), ("refusal", "turned_back")):
        answer = await gate.ask("POST", f"/v1/entries/{entry['id']}/{kind}", "border_guard")
        assert (200, state) == (answer.status_code, answer.json()["state"])


async def test_who_is_let_in_unseen_has_arrived_then(gate: Gate, reach: Reach) -> None:
    entry = await reach("queued")
    await tell(gate, entry, "admission", occurred_at="2026-03-11T09:05:00+07:00")
    now = await gate.entry(entry)
    assert "2026-03-11T09:05:00+07:00" == now["arrived_at"]
    assert (await gate.place(entry))["place"] is None


async def test_the_end_frees_the_plate(gate: Gate, reach: Reach, session: AsyncSession) -> None:
    entry = await reach("queued")
    held = select(Claim.value).where(Claim.entry_id == UUID(entry["id"]))
    assert ["15C00001"] == list((await session.scalars(held)).all())
    await tell(gate, entry, "exit")
    assert [] == list((await session.scalars(held)).all())
    now = await gate.entry(entry)
    assert (False, []) == (now["in_position"], now["next_steps"])
    assert now["ended_at"]


@pytest.mark.parametrize(
    ("state", "kind", "who", "due"),
    [
        pytest.param("registered", "cancellation", "company-1", "cancelled", id="cancelled"),
        pytest.param("called", "refusal", "border_guard", "cancelled", id="never arrived"),
        pytest.param("in_gate", "refusal", "border_guard", "due", id="turned back in the gate"),
        pytest.param("registered", "exit", "border_guard", "due", id="left without a word"),
    ],
)
async def test_the_fee_is_for_using_the_gate(  # noqa: PLR0913, PLR0917 - a table
    gate: Gate, reach: Reach, session: AsyncSession, state: str, kind: str, who: str, due: str
) -> None:
    entry = await reach(state)
    await tell(gate, entry, kind, who)
    orders = select(Order.state).where(Order.entry_id == UUID(entry["id"]))
    assert [due] == list((await session.scalars(orders)).all())


async def test_what_is_told_late_is_marked_and_needs_a_reason(gate: Gate, reach: Reach) -> None:
    entry = await reach("arrived")
    gate.wait(minutes=30)
    at = "2026-03-11T09:00:00+07:00"
    refused = await tell(gate, entry, "admission", occurred_at=at)
    assert (422, "reason-required") == (refused.status_code, refused.json()["code"])
    told = await tell(gate, entry, "admission", occurred_at=at, reason="mất điện")
    assert "in_gate" == told.json()["state"]


async def test_the_same_report_counts_once_and_names_one_thing(gate: Gate, reach: Reach) -> None:
    entry = await reach("arrived")
    for _ in range(2):
        answer = await tell(gate, entry, "admission", source_reference="BG-1")
        assert (200, "in_gate") == (answer.status_code, answer.json()["state"])
    other = await tell(gate, entry, "exit", source_reference="BG-1")
    assert (422, "retry-mismatch") == (other.status_code, other.json()["code"])


# --- release ------------------------------------------------------------------------------------


async def test_a_release_is_refused_with_everything_that_is_missing(
    gate: Gate, reach: Reach
) -> None:
    entry = await reach("arrived")
    await tell(gate, entry, "admission")
    await tell(gate, entry, "holds", "customs", reason="soi chiếu")
    answer = await tell(gate, entry, "release", "officer-1")
    assert (409, "release-refused", 8) == (
        answer.status_code, answer.json()["code"], answer.json()["missing"],
    )  # fmt: skip
    order = entry["orders"][0]["code"]
    assert [
        ("/checks", "customs_registration", "customs"),
        ("/checks", "border_guard_entry", "border_guard"),
        ("/checks", "customs_entry", "customs"),
        ("/checks", "transport_licence", "transport"),
        ("/checks", "medical", "medical"),
        ("/checks", "customs_clearance", "customs"),
        ("/holds", "hold-open", "customs"),
        ("/orders", "order-unpaid", order),
    ] == [(one["pointer"], one["rule"], one["value"]) for one in answer.json()["errors"]]
    assert "in_gate" == (await gate.entry(entry))["state"]


@pytest.mark.parametrize("language", ["vi", "en", "zh"])
async def test_what_is_missing_is_told_in_sentences(
    gate: Gate, reach: Reach, language: str
) -> None:
    entry = await reach("arrived")
    await tell(gate, entry, "admission")
    await tell(gate, entry, "holds", "customs", reason="soi chiếu")
    path = f"/v1/entries/{entry['id']}/release"
    headers = {"Accept-Language": language}
    answer = await gate.ask("POST", path, "officer-1", json={}, headers=headers)
    messages = [one["message"] for one in answer.json()["errors"]]
    assert len(messages) == len(set(messages))
    assert not [message for message in messages if "…" in message]
    assert entry["orders"][0]["code"] in messages[-1]


async def test_a_blocking_finding_is_missing_too(gate: Gate) -> None:
    entry = await gate.register(**lorry(1, planned_arrival_at=None))
    await tell(gate, entry, "admission")
    answer = await tell(gate, entry, "release", "officer-1")
    assert ("/planned_arrival_at", "planned-arrival-missing") in [
        (one["pointer"], one["rule"]) for one in answer.json()["errors"]
    ]


async def test_a_failed_check_does_not_count_and_a_later_one_corrects_it(
    gate: Gate, reach: Reach
) -> None:
    entry = await reach("in_gate")
    await pay(gate, entry)
    await gate.check(entry, "medical", "medical", result="failed")
    refused = await tell(gate, entry, "release", "officer-1")
    assert ["medical"] == [one["rule"] for one in refused.json()["errors"]]
    await gate.check(entry, "medical", "medical")
    assert 200 == (await tell(gate, entry, "release", "officer-1")).status_code


async def test_checks_of_the_way_out_are_not_asked_for(gate: Gate, reach: Reach) -> None:
    entry = await reach("arrived")
    await pass_checks(gate, entry, out=False)
    await pay(gate, entry)
    await tell(gate, entry, "admission")
    assert "released" == (await tell(gate, entry, "release", "officer-1")).json()["state"]
    left = await tell(gate, entry, "exit")
    assert ("crossed", [UNCHECKED_OUT]) == (
        left.json()["state"], [one["rule"] for one in left.json()["exceptions"]],
    )  # fmt: skip


async def test_a_release_is_given_once_and_asked_for_twice_without_harm(
    gate: Gate, reach: Reach, session: AsyncSession
) -> None:
    entry = await reach("released")
    again = await tell(gate, entry, "release", "officer-1")
    assert (200, "released") == (again.status_code, again.json()["state"])
    events = await session.scalars(select(Event.kind).where(Event.kind == "entry.released"))
    assert 1 == len(events.all())


async def test_a_release_is_taken_back_when_a_check_it_rests_on_fails(
    gate: Gate, reach: Reach
) -> None:
    entry = await reach("released")
    await gate.check(entry, "medical", "medical", result="failed")
    assert "in_gate" == (await gate.entry(entry))["state"]
    refused = await tell(gate, entry, "release", "officer-1")
    assert ["medical"] == [one["rule"] for one in refused.json()["errors"]]
    await gate.check(entry, "medical", "medical")
    assert "released" == (await tell(gate, entry, "release", "officer-1")).json()["state"]


async def test_a_release_is_taken_back_by_a_hold(
    gate: Gate, reach: Reach, session: AsyncSession
) -> None:
    entry = await reach("released")
    await tell(gate, entry, "holds", "customs", reason="seal is broken")
    assert "in_gate" == (await gate.entry(entry))["state"]
    events = await session.scalars(select(Event.kind).order_by(Event.number.desc()).limit(2))
    assert ["entry.release_taken_back", "hold.placed"] == events.all()


DEARER: dict[str, Any] = {"vehicle": {"payload_kg": 20000}}
BLOCKED: dict[str, Any] = {"planned_arrival_at": None}
CHEAPER: dict[str, Any] = {"vehicle": {"payload_kg": 1000}}


@pytest.mark.parametrize(
    ("change", "missing"),
    [
        pytest.param(DEARER, "order-unpaid", id="a higher price"),
        pytest.param(BLOCKED, "planned-arrival-missing", id="a blocking finding"),
    ],
)
async def test_a_release_is_taken_back_by_an_amendment_that_leaves_something_missing(
    gate: Gate, reach: Reach, session: AsyncSession, change: dict[str, Any], missing: str
) -> None:
    entry = await reach("released")
    amended = (await gate.amend(entry, **change)).json()
    assert "in_gate" == amended["state"]
    refused = await tell(gate, entry, "release", "officer-1")
    assert (409, [missing]) == (
        refused.status_code, [one["rule"] for one in refused.json()["errors"]],
    )  # fmt: skip
    kinds = (await session.scalars(select(Event.kind).order_by(Event.number))).all()
    assert 1 == kinds.count("entry.release_taken_back")


async def test_a_release_taken_back_for_its_price_is_given_anew_when_that_is_paid(
    gate: Gate, reach: Reach
) -> None:
    entry = await reach("released")
    await gate.amend(entry, **DEARER)
    await pay(gate, await gate.entry(entry))
    assert "released" == (await tell(gate, entry, "release", "officer-1")).json()["state"]


async def test_a_release_stays_where_an_amendment_leaves_nothing_missing(
    gate: Gate, reach: Reach
) -> None:
    entry = await reach("released")
    for change in (CHEAPER, {"driver": {"name": "Nguyễn Văn An"}}):
        assert "released" == (await gate.amend(entry, **change)).json()["state"]


@pytest.mark.parametrize(
    ("kind", "who", "result"),
    [("border_guard_exit", "border_guard", "failed"), ("medical", "medical", "passed")],
)
async def test_a_release_stays_where_nothing_it_rests_on_has_fallen(
    gate: Gate, reach: Reach, kind: str, who: str, result: str
) -> None:
    entry = await reach("released")
    await gate.check(entry, kind, who, result=result)
    assert "released" == (await gate.entry(entry))["state"]


@pytest.mark.parametrize("state", ["registered", "queued", "called", "arrived", "crossed"])
async def test_who_is_not_in_the_gate_is_not_released(gate: Gate, reach: Reach, state: str) -> None:
    entry = await reach(state)
    answer = await tell(gate, entry, "release", "officer-1")
    assert (409, "step-refused", state) == (
        answer.status_code, answer.json()["code"], answer.json()["state"],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("who", "status"),
    [("officer-1", 409), ("customs", 409), ("border_guard", 409), ("medical", 403), ("yard", 403)],
)
async def test_who_releases(gate: Gate, reach: Reach, who: str, status: int) -> None:
    entry = await reach("registered")
    assert status == (await tell(gate, entry, "release", who)).status_code


async def test_transshipped_goods_need_their_check_after_those_at_the_entry(gate: Gate) -> None:
    line = consignment(declaration_number="100000000001")
    receiving = [{"tractor_plate": "12C-000.17", "payload_kg": 8000}]
    entry = await gate.register(
        **lorry(
            1, direction="import", journey="transshipment",
            receiving_vehicles=receiving, consignments=[line],
        )
    )  # fmt: skip
    await gate.arrive(entry)
    await gate.check(entry, "transshipment", "customs")
    now = await gate.entry(entry)
    assert ["check-before-its-preconditions"] == [one["rule"] for one in now["exceptions"]]
    await tell(gate, entry, "admission")
    answer = await tell(gate, entry, "release", "officer-1")
    assert "transshipment" not in [one["rule"] for one in answer.json()["errors"]]


# --- cancelled by the company, revoked by an officer --------------------------------------------


@pytest.mark.parametrize("state", ["registered", "queued", "called"])
async def test_a_company_cancels_before_arrival(gate: Gate, reach: Reach, state: str) -> None:
    entry = await reach(state)
    answer = await tell(gate, entry, "cancellation", "company-1", reason="đổi kế hoạch")
    assert ("cancelled", "đổi kế hoạch") == (
        answer.json()["state"], answer.json()["end_reason"],
    )  # fmt: skip
    again = await tell(gate, entry, "cancellation", "company-1")
    assert (200, "đổi kế hoạch") == (again.status_code, again.json()["end_reason"])


@pytest.mark.parametrize("state", ["arrived", "in_gate", "released", "crossed"])
async def test_a_company_does_not_cancel_after_arrival(
    gate: Gate, reach: Reach, state: str
) -> None:
    entry = await reach(state)
    answer = await tell(gate, entry, "cancellation", "company-1")
    assert (409, "step-refused") == (answer.status_code, answer.json()["code"])


@pytest.mark.parametrize("state", ["registered", "queued", "called", "arrived", "in_gate"])
async def test_an_officer_revokes_with_a_reason(gate: Gate, reach: Reach, state: str) -> None:
    entry = await reach(state)
    refused = await tell(gate, entry, "cancellation", "officer-1")
    assert (422, "/reason") == (refused.status_code, refused.json()["errors"][0]["pointer"])
    answer = await tell(gate, entry, "cancellation", "officer-1", reason="giấy tờ giả")
    assert ("revoked", "giấy tờ giả") == (
        answer.json()["state"], answer.json()["end_reason"],
    )  # fmt: skip


async def test_a_stored_answer_of_a_retry_holds_no_tracking_token(gate: Gate, reach: Reach) -> None:
    entry = await reach("arrived")
    path = f"/v1/entries/{entry['id']}/admission"
    answer = await gate.post(path, "border_guard", {}, retry="once")
    assert entry["tracking"]["token"] not in answer.text


# --- the other side ------------------------------------------------------------------------------


async def seen_of(gate: Gate, entry: dict[str, Any], who: str = "company-1") -> list[Any]:
    answer = await gate.get(f"/v1/entries/{entry['id']}/observations", who)
    return [(one["kind"], one["acceptance_number"]) for one in answer.json()["items"]]


async def test_the_other_sides_acceptance_is_kept_beside_whatever_state_and_told(
    gate: Gate, reach: Reach, session: AsyncSession
) -> None:
    entry = await reach("crossed")
    for _ in range(2):
        answer = await tell(gate, entry, "acceptance", number="YYG-42", source_reference="BP-1")
        assert (200, "crossed") == (answer.status_code, answer.json()["state"])
    assert ("acceptance", "YYG-42") == (await seen_of(gate, entry))[0]
    assert 1 == [kind for kind, _ in await seen_of(gate, entry)].count("acceptance")
    told = select(Event.data).where(Event.kind == "entry.accepted")
    assert ["YYG-42"] == [data["number"] for data in await session.scalars(told)]
    assert "observed-after-end" not in [
        one["rule"] for one in (await gate.entry(entry))["exceptions"]
    ]


async def test_what_was_seen_is_listed_newest_first_to_those_who_may_see_the_entry(
    gate: Gate, reach: Reach
) -> None:
    entry = await reach("in_gate")
    kinds = [kind for kind, _ in await seen_of(gate, entry)]
    assert ["admission", "arrival", "yard-in"] == kinds
    path = f"/v1/entries/{entry['id']}/observations"
    first = (await gate.get(path, "company-1", params={"limit": 2})).json()
    rest = await gate.get(path, "company-1", params={"limit": 2, "cursor": first["next_cursor"]})
    assert kinds == [one["kind"] for one in first["items"] + rest.json()["items"]]
    assert 404 == (await gate.get(path, "company-2")).status_code
