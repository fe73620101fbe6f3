"""Grounds of lanes: declared by a company, confirmed by an authority, given by an edition."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.log.verifying import outages_in, verify
from app.domain.vocabulary import Direction, Queue
from app.models import Event, LaneGroundRow, LogLeaf, ReferenceRevision
from app.repositories.unit_of_work import UnitOfWork
from app.services.queues.replaying import differences
from tests import published
from tests.api.conftest import Gate, consignment, found, goods, lorry
from tests.api.test_certificates import certificate
from tests.api.test_diversion import OUTSIDE, divert, untrue
from tests.api.test_fairness import report
from tests.api.test_log import seal
from tests.api.test_policy_proposals import RATES, announce, wanted

RELIEF = "disaster-relief"
NINE = "2026-03-12T09:00:00+07:00"
DECLARED = {"declaration_number": "300000000002"}
QUEUE = Queue("tan-thanh", Direction.EXPORT)


def lanes(**more: int) -> list[dict[str, Any]]:
    return [{"lane": lane, "rate": rate} for lane, rate in {**RATES, **more}.items()]


async def give_relief(gate: Gate, **changes: Any) -> None:
    """Let an edition rule from 12 March that has a lane for relief."""
    await announce(gate, wanted(lanes=lanes(relief=6), **changes))


async def queued(gate: Gate, number: int, **changes: Any) -> dict[str, Any]:
    planned = {"planned_arrival_at": gate.now.isoformat(), **changes}
    entry = await gate.register(**lorry(number, **planned))
    await gate.move(entry)
    return entry


async def say(
    gate: Gate,
    entry: dict[str, Any],
    what: str = "confirmations",
    who: str = "customs",
    **more: Any,
) -> Any:
    body = {"ground": RELIEF, "reason": "as its order says", **more}
    if what == "confirmations":
        body = {"document_reference": "Q-412", **body}
    return await gate.post(f"/v1/entries/{entry['id']}/ground-{what}", who, body)


async def confirmed(gate: Gate, entry: dict[str, Any]) -> None:
    answer = await say(gate, entry)
    assert 201 == answer.status_code, answer.text


async def why(gate: Gate, entry: dict[str, Any]) -> dict[str, str]:
    """Return the sentences about the lane, by their codes."""
    answer = await gate.get(
        f"/v1/entries/{entry['id']}/explanation", "company-1", headers={"Accept-Language": "en"}
    )
    assert 200 == answer.status_code, answer.text
    return {one["code"]: one["message"] for one in answer.json()["reasons"]}


async def lane(gate: Gate, entry: dict[str, Any]) -> str:
    return str((await gate.entry(entry))["lane"])


async def ensure_played_again(gate: Gate, session: AsyncSession) -> None:
    """Check that the events, and the log by both verifiers, are what the rule gives."""
    assert [] == await differences(UnitOfWork(session), QUEUE)
    await seal(gate)
    told = await session.scalars(
        select(LogLeaf.leaf)
        .where(LogLeaf.gate_code == QUEUE.gate, LogLeaf.direction == QUEUE.direction.value)
        .order_by(LogLeaf.index)
    )
    leaves = [one.encode() for one in told.all()]
    assert b"ground.confirmed" in b"".join(leaves)
    assert verify(leaves, outages_in(leaves)).wrong is None
    assert published.program().check_rules(leaves)[0] is None


async def test_a_ground_gives_its_lane_once_it_is_confirmed_and_everybody_is_told(
    gate: Gate, session: AsyncSession
) -> None:
    await give_relief(gate)
    gate.go_to(NINE)
    first = await queued(gate, 1)
    gate.wait(minutes=30)
    rice = await queued(gate, 2, lane_ground=RELIEF)
    assert ("ordinary", None) == (rice["lane"], rice["confirmed_ground"])
    assert ("ground-unconfirmed", "/lane_ground") in found(rice, "warning")
    assert "Relief goods" in (await why(gate, rice))["ground-unconfirmed"]
    gate.wait(minutes=10)
    await confirmed(gate, rice)
    place = await gate.place(rice)
    assert (2, "relief", 600) == (place["place"], place["lane"], place["points"])
    gate.wait(minutes=20)
    (call,) = await gate.call()
    assert (rice["id"], "relief", 600 + 20 * 360) == (call["entry"], call["lane"], call["points"])
    told = await why(gate, rice)
    assert "confirmed by customs: Relief goods" in told["ground-confirmed"]
    assert "Relief lane" in told["lane"]
    (went,) = (await certificate(gate, first))["overtakes"]
    assert ("faster-lane", "relief") == (went["why"], went["theirs"]["lane"])
    fair = (await report(gate, day="2026-03-12"))["queues"][0]
    assert [("relief", "ordinary", 1)] == [
        (one["lane"], one["over"], one["calls"]) for one in fair["overtakes"]["rows"]
    ]
    board = (await gate.board())["lanes"]
    assert ["relief", "green-season", "green", "ordinary"] == [one["lane"] for one in board]
    await ensure_played_again(gate, session)


async def test_who_takes_it_back_leaves_the_points_and_every_word_is_listed(
    gate: Gate, session: AsyncSession
) -> None:
    await give_relief(gate)
    gate.go_to(NINE)
    rice = await queued(gate, 2, lane_ground=RELIEF)
    await confirmed(gate, rice)
    gate.wait(minutes=10)
    assert 201 == (await say(gate, rice, "withdrawals", "board-1")).status_code
    place = await gate.place(rice)
    assert ("ordinary", 10 * 360) == (place["lane"], place["points"])
    words = await gate.get(f"/v1/entries/{rice['id']}/ground-words", "company-1")
    assert [("confirmed", "customs", "Q-412"), ("withdrawn", "board", None)] == [
        (one["word"], one["authority"], one["document_reference"]) for one in words.json()["items"]
    ]
    changes = await session.scalars(
        select(Event.data).where(Event.kind == "lane.changed").order_by(Event.number)
    )
    assert [("relief", RELIEF), ("ordinary", None)] == [
        (one["lane"], one["ground"]) for one in changes
    ]
    await gate.call()
    await ensure_played_again(gate, session)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param(
            {"consignments": [consignment(goods(gross_kg=9), **DECLARED)]}, "relief",
            id="the weight",
        ),
        pytest.param(
            {"consignments": [consignment(goods(product="durian"), **DECLARED)]}, "ordinary",
            id="other goods",
        ),
        pytest.param({"lane_ground": "medicines"}, "ordinary", id="another ground"),
        pytest.param({"lane_ground": None}, "ordinary", id="no ground any more"),
        pytest.param({"documents": None}, "relief", id="papers"),
    ],
)  # fmt: skip
async def test_a_word_stands_for_the_goods_and_the_ground_as_they_were_declared(
    gate: Gate, session: AsyncSession, changes: dict[str, Any], expected: str
) -> None:
    await give_relief(gate)
    gate.go_to(NINE)
    rice = await queued(gate, 2, lane_ground=RELIEF)
    await confirmed(gate, rice)
    amended = await gate.amend(rice, **changes)
    assert 200 == amended.status_code, amended.text
    assert expected == amended.json()["lane"]
    lapsed = await session.scalars(select(Event.kind).where(Event.kind == "ground.lapsed"))
    assert (expected == "ordinary") is bool(lapsed.all())
    await gate.call()
    await ensure_played_again(gate, session)


async def test_an_edition_without_the_lane_leaves_a_vehicle_in_that_of_its_goods(
    gate: Gate, session: AsyncSession
) -> None:
    await give_relief(gate)
    await announce(gate, wanted(code="without", starts_on="2026-03-13"))
    gate.go_to(NINE)
    first = await queued(gate, 1)
    rice = await queued(gate, 2, lane_ground=RELIEF)
    await confirmed(gate, rice)
    gate.go_to("2026-03-12T18:00:00+07:00")
    before = (await gate.place(rice))["points"]
    gate.go_to("2026-03-13T07:00:00+07:00")
    others = [await queued(gate, number) for number in (3, 4)]
    assert "relief" == await lane(gate, rice)
    (call,) = await gate.call()
    assert (rice["id"], "ordinary") == (call["entry"], call["lane"])
    assert call["points"] > before
    assert "ground-without-lane" in await why(gate, rice)
    assert [first["id"], others[0]["id"]] == [one["entry"] for one in await gate.call(2)]
    await ensure_played_again(gate, session)


async def test_an_edition_with_the_lane_takes_in_who_was_confirmed_before(
    gate: Gate, session: AsyncSession
) -> None:
    await give_relief(gate)
    gate.go_to("2026-03-11T18:00:00+07:00")
    first = await queued(gate, 1)
    gate.wait(minutes=30)
    rice = await queued(gate, 2, lane_ground=RELIEF)
    assert ("ground-without-lane", "/lane_ground") in found(rice, "warning")
    await confirmed(gate, rice)
    assert "ordinary" == await lane(gate, rice)
    gate.go_to("2026-03-12T07:10:00+07:00")
    (call,) = await gate.call()
    assert (first["id"], "relief") == (call["entry"], await lane(gate, rice))
    await ensure_played_again(gate, session)


async def test_a_confirmed_ground_goes_along_to_another_gate(
    gate: Gate, session: AsyncSession
) -> None:
    await give_relief(gate)
    gate.go_to(NINE)
    rice = await gate.register(
        **lorry(2, lane_ground=RELIEF, planned_arrival_at=gate.now.isoformat())
    )
    await gate.move(rice, OUTSIDE)
    await confirmed(gate, rice)
    await divert(gate, rice)
    there = await gate.entry(rice)
    assert ("huu-nghi", "relief") == (there["gate"], there["lane"])
    (joined,) = await session.scalars(select(Event.data).where(Event.kind == "entry.joined"))
    assert "relief" == joined["by_ground"]
    await gate.call(gate="huu-nghi")
    assert [] == await untrue(session)


async def test_who_gave_a_word_takes_it_back_though_its_row_has_ended(
    gate: Gate, session: AsyncSession
) -> None:
    """Until then the word stands, and no finding says that there is no lane for it."""
    await give_relief(gate)
    gate.go_to(NINE)
    rice = await queued(gate, 2, lane_ground=RELIEF)
    await confirmed(gate, rice)
    ended = Range(date(2022, 2, 21), gate.now.date())
    rows = update(LaneGroundRow).where(LaneGroundRow.code == RELIEF)
    await session.execute(rows.values(valid_on=ended))
    await session.execute(update(ReferenceRevision).values(revision=ReferenceRevision.revision + 1))
    there = (await gate.amend(rice, planned_arrival_at=NINE)).json()
    assert "relief" == there["lane"]
    assert "/lane_ground" not in {pointer for _, pointer in found(there, "warning")}
    assert 403 == (await say(gate, rice, "withdrawals", "board-1")).status_code
    assert 201 == (await say(gate, rice, "withdrawals")).status_code
    assert "ordinary" == await lane(gate, rice)


@pytest.mark.parametrize(
    ("what", "who", "more", "expected"),
    [
        pytest.param(
            "confirmations", "medical", {}, (403, "ground-not-yours"), id="not that agency's"
        ),
        pytest.param(
            "confirmations", "officer-1", {}, (403, "ground-not-yours"), id="no officer's"
        ),
        pytest.param(
            "confirmations", "customs", {"ground": "medicines"}, (409, "ground-not-declared"),
            id="another than is declared",
        ),
        pytest.param(
            "confirmations", "customs", {"ground": "hurry"}, (403, "ground-not-yours"),
            id="what no row knows",
        ),
        pytest.param(
            "withdrawals", "customs", {}, (409, "ground-not-confirmed"), id="what nobody confirmed"
        ),
    ],
)  # fmt: skip
async def test_who_may_not_confirm_a_ground_or_not_this_one_is_told_why(
    gate: Gate, what: str, who: str, more: dict[str, Any], expected: tuple[int, str]
) -> None:
    entry = await gate.register(**lorry(1, lane_ground=RELIEF))
    answer = await say(gate, entry, what, who, **more)
    assert expected == (answer.status_code, answer.json()["code"])


async def test_nothing_is_said_of_an_entry_that_has_ended(gate: Gate) -> None:
    entry = await gate.register(**lorry(1, lane_ground=RELIEF))
    await gate.post(f"/v1/entries/{entry['id']}/cancellation", "company-1")
    assert 409 == (await say(gate, entry)).status_code


async def test_a_ground_is_taken_back_of_who_is_in_the_gate_and_the_log_is_whole(
    gate: Gate, session: AsyncSession
) -> None:
    await give_relief(gate)
    gate.go_to(NINE)
    rice = await queued(gate, 2, lane_ground=RELIEF)
    await confirmed(gate, rice)
    await gate.call()
    await gate.post(f"/v1/entries/{rice['id']}/admission", "border_guard")
    assert "in_gate" == (await gate.entry(rice))["state"]
    assert 201 == (await say(gate, rice, "withdrawals")).status_code
    await ensure_played_again(gate, session)


async def test_a_ground_that_nobody_knows_is_refused_with_its_pointer(gate: Gate) -> None:
    answer = await gate.post("/v1/entries", "company-1", lorry(1, lane_ground="hurry"))
    assert (422, [("/lane_ground", "unknown-code")]) == (
        answer.status_code,
        [(one["pointer"], one["rule"]) for one in answer.json()["errors"]],
    )


async def test_everybody_reads_which_grounds_there_are_and_who_confirms_them(gate: Gate) -> None:
    answer = await gate.get("/v1/lane-grounds", params={"on": "2026-03-11"})
    items = {one["code"]: one for one in answer.json()["items"]}
    assert ("relief", ["board", "customs"], "provisional") == tuple(
        items[RELIEF][name] for name in ("lane", "confirmed_by", "basis")
    )
    before = await gate.get("/v1/lane-grounds", params={"on": "2022-02-20"})
    assert [] == before.json()["items"]
