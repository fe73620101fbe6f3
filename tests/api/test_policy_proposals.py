"""Policy editions: four eyes, announced for a day, withdrawn before it; emergencies by the hour."""

from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.vocabulary import Direction, Queue
from app.models import Event
from app.repositories.unit_of_work import UnitOfWork
from app.services.queues.replaying import differences
from app.services.upkeep.reference_data import read_reference
from tests.api.conftest import Gate, lorry

BASE, NEW = "queue-policy-2022-02", "queue-policy-2026-03"
PROPOSALS = "/v1/policy-proposals"
RATES = {"green-season": 8, "green": 4, "ordinary": 1}
NOTICE = {"vi": "Mọi luồng như nhau", "en": "One lane for all"}
AT_ONCE = {"hours": 24, "reason": "4,800 vehicles stand here", "notice": NOTICE}


def wanted(**changes: Any) -> dict[str, Any]:
    """Return an edition from 12 March 2026 on, under which a green truck earns twice as much."""
    whole = {
        "code": NEW,
        "starts_on": "2026-03-12",
        "title": {"vi": "Chính sách mới", "en": "New policy"},
        "bound": {"vi": "Ít nhất một phần tư.", "en": "At least a quarter as long."},
        "lanes": [{"lane": lane, "rate": rate} for lane, rate in RATES.items()],
        "capacity_shares": [{"green": 40}, {"green-season": 10, "green": 25}],
        "source": "Decision of the Board",
        **changes,
    }
    return {name: value for name, value in whole.items() if value is not None}


def emergency(**changes: Any) -> dict[str, Any]:
    same = [{"lane": lane, "rate": 1} for lane in RATES]
    return wanted(starts_on=None, code="one-lane", emergency=AT_ONCE, lanes=same, **changes)


async def propose(gate: Gate, body: dict[str, Any], who: str = "board-1") -> Any:
    return await gate.post(PROPOSALS, who, body)


async def approve(gate: Gate, proposed: Any, who: str = "board-2") -> Any:
    return await gate.post(f"{PROPOSALS}/{proposed.json()['id']}/approval", who)


async def withdraw(gate: Gate, proposed: Any, who: str = "board-1") -> Any:
    path = f"{PROPOSALS}/{proposed.json()['id']}/withdrawal"
    return await gate.post(path, who, {"reason": "thought again"})


async def announce(gate: Gate, body: dict[str, Any]) -> Any:
    proposed = await propose(gate, body)
    approved = await approve(gate, proposed)
    assert 200 == approved.status_code, approved.text
    return approved


async def editions(gate: Gate) -> dict[str, Any]:
    """Return the public list as it is when the process has heard of the last change."""
    await gate.get(PROPOSALS, "auditor")
    items = (await gate.get("/v1/policies")).json()["items"]
    return {one["code"]: one for one in items}


async def in_force(gate: Gate) -> list[str]:
    return [code for code, one in (await editions(gate)).items() if one["in_force"]]


def why_not(answer: Any) -> tuple[int, str, list[tuple[str, str]]]:
    body = answer.json()
    named = [(one["pointer"], one["rule"]) for one in body["errors"]]
    return answer.status_code, body["code"], named


async def test_one_proposes_another_approves_and_the_edition_is_announced(gate: Gate) -> None:
    proposed = await propose(gate, wanted())
    assert (201, "proposed", "board-1", None) == (
        proposed.status_code,
        *(proposed.json()[name] for name in ("state", "proposed_by", "approved_by")),
    )
    assert NEW not in await editions(gate)
    approved = (await approve(gate, proposed)).json()
    assert ("announced", "board-2") == (approved["state"], approved["approved_by"])
    found = await editions(gate)
    assert ("2022-02-21", "2026-03-12", "in-force") == tuple(
        found[BASE][name] for name in ("valid_from", "valid_to", "state")
    )
    assert ("2026-03-12", None, "announced", BASE, True) == tuple(
        found[NEW][name] for name in ("valid_from", "valid_to", "state", "base", "usable")
    )
    assert [BASE] == await in_force(gate)
    gate.go_to("2026-03-12T00:00:00+07:00")
    assert [NEW] == await in_force(gate)
    assert "ended" == (await editions(gate))[BASE]["state"]


async def test_the_predicted_slow_down_is_computed_and_published(gate: Gate) -> None:
    proposed = (await propose(gate, wanted())).json()
    assert [
        ({"green": 40}, round(1000 / (1 - 0.4 * 0.75))),
        ({"green-season": 10, "green": 25}, round(1000 / (1 - 0.1 * 0.875 - 0.25 * 0.75))),
    ] == [(one["capacity_share_percent"], one["slowdown_thousandths"])
          for one in proposed["predictions"]]  # fmt: skip


async def test_who_proposed_cannot_approve(gate: Gate) -> None:
    proposed = await propose(gate, wanted())
    refused = await approve(gate, proposed, "board-1")
    assert (403, "second-officer-needed", []) == why_not(refused)
    assert NEW not in await editions(gate)


async def test_approving_again_changes_nothing(gate: Gate, session: AsyncSession) -> None:
    proposed = await propose(gate, wanted())
    first, second = [await approve(gate, proposed) for _ in range(2)]
    assert first.json() == second.json()
    told = await session.scalars(select(Event.kind).where(Event.kind.like("edition.%")))
    assert ["edition.announced", "edition.proposed"] == sorted(told.all())


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param(
            {"starts_on": "2026-03-11"},
            (422, "policy-unfit", [("/starts_on", "future-day")]),
            id="a day that has begun",
        ),
        pytest.param(
            {"lanes": [{"lane": "green", "rate": 2}]},
            (422, "policy-unfit", [("/lanes", "every-lane-once")]),
            id="a lane without a rate",
        ),
        pytest.param(
            {
                "lanes": [
                    *({"lane": lane, "rate": 2} for lane in RATES),
                    {"lane": "relief", "rate": 1},
                ]
            },
            (422, "policy-unfit", [("/lanes/3/rate", "no-slower-than-green")]),
            id="relief slower than farm produce",
        ),
        pytest.param(
            {"capacity_shares": [{"relief": 10}]},
            (422, "policy-unfit", [("/capacity_shares/0", "lane-of-the-edition")]),
            id="a share of a lane that it does not have",
        ),
        pytest.param(
            {"lanes": [{"lane": lane, "rate": 1, "strict": lane == "green"} for lane in RATES]},
            (422, "policy-unfit", [("/lanes/1/strict", "season-only")]),
            id="a strict lane that is no season",
        ),
        pytest.param(
            {"capacity_shares": [{"green": 30}, {"green": 70, "ordinary": 40}]},
            (422, "shares-over-capacity", [("/capacity_shares/1", "shares-over-capacity")]),
            id="more than the whole capacity",
        ),
        pytest.param(
            {"base": "nothing"},
            (422, "unknown-code", [("/base", "unknown-code")]),
            id="made from nothing",
        ),
        pytest.param(
            {"code": BASE}, (409, "edition-code-taken", []), id="the code of another edition"
        ),
        pytest.param(
            {"starts_on": None},
            (422, "invalid-request", [("", "day-or-emergency")]),
            id="neither a day nor an emergency",
        ),
    ],
)
async def test_what_contradicts_itself_is_refused_by_field_and_rule(
    gate: Gate, changes: dict[str, Any], expected: Any
) -> None:
    assert expected == why_not(await propose(gate, wanted(**changes)))


async def test_an_edition_is_withdrawn_before_its_day_and_the_former_goes_on(
    gate: Gate, session: AsyncSession
) -> None:
    announced = await announce(gate, wanted())
    withdrawn = (await withdraw(gate, announced, "board-2")).json()
    assert ("withdrawn", "board-2", "thought again") == tuple(
        withdrawn[name] for name in ("state", "withdrawn_by", "withdrawal_reason")
    )
    found = await editions(gate)
    assert ("withdrawn", None, "thought again") == tuple(
        found[NEW][name] for name in ("state", "valid_from", "end_reason")
    )
    assert found[BASE]["valid_to"] is None
    gate.go_to("2026-03-12T09:00:00+07:00")
    assert [BASE] == await in_force(gate)
    told = await session.scalars(select(Event.kind).where(Event.kind == "edition.withdrawn"))
    assert 1 == len(told.all())


async def test_an_edition_whose_day_has_come_is_neither_withdrawn_nor_approved(gate: Gate) -> None:
    announced = await announce(gate, wanted())
    late = await propose(gate, wanted(code="too-late"))
    gate.go_to("2026-03-12T09:00:00+07:00")
    assert (409, "edition-refused", [("/starts_on", "edition-begun")]) == why_not(
        await withdraw(gate, announced)
    )
    assert (409, "edition-refused", [("/starts_on", "future-day")]) == why_not(
        await approve(gate, late)
    )


async def test_what_was_withdrawn_is_not_approved_and_its_code_is_free_again(
    gate: Gate, session: AsyncSession
) -> None:
    """Who was told of the proposal is told that it was taken back, and nobody else."""
    proposed = await propose(gate, wanted())
    await withdraw(gate, proposed)
    told = select(Event.kind).where(Event.kind.startswith("edition.")).order_by(Event.number)
    assert ["edition.proposed", "edition.proposal_withdrawn"] == (await session.scalars(told)).all()
    assert (409, "edition-refused", [("", "withdrawn")]) == why_not(await approve(gate, proposed))
    assert 201 == (await propose(gate, wanted())).status_code


async def test_two_editions_do_not_begin_on_one_day(gate: Gate) -> None:
    await announce(gate, wanted())
    second = await propose(gate, wanted(code="another"))
    assert (409, "edition-refused", [("/starts_on", "day-taken")]) == why_not(
        await approve(gate, second)
    )


async def test_an_edition_ends_where_the_next_begins(gate: Gate) -> None:
    await announce(gate, wanted(code="later", starts_on="2026-04-01"))
    await announce(gate, wanted())
    days = {
        code: (one["valid_from"], one["valid_to"]) for code, one in (await editions(gate)).items()
    }
    assert {
        BASE: ("2022-02-21", "2026-03-12"),
        NEW: ("2026-03-12", "2026-04-01"),
        "later": ("2026-04-01", None),
    } == days


async def waiting(gate: Gate) -> tuple[Any, Any]:
    """Return an ordinary truck, and a green one that came half an hour later and waited as long."""
    ordinary = await gate.register(**lorry(1))
    await gate.move(ordinary)
    gate.wait(minutes=30)
    green = await gate.register()
    await gate.move(green)
    gate.wait(minutes=40)
    return ordinary, green


async def test_an_emergency_rules_at_once_for_its_hours_and_then_the_former_again(
    gate: Gate, session: AsyncSession
) -> None:
    ordinary, green = await waiting(gate)
    assert 1 == (await gate.place(green))["place"]
    approved = (await announce(gate, emergency())).json()
    assert ("in-force", "2026-03-12T10:10:00+07:00") == (approved["state"], approved["ends_at"])
    assert ["one-lane"] == await in_force(gate)
    assert AT_ONCE["reason"] == (await editions(gate))["one-lane"]["reason"]
    gate.wait(minutes=20)
    (call,) = await gate.call()
    assert ("one-lane", {"green": 1, "ordinary": 1}) == (
        call["policy"], {one["lane"]: one["rate"] for one in call["compared"]},
    )  # fmt: skip
    gate.go_to("2026-03-12T10:09:59+07:00")
    assert ["one-lane"] == await in_force(gate)
    gate.go_to("2026-03-12T10:10:00+07:00")
    assert [BASE] == await in_force(gate)
    (call,) = await gate.call()
    assert (BASE, ordinary["id"]) == (call["policy"], call["entry"])
    told = await session.scalars(
        select(Event).where(Event.kind == "rates.changed").order_by(Event.number)
    )
    changed = told.all()
    assert [BASE, "one-lane", BASE] == [one.data["policy"] for one in changed]
    assert changed[0].data["document"] == changed[2].data["document"] != changed[1].data["document"]
    assert [] == await differences(UnitOfWork(session), Queue("tan-thanh", Direction.EXPORT))
    state = (await editions(gate))["one-lane"]
    assert ("ended", "2026-03-11", "2026-03-13") == (
        state["state"], state["valid_from"], state["valid_to"],
    )  # fmt: skip


async def test_an_emergency_is_told_at_each_gate_that_calls(gate: Gate) -> None:
    await announce(gate, emergency())
    notices = (await gate.get("/v1/notices")).json()["items"]
    assert {("tan-thanh", "advice"), ("huu-nghi", "advice")} == {
        (one["gate"], one["kind"]) for one in notices
    }
    assert "2026-03-12T09:00:00+07:00" == notices[0]["ends_at"]


async def test_an_emergency_is_ended_early_and_only_one_rules(gate: Gate) -> None:
    announced = await announce(gate, emergency())
    second = await propose(gate, {**emergency(), "code": "another"})
    assert (409, "edition-refused", [("/emergency", "emergency-in-force")]) == why_not(
        await approve(gate, second)
    )
    gate.wait(hours=1)
    assert "ended" == (await withdraw(gate, announced)).json()["state"]
    assert [BASE] == await in_force(gate)
    gate.wait(hours=1)
    assert 200 == (await approve(gate, second)).status_code
    assert ["another"] == await in_force(gate)
    gate.wait(hours=24)
    assert (409, "edition-refused", [("", "ended")]) == why_not(await withdraw(gate, second))


async def test_an_emergency_lasts_three_days_at_most(gate: Gate) -> None:
    body = emergency() | {"emergency": {**AT_ONCE, "hours": 73}}
    code, _, named = why_not(await propose(gate, body))
    assert (422, [("/emergency/hours", "too-large")]) == (code, named)
    assert (
        201
        == (await propose(gate, emergency() | {"emergency": {**AT_ONCE, "hours": 72}})).status_code
    )


async def test_two_editions_are_compared_field_by_field(gate: Gate) -> None:
    await announce(gate, wanted(override_budget=3))
    await editions(gate)
    found = (await gate.get(f"/v1/policies/{NEW}/differences?other={BASE}")).json()
    items = {one["pointer"]: (one["before"], one["after"]) for one in found["items"]}
    assert (2, 4) == items["/lanes/1/rate"]
    assert (5, 3) == items["/manual_override/weekly_cap_per_gate"]
    assert ("2022-02-21", "2026-03-12") == items["/valid_from"]
    assert (None, BASE) == items["/base"]
    same = (await gate.get(f"/v1/policies/{BASE}/differences?other={BASE}")).json()
    assert [] == same["items"]
    assert 404 == (await gate.get(f"/v1/policies/{BASE}/differences?other=none")).status_code


async def test_the_board_looks_through_its_proposals(gate: Gate) -> None:
    await announce(gate, wanted())
    gate.wait(minutes=1)
    await propose(gate, wanted(code="second", starts_on="2026-05-01"))
    first = (await gate.get(f"{PROPOSALS}?limit=1", "auditor")).json()
    rest = (await gate.get(f"{PROPOSALS}?cursor={first['next_cursor']}", "board-1")).json()
    assert [("second", "proposed"), (NEW, "announced")] == [
        (one["code"], one["state"]) for one in (*first["items"], *rest["items"])
    ]


@pytest.mark.parametrize(
    "change",
    ["document = '{}'", "starts_on = '2026-06-01'", "approved_by = proposed_by", "code = 'x'"],
)
async def test_the_database_keeps_what_was_announced(
    gate: Gate, session: AsyncSession, change: str
) -> None:
    await announce(gate, wanted())
    with pytest.raises(IntegrityError):
        await session.execute(text(f"UPDATE policy_proposals SET {change}"))


async def test_in_production_the_two_words_of_an_announcement_are_its_confirmation(
    gate: Gate, session: AsyncSession
) -> None:
    await announce(gate, wanted())
    found = await read_reference(UnitOfWork(session), unofficial_needs_confirmation=True)
    assert [NEW] == list(found.policy_codes)
    assert BASE in {one.code for one in found.pending}
    gate.go_to("2026-03-12T09:00:00+07:00")
    edition = found.policy_at(gate.now)
    assert edition is not None
    assert NEW == edition.code
