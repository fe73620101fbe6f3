"""Partners' messages: each adapter through the API, each message once, what fits nobody waits."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.api.state import Process
from app.models import Check, Event, Message, Observation
from app.workers.exchange import ExchangeWorker
from app.workers.today import Todays
from tests.api.conftest import Gate, consignment, lorry, truck

CAMERA, YARD_CAMERA = "camera-tan-thanh", "camera-bao-nguyen"
UNKNOWN = {"plate": "29H-1", "direction": "export"}
NOBODY = "00000000-0000-7000-8000-000000000000"
SENDERS = {
    "customs-tan-thanh": ("customs", "customs"),
    "border-guard-tan-thanh": ("border_guard", "border-guard"),
    CAMERA: ("officer-1", "plate-camera"),
    YARD_CAMERA: ("yard", "plate-camera"),
    "yard-bao-nguyen": ("yard", "yard"),
    "other-side-tan-thanh": ("border_guard", "other-side"),
}


def told(here: Gate, source: str, own: str = "M-1", **more: Any) -> dict[str, Any]:
    """Return a message of a source that happened just now."""
    at = more.pop("at", here.now)
    facts = {"adapter": SENDERS[source][1], "source_reference": own}
    return {**facts, "occurred_at": at.isoformat(), **more}


def read(gate: Gate, source: str = CAMERA, own: str = "M-1", **more: Any) -> dict[str, Any]:
    """Return a sure reading of lorry 1 on its way out."""
    facts = {"plate": "15C-000.01", "confidence": 97, "direction": "export", **more}
    return told(gate, source, own, **facts)


def cleared(gate: Gate, own: str = "M-1", **more: Any) -> dict[str, Any]:
    """Return customs' word on the declaration of lorry 1."""
    facts = {"kind": "customs_registration", "result": "passed", **more}
    number = facts.pop("declaration_number", "300000000001")
    return told(gate, "customs-tan-thanh", own, declaration_number=number, **facts)


async def send(gate: Gate, source: str, *messages: dict[str, Any], who: str | None = None) -> Any:
    path = f"/v1/exchange/{source}/messages"
    answer = await gate.post(path, who or SENDERS[source][0], {"messages": list(messages)})
    assert 200 == answer.status_code, answer.text
    return answer.json()["messages"]


async def came(gate: Gate, source: str, *messages: dict[str, Any]) -> list[str]:
    """Send messages and return what came of each, with the reason of a quarantine or refusal."""
    said = []
    for one in await send(gate, source, *messages):
        why = one["problem"] and one["problem"]["code"]
        if one["outcome"] == "quarantined":
            why = one["message"]["reason"]
        said.append(f"{one['outcome']}: {why}" if why else one["outcome"])
    return said


async def waiting(here: Gate, who: str = "officer-1", **where: Any) -> list[dict[str, Any]]:
    answer = await here.get("/v1/exchange/quarantine", who, params=where)
    assert 200 == answer.status_code, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def resolve(gate: Gate, message: str, who: str, **body: Any) -> Any:
    path = f"/v1/exchange/quarantine/{message}/resolution"
    return await gate.post(path, who, {"reason": "Seen in the picture", **body})


async def try_again(gate: Gate) -> int:
    process: Process = gate.app.state.process
    todays = Todays(is_production=False, machine_now=lambda: gate.now)
    return await ExchangeWorker(process.tools, todays).try_again(process.sessions)


async def counted(session: AsyncSession, model: Any) -> int:
    return await session.scalar(select(func.count()).select_from(model)) or 0


async def checks_of(gate: Gate, entry: dict[str, Any]) -> list[tuple[str, str, str]]:
    checks = (await gate.entry(entry))["checks"]
    return [(one["kind"], one["agency"], one["result"]) for one in checks]


# --- customs -------------------------------------------------------------------------------------


async def test_customs_word_on_a_declaration_is_of_every_entry_that_carries_it(
    gate: Gate,
) -> None:
    shared = consignment(declaration_number="300000000001")
    entries = [await gate.register(**lorry(number, consignments=[shared])) for number in (1, 2)]
    other = await gate.register(**lorry(3))
    (one,) = await send(gate, "customs-tan-thanh", cleared(gate))
    assert {entry["id"] for entry in entries} == {
        row["entry"] for row in one["message"]["applied_to"]
    }
    for entry in entries:
        assert [("customs_registration", "customs", "passed")] == await checks_of(gate, entry)
    assert [] == await checks_of(gate, other)


async def test_a_vehicle_named_beside_the_declaration_has_it_alone(gate: Gate) -> None:
    shared = consignment(declaration_number="300000000001")
    first, second = [
        await gate.register(**lorry(number, consignments=[shared])) for number in (1, 2)
    ]
    said = await came(gate, "customs-tan-thanh", cleared(gate, plate="15C 00002", result="failed"))
    assert ["applied"] == said
    assert [] == await checks_of(gate, first)
    assert [("customs_registration", "customs", "failed")] == await checks_of(gate, second)


async def test_customs_word_on_what_is_not_known_or_of_two_companies_waits(gate: Gate) -> None:
    assert ["quarantined: no-entry"] == await came(gate, "customs-tan-thanh", cleared(gate))
    await gate.register(**lorry(1))
    unfit = cleared(gate, "M-2", plate="15C-999.99")
    strange = cleared(gate, "M-3", declaration_number="no number at all")
    assert ["quarantined: vehicle-not-of-declaration", "quarantined: no-entry"] == await came(
        gate, "customs-tan-thanh", unfit, strange
    )
    shared = consignment(declaration_number="300000000001")
    await gate.register("company-2", **lorry(2, consignments=[shared]))
    said = await came(gate, "customs-tan-thanh", cleared(gate, "M-4"))
    assert ["quarantined: several-entries"] == said


# --- border guard, yard, the other side ----------------------------------------------------------


async def test_the_border_guards_word_is_a_check_of_the_vehicle(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    source = "border-guard-tan-thanh"
    word = {"kind": "border_guard_entry", "result": "passed"}
    by_plate = told(gate, source, plate="15c00001", direction="export", **word)
    by_name = told(gate, source, "M-2", reference=entry["reference"].lower(), **word)
    unknown = told(gate, source, "M-3", reference="E000-000000", **word)
    assert ["applied", "applied", "quarantined: no-entry"] == await came(
        gate, source, by_plate, by_name, unknown
    )
    assert 2 * [("border_guard_entry", "border_guard", "passed")] == await checks_of(gate, entry)


async def test_a_yards_system_moves_vehicles_as_its_people_do(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    source = "yard-bao-nguyen"
    comes = told(gate, source, plate="15C-000.01", direction="export", way="in")
    stranger = told(gate, source, "M-2", plate="29H-777.77", direction="export", way="in")
    assert ["applied", "applied"] == await came(gate, source, comes, stranger)
    now = await gate.entry(entry)
    assert ("queued", "bao-nguyen") == (now["state"], now["yard"])
    goes = told(gate, source, "M-3", reference=entry["reference"], way="out")
    seen = told(
        gate,
        source,
        "M-4",
        reference=entry["reference"],
        way="in",
        vehicle={"trailer_plate": "12R-1"},
    )
    (_, last) = await send(gate, source, goes, seen)
    assert ["vehicle-not-as-declared"] == last["message"]["applied_to"][0]["exceptions"]
    unregistered = await gate.get("/v1/entries", "officer-1", params={"plate": "29H-777.77"})
    assert [True] == [one["unregistered"] for one in unregistered.json()["items"]]


async def test_a_contested_plate_opens_its_exception_and_moves_nobody(gate: Gate) -> None:
    for who in ("company-1", "company-2"):
        await gate.register(who, **lorry(1))
    (one,) = await send(gate, CAMERA, read(gate))
    (record,) = one["message"]["applied_to"]
    assert (None, ["plate-contested"]) == (record["entry"], record["exceptions"])


async def test_the_other_side_takes_a_vehicle_in_under_its_number_or_turns_it_back(
    gate: Gate, session: AsyncSession
) -> None:
    first, second = [await gate.register(**lorry(number)) for number in (1, 2)]
    source = "other-side-tan-thanh"
    taken = told(
        gate, source, reference=first["reference"], result="accepted", number="YYG-1",
    )  # fmt: skip
    back = told(
        gate, source, "M-2", plate="15C-000.02", direction="export", result="refused",
        reason="No room on the other side",
    )  # fmt: skip
    said = await send(gate, source, taken, back)
    assert ["applied", "applied"] == [one["outcome"] for one in said]
    assert ["turned-back-unarrived"] == said[1]["message"]["applied_to"][0]["exceptions"]
    seen = await session.execute(select(Observation.kind, Observation.acceptance_number))
    assert {("acceptance", "YYG-1"), ("refusal", None)} == {(kind, number) for kind, number in seen}
    kinds = set(await session.scalars(select(Event.kind)))
    assert {"entry.accepted", "entry.turned_back"} <= kinds
    assert "registered" == (await gate.entry(second))["state"]


# --- cameras -------------------------------------------------------------------------------------


async def test_a_camera_at_the_gate_sees_an_arrival_once_however_often_it_reads(
    gate: Gate, session: AsyncSession
) -> None:
    entry = await gate.register(**lorry(1))
    later = gate.now + timedelta(seconds=20)
    gate.wait(minutes=2)
    reads = [
        read(gate, at=later - timedelta(seconds=20)),
        read(gate, own="M-2", at=later),
        read(gate, own="M-3", at=later + timedelta(seconds=60)),
    ]
    assert ["applied", "repeated", "applied"] == await came(gate, CAMERA, *reads)
    assert 2 == await counted(session, Observation)
    assert (await gate.entry(entry))["arrived_at"] is not None


async def test_a_camera_of_a_yard_moves_a_vehicle_the_way_it_looks(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    assert ["applied"] == await came(gate, YARD_CAMERA, read(gate, YARD_CAMERA))
    assert "queued" == (await gate.entry(entry))["state"]


@pytest.mark.parametrize(
    ("changes", "reason", "candidates"),
    [
        ({"confidence": 89}, "low-confidence", 1),
        ({"direction": "import"}, "direction-differs", 1),
        ({"plate": "15C-888.88", "alternatives": [{"plate": "15C-00001", "confidence": 40}]},
         "perhaps-misread", 1),
        ({"plate": "I5C-000.01"}, "perhaps-misread", 1),
        ({"plate": "29H-777.77", "direction": None}, "direction-unknown", 0),
        ({"plate": "29H-777.77", "confidence": 10}, "low-confidence", 0),
    ],
)  # fmt: skip
async def test_what_a_camera_is_not_sure_of_gives_nobody_position_and_names_who_it_may_be(
    gate: Gate, session: AsyncSession, changes: dict[str, Any], reason: str, candidates: int
) -> None:
    entry = await gate.register(**lorry(1))
    (one,) = await send(gate, YARD_CAMERA, read(gate, YARD_CAMERA, **changes))
    assert ("quarantined", reason) == (one["outcome"], one["message"]["reason"])
    assert candidates * [entry["id"]] == [who["entry"] for who in one["message"]["candidates"]]
    assert 0 == await counted(session, Observation)
    assert "registered" == (await gate.entry(entry))["state"]


async def test_a_vehicle_of_another_class_is_seen_and_doubted(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    seen = [
        read(gate, vehicle_class="rigid", at=gate.now),
        read(gate, own="M-2", vehicle_class="bus", at=gate.now + timedelta(seconds=50)),
    ]
    said = await send(gate, CAMERA, *seen)
    doubts = ["vehicle-class-not-as-declared" in one["message"]["applied_to"][0]["exceptions"]
              for one in said]  # fmt: skip
    assert [False, True] == doubts
    cases = (await gate.entry(entry))["exceptions"]
    assert "A camera takes the vehicle for another kind than declared: bus." in [
        one["message"] for one in cases
    ]


# --- once ----------------------------------------------------------------------------------------


async def test_a_message_counts_once_and_another_under_its_reference_is_refused(
    gate: Gate, session: AsyncSession
) -> None:
    await gate.register(**lorry(1))
    first = cleared(gate)
    said = await came(gate, "customs-tan-thanh", first, first)
    assert ["applied", "already-known"] == said
    again = {**first, "occurred_at": gate.now.astimezone().isoformat()}
    (known,) = await send(gate, "customs-tan-thanh", again)
    assert ("already-known", "applied") == (known["outcome"], known["message"]["state"])
    other = cleared(gate, result="failed")
    (refused,) = await send(gate, "customs-tan-thanh", other)
    assert ("message-changed", ["/messages/0/source_reference"]) == (
        refused["problem"]["code"],
        [error["pointer"] for error in refused["problem"]["errors"]],
    )
    assert (1, 1) == (await counted(session, Check), await counted(session, Message))


async def test_each_message_is_answered_by_itself_and_a_refused_one_may_come_again(
    gate: Gate, session: AsyncSession
) -> None:
    await gate.register(**lorry(1))
    future = cleared(gate, "M-2", at=gate.now + timedelta(hours=1))
    foreign = read(gate, own="M-3")
    messages = (cleared(gate), future, foreign, cleared(gate, "M-4", declaration_number="1"))
    assert [
        "applied",
        "rejected: occurred-in-future",
        "rejected: message-not-of-source",
        "quarantined: no-entry",
    ] == await came(gate, "customs-tan-thanh", *messages)
    assert 2 == await counted(session, Message)
    gate.wait(hours=1)
    assert ["applied"] == await came(gate, "customs-tan-thanh", future)


async def test_a_message_that_fails_on_its_way_leaves_nothing_and_takes_no_other_with_it(
    gate: Gate, session: AsyncSession
) -> None:
    entry = await gate.register(**lorry(1))
    source, way = "yard-bao-nguyen", {"way": "in", "direction": "export"}
    lost = told(gate, source, "M-1", plate="29H-777.77", gate="nowhere", **way)
    good = told(gate, source, "M-2", plate="15C-000.01", **way)
    last = told(gate, source, "M-3", plate="29H-777.77", gate="tan-thanh", **way)
    assert ["rejected: unknown-code", "applied", "applied"] == await came(
        gate, source, lost, good, last
    )
    assert (2, 2) == (await counted(session, Observation), await counted(session, Message))
    assert "queued" == (await gate.entry(entry))["state"]
    taken = {"adapter": "yard", "source_reference": "M-2"}
    again = {**good, **taken, "way": "out"}
    assert ["rejected: message-changed"] == await came(gate, source, again)
    noted = {"reference": entry["reference"], "way": "out", "source_reference": f"{source}/M-9"}
    assert 201 == (await gate.post("/v1/yards/bao-nguyen/movements", "yard", noted)).status_code
    clash = told(gate, source, "M-9", reference=entry["reference"], way="in")
    assert ["rejected: retry-mismatch", "applied"] == await came(
        gate, source, clash, told(gate, source, "M-10", reference=entry["reference"], way="in")
    )


async def test_a_late_message_is_kept_as_of_when_it_happened_without_being_asked_why(
    gate: Gate, session: AsyncSession
) -> None:
    entry = await gate.register(**lorry(1))
    seen = read(gate, YARD_CAMERA)
    gate.wait(hours=2)
    assert ["applied"] == await came(gate, YARD_CAMERA, seen)
    kept = await session.scalar(select(Observation))
    assert kept is not None
    assert (gate.now - timedelta(hours=2), True, f"late message of {YARD_CAMERA}") == (
        kept.occurred_at, kept.backfilled, kept.reason,
    )  # fmt: skip
    assert "queued" == (await gate.entry(entry))["state"]


async def test_messages_of_one_request_are_done_in_the_order_in_which_they_happened(
    gate: Gate,
) -> None:
    entry = await gate.register(**lorry(1))
    source = "yard-bao-nguyen"
    gate.wait(minutes=5)
    way = {"plate": "15C-000.01", "direction": "export"}
    out = told(gate, source, "M-2", way="out", **way)
    into = told(gate, source, "M-1", way="in", at=gate.now - timedelta(minutes=4), **way)
    assert ["applied", "applied"] == await came(gate, source, out, into)
    assert (None, "queued") == ((now := await gate.entry(entry))["yard"], now["state"])


async def test_a_late_message_is_about_the_entry_that_was_open_then(gate: Gate) -> None:
    before = await gate.register(**lorry(1))
    then = gate.now
    gate.wait(minutes=1)
    answer = await gate.post(f"/v1/entries/{before['id']}/cancellation", "company-1")
    assert 200 == answer.status_code
    gate.wait(minutes=1)
    after = await gate.register(**lorry(1))
    assert ["applied"] == await came(gate, "customs-tan-thanh", cleared(gate, at=then))
    assert [("customs_registration", "customs", "passed")] == await checks_of(gate, before)
    assert [] == await checks_of(gate, after)


# --- who may, and what is refused whole ----------------------------------------------------------


async def test_a_source_is_used_by_its_own_organisation_in_its_own_role_only(gate: Gate) -> None:
    path, body = f"/v1/exchange/{CAMERA}/messages", {"messages": [read(gate)]}
    assert 404 == (await gate.post(path, "customs", body)).status_code
    assert 403 == (await gate.post(path, "company-1", body)).status_code
    made = await gate.post(
        "/v1/exchange/sources", "admin",
        {"code": "feed", "adapter": "customs", "organisation": "Border Gate Management Centre"},
    )  # fmt: skip
    assert 201 == made.status_code, made.text
    answer = await gate.post(
        "/v1/exchange/feed/messages", "officer-1", {"messages": [cleared(gate)]}
    )
    assert (403, "source-not-yours") == (answer.status_code, answer.json()["code"])


@pytest.mark.parametrize(
    ("changes", "pointer", "rule"),
    [
        ({"adapter": "telepathy"}, "/messages/0/adapter", "not-known"),
        ({"colour": "red"}, "/messages/0/colour", "unknown-field"),
        ({"confidence": 101}, "/messages/0/confidence", "too-large"),
        ({"confidence": "97"}, "/messages/0/confidence", "not-a-whole-number"),
        ({"confidence": 0.97}, "/messages/0/confidence", "not-a-whole-number"),
        ({"plate": "..-"}, "/messages/0", "reference-or-plate"),
        ({"plate": "15C\u0000"}, "/messages/0/plate", "unsafe-characters"),
        ({"occurred_at": "2026-03-11T09:00:00"}, "/messages/0/occurred_at", "not-an-instant"),
        ({"source_reference": ""}, "/messages/0/source_reference", "too-short"),
        ({"alternatives": 11 * [{"plate": "1", "confidence": 1}]}, "/messages/0/alternatives",
         "too-many"),
    ],
)  # fmt: skip
async def test_what_cannot_be_read_is_refused_whole_and_nothing_is_kept(
    gate: Gate, session: AsyncSession, changes: dict[str, Any], pointer: str, rule: str
) -> None:
    body = {"messages": [{**read(gate), **changes}, read(gate, own="M-2")]}
    answer = await gate.post(f"/v1/exchange/{CAMERA}/messages", "officer-1", body)
    assert (422, [(pointer, rule)]) == (
        answer.status_code,
        [(error["pointer"], error["rule"]) for error in answer.json()["errors"]],
    )
    assert 0 == await counted(session, Message)


@pytest.mark.parametrize("many", [0, 21])
async def test_a_request_has_one_to_twenty_messages(gate: Gate, many: int) -> None:
    body = {"messages": [read(gate, own=f"M-{number}") for number in range(many)]}
    answer = await gate.post(f"/v1/exchange/{CAMERA}/messages", "officer-1", body)
    assert 422 == answer.status_code


# --- the work list ------------------------------------------------------------------------------


async def test_the_work_list_is_the_oldest_first_narrowed_and_ones_own(gate: Gate) -> None:
    await came(gate, CAMERA, read(gate, confidence=10))
    gate.wait(minutes=5)
    await came(gate, YARD_CAMERA, read(gate, YARD_CAMERA, confidence=10))
    await came(gate, "customs-tan-thanh", cleared(gate))
    everything = await waiting(gate)
    assert [CAMERA, YARD_CAMERA, "customs-tan-thanh"] == [one["source"] for one in everything]
    assert "The camera is not sure enough of the plate." == everything[0]["message"]
    for where, many in (
        ({"source": CAMERA}, 1),
        ({"gate": "tan-thanh"}, 2),
        ({"yard": "bao-nguyen"}, 1),
        ({"quarantined_for": "low-confidence"}, 2),
        ({"received_before": gate.now.isoformat()}, 1),
    ):
        assert many == len(await waiting(gate, **where)), where
    assert [YARD_CAMERA] == [one["source"] for one in await waiting(gate, "yard")]
    told_of = (await gate.get("/metrics")).text
    assert "gate_messages_quarantined 3.0" in told_of
    first = (await gate.get("/v1/exchange/quarantine", "auditor", params={"limit": 2})).json()
    rest = await waiting(gate, "auditor", limit=2, cursor=first["next_cursor"])
    assert everything == first["items"] + rest


async def test_a_named_entry_has_the_message_as_its_senders_word(
    gate: Gate, session: AsyncSession
) -> None:
    entry = await gate.register(**lorry(1))
    (one,) = await send(gate, YARD_CAMERA, read(gate, YARD_CAMERA, confidence=10))
    gate.wait(minutes=30)
    answer = await resolve(gate, one["message"]["id"], "officer-1", entry=entry["id"])
    assert (200, "applied") == (answer.status_code, answer.json()["state"])
    assert "Seen in the picture" == answer.json()["resolution"]
    assert "queued" == (await gate.entry(entry))["state"]
    seen = await session.scalar(select(Observation))
    message = await session.scalar(select(Message))
    assert seen is not None
    assert message is not None
    assert seen.principal_id == message.sent_by
    assert seen.occurred_at == gate.now - timedelta(minutes=30)
    again = await resolve(gate, one["message"]["id"], "officer-1", discard=True)
    assert (409, "message-resolved") == (again.status_code, again.json()["code"])
    assert [] == await waiting(gate)
    kinds = list(await session.scalars(select(Event.kind).where(Event.kind.like("message.%"))))
    assert ["message.quarantined", "message.settled"] == kinds


async def test_a_message_is_discarded_with_a_reason_and_comes_back_as_such(gate: Gate) -> None:
    sent = read(gate, confidence=10)
    (one,) = await send(gate, CAMERA, sent)
    answer = await resolve(gate, one["message"]["id"], "officer-2", discard=True)
    assert "discarded" == answer.json()["state"]
    (again,) = await send(gate, CAMERA, sent)
    assert ("already-known", "discarded") == (again["outcome"], again["message"]["state"])


async def test_nobody_gives_an_entry_the_word_of_another_authority(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    (one,) = await send(gate, "customs-tan-thanh", cleared(gate, declaration_number="1"))
    message = one["message"]["id"]
    for who, status, code in (
        ("officer-1", 403, "message-not-yours"),
        ("yard", 404, "message-not-found"),
    ):
        answer = await resolve(gate, message, who, entry=entry["id"])
        assert (status, code) == (answer.status_code, answer.json()["code"])
    unknown = await resolve(gate, message, "customs", entry=NOBODY)
    assert (404, "entry-not-found") == (unknown.status_code, unknown.json()["code"])
    for body in ({}, {"entry": entry["id"], "discard": True}):
        assert 422 == (await resolve(gate, message, "customs", **body)).status_code
    assert 200 == (await resolve(gate, message, "customs", entry=entry["id"])).status_code
    assert [("customs_registration", "customs", "passed")] == await checks_of(gate, entry)


# --- tried again ---------------------------------------------------------------------------------


async def test_a_message_that_came_before_its_registration_is_applied_when_that_comes(
    gate: Gate,
) -> None:
    await came(gate, "customs-tan-thanh", cleared(gate))
    source = "border-guard-tan-thanh"
    word = {"kind": "border_guard_entry", "result": "passed"}
    await came(gate, source, told(gate, source, plate="15C-000.01", direction="export", **word))
    assert 0 == await try_again(gate)
    gate.wait(minutes=20)
    entry = await gate.register(**lorry(1))
    gate.wait(seconds=3)
    assert 2 == await try_again(gate)
    assert {"customs_registration", "border_guard_entry"} == {
        kind for kind, *_ in await checks_of(gate, entry)
    }
    assert ([], 0) == (await waiting(gate), await try_again(gate))


async def test_an_unsure_reading_is_never_applied_by_itself_but_repeats_a_sure_one(
    gate: Gate, session: AsyncSession
) -> None:
    await came(gate, CAMERA, read(gate, confidence=50))
    gate.wait(seconds=5)
    await gate.register(**lorry(1))
    gate.wait(seconds=5)
    assert 0 == await try_again(gate)
    assert 0 == await counted(session, Observation)
    ((candidate,),) = [one["candidates"] for one in await waiting(gate)]
    assert "15C00001" == candidate["plate"]
    await came(gate, CAMERA, read(gate, own="M-2"))
    assert 1 == await try_again(gate)
    assert {"applied", "repeated"} == set(await session.scalars(select(Message.state)))


async def test_after_90_days_a_message_is_forgotten_unless_it_still_waits(
    gate: Gate, session: AsyncSession
) -> None:
    await gate.register(**lorry(1))
    await came(gate, "customs-tan-thanh", cleared(gate), cleared(gate, "M-2", plate="1"))
    process: Process = gate.app.state.process
    todays = Todays(is_production=False, machine_now=lambda: gate.now)
    worker = ExchangeWorker(process.tools, todays)
    gate.wait(days=90)
    assert 0 == await worker.forget(process.sessions)
    gate.wait(seconds=1)
    assert 1 == await worker.forget(process.sessions)
    assert ["quarantined"] == list(await session.scalars(select(Message.state)))


# --- sources -------------------------------------------------------------------------------------


async def test_an_officer_registers_a_source_trusts_it_less_and_retires_it(
    gate: Gate, session: AsyncSession
) -> None:
    new = {
        "code": "camera-2", "adapter": "plate-camera", "gate": "tan-thanh",
        "organisation": "Border Gate Management Centre",
    }  # fmt: skip
    made = await gate.post("/v1/exchange/sources", "officer-1", new)
    assert (201, 90) == (made.status_code, made.json()["least_confidence"])
    again = await gate.post("/v1/exchange/sources", "officer-1", new)
    assert (409, "source-exists") == (again.status_code, again.json()["code"])
    path = "/v1/exchange/sources/camera-2"
    changed = await gate.ask("PATCH", path, "admin", json={"least_confidence": 99})
    assert 99 == changed.json()["least_confidence"]
    sent = {"messages": [read(gate)]}
    one = (await gate.post("/v1/exchange/camera-2/messages", "officer-1", sent)).json()
    assert "low-confidence" == one["messages"][0]["message"]["reason"]
    retired = await gate.ask("PATCH", path, "officer-2", json={"retired": True})
    assert retired.json()["retired_at"] is not None
    refused = await gate.post("/v1/exchange/camera-2/messages", "officer-1", sent)
    assert (409, "source-retired") == (refused.status_code, refused.json()["code"])
    kinds = list(await session.scalars(select(Event.kind).where(Event.kind.like("source.%"))))
    assert ["source.registered", "source.changed", "source.changed"] == kinds
    assert (
        404
        == (
            await gate.ask("PATCH", "/v1/exchange/sources/no", "admin", json={"retired": True})
        ).status_code
    )


@pytest.mark.parametrize(
    ("changes", "code", "pointers"),
    [
        ({"gate": None}, "source-unfit", ["/gate"]),
        ({"yard": "bao-nguyen"}, "source-unfit", ["/gate", "/way"]),
        ({"gate": None, "yard": "bao-nguyen"}, "source-unfit", ["/way"]),
        ({"adapter": "yard"}, "source-unfit", ["/yard"]),
        ({"gate": "nowhere"}, "unknown-code", ["/gate"]),
        ({"yard": "nowhere"}, "unknown-code", ["/yard"]),
        ({"organisation": "nobody"}, "unknown-code", ["/organisation"]),
    ],
)
async def test_a_source_stands_where_its_messages_can_be_applied(
    gate: Gate, changes: dict[str, Any], code: str, pointers: list[str]
) -> None:
    new = {
        "code": "new", "adapter": "plate-camera", "gate": "tan-thanh",
        "organisation": "Border Gate Management Centre", **changes,
    }  # fmt: skip
    answer = await gate.post("/v1/exchange/sources", "officer-1", new)
    said = answer.json()
    assert (422, code) == (answer.status_code, said["code"])
    assert pointers == [error["pointer"] for error in said["errors"]]


async def test_sources_are_listed_to_those_who_manage_and_their_own_to_those_who_send(
    gate: Gate,
) -> None:
    async def listed(who: str) -> set[str]:
        answer = await gate.get("/v1/exchange/sources", who)
        return {one["code"] for one in answer.json()["items"]}

    assert set(SENDERS) == await listed("officer-1")
    assert {YARD_CAMERA, "yard-bao-nguyen"} == await listed("yard")
    assert {"border-guard-tan-thanh", "other-side-tan-thanh"} == await listed("border_guard")


# --- what is passed on ----------------------------------------------------------------------


async def test_an_entry_is_read_in_the_names_of_the_wco_by_those_who_may_see_it(
    gate: Gate,
) -> None:
    entry = await gate.register(**truck(driver={"name": "Nguyễn Văn An", "phone": "0912345678"}))
    path = f"/v1/entries/{entry['id']}/wco"
    answer = await gate.get(path, "company-1")
    (one,) = answer.json()["declarations"]
    assert ("DEC 3.6", {"ID": "9900123466"}) == (answer.json()["edition"], one["Declarant"])
    (item,) = one["GoodsShipment"]["GovernmentAgencyGoodsItem"]
    assert "0810.60.00" == item["Commodity"]["Classification"]["ID"]
    assert "An" not in answer.text
    assert "0912345678" not in answer.text
    assert 200 == (await gate.get(path, "customs")).status_code
    assert 404 == (await gate.get(path, "company-2")).status_code
    await gate.post("/v1/arrivals", "border_guard", {"gate": "tan-thanh", **UNKNOWN})
    (stranger,) = (await gate.get("/v1/entries", "officer-1", params={"plate": "29H-1"})).json()[
        "items"
    ]
    nothing = await gate.get(f"/v1/entries/{stranger['id']}/wco", "officer-1")
    assert [] == nothing.json()["declarations"]
