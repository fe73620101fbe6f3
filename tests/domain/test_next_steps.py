"""What an entry still needs and who acts, in order of the way."""

from datetime import UTC, datetime
from typing import Any

import pytest

from app.domain.findings import warning
from app.domain.next_steps import NextStep, Progress, missing_before, next_steps
from app.domain.required_checks import CheckKind, RequiredChecks, Stage, parse_required_checks
from app.domain.steps import ENDINGS, OPEN_STATES
from app.domain.vocabulary import QueueMode, State
from tests.domain.reference import reference

RULES: RequiredChecks = parse_required_checks(reference("required-checks"))
BLOCKING = {"severity": "blocking", "rule": "planned-arrival-missing", "pointer": "/planned"}
WARNING = {"severity": "warning", "rule": "weight-zero", "pointer": "/vehicle/payload_kg"}
NEEDED = {
    Stage.ADMISSION: (CheckKind.BORDER_GUARD_ENTRY, CheckKind.CUSTOMS_ENTRY),
    Stage.RELEASE: (CheckKind.MEDICAL,),
    Stage.EXIT: (CheckKind.YARD_EXIT,),
}


def progress(**changes: Any) -> Progress:
    """Return an entry in a called queue that needs nothing but its way, with changes."""
    nothing: dict[str, Any] = {
        "state": State.REGISTERED, "mode": QueueMode.CALLED, "in_position": False, "findings": (),
        "needed": dict.fromkeys(Stage, ()), "passed": frozenset(),
    }  # fmt: skip
    return Progress(**{**nothing, **changes})


def told(**changes: Any) -> list[tuple[str, str]]:
    return [(one.code, one.who) for one in next_steps(progress(**changes), RULES)]


def test_a_limit_of_the_company_says_until_when_and_how_many_may_wait() -> None:
    until = datetime(2026, 3, 25, 17, 0, tzinfo=UTC)
    limited = progress(in_position=True, limited=(until, 2))
    assert [NextStep("company-limited", "declarant", {"until": until.isoformat(), "most": 2})] == [
        *next_steps(limited, RULES)
    ]


@pytest.mark.parametrize(
    ("state", "mode", "in_position", "way"),
    [
        (State.REGISTERED, QueueMode.CALLED, False, [("come-into-position", "driver")]),
        (State.REGISTERED, QueueMode.CALLED, True, []),
        (State.REGISTERED, QueueMode.ARRIVAL_ORDER, False, [("come-to-gate", "driver")]),
        (State.REGISTERED, QueueMode.ARRIVAL_ORDER, True, [("come-to-gate", "driver")]),
        (State.REGISTERED, None, False, [("come-to-gate", "driver")]),
        (State.QUEUED, QueueMode.CALLED, True, [("wait-for-call", "officer")]),
        (State.CALLED, QueueMode.CALLED, True, [("come-to-gate", "driver")]),
        (State.ARRIVED, QueueMode.CALLED, True, [("be-admitted", "border_guard")]),
        (State.IN_GATE, QueueMode.CALLED, True, [("be-released", "officer")]),
        (State.RELEASED, QueueMode.CALLED, True, [("leave-the-gate", "driver")]),
    ],
)
def test_each_state_has_its_way_on(
    state: State, mode: QueueMode | None, in_position: bool, way: list[tuple[str, str]]
) -> None:
    assert way == told(state=state, mode=mode, in_position=in_position)


@pytest.mark.parametrize("state", sorted(ENDINGS))
def test_after_the_end_nothing_is_left_to_do(state: State) -> None:
    owing: dict[str, Any] = {"findings": [BLOCKING], "holds": ["customs"], "needed": NEEDED}
    assert [] == told(state=state, due={"A": 1}, **owing)


def test_what_stops_the_entry_comes_first_then_the_way_the_money_and_the_checks() -> None:
    assert [
        ("correct-declaration", "declarant"),
        ("hold-to-be-lifted", "customs"),
        ("hold-to-be-lifted", "board"),
        ("come-into-position", "driver"),
        ("pay-order", "payer"),
        ("check-to-be-passed", "border_guard"),
        ("check-to-be-passed", "customs"),
        ("check-to-be-passed", "medical"),
        ("check-to-be-passed", "yard"),
    ] == told(
        findings=[WARNING, BLOCKING], holds=["customs", "board"], due={"A-1": 5}, needed=NEEDED
    )


def test_each_step_names_the_facts_of_its_sentence() -> None:
    steps = next_steps(progress(findings=[BLOCKING], due={"A-1": 350_000}, needed=NEEDED), RULES)
    assert [
        {"rule": "planned-arrival-missing", "pointer": "/planned"},
        {},
        {"order": "A-1", "amount_vnd": 350_000},
        {"check": "border_guard_entry", "before": "admission"},
        {"check": "customs_entry", "before": "admission"},
        {"check": "medical", "before": "release"},
        {"check": "yard_exit", "before": "exit"},
    ] == [dict(one.facts) for one in steps]


@pytest.mark.parametrize(
    ("state", "checks"),
    [
        *[(state, 4) for state in sorted(OPEN_STATES - {State.RELEASED})],
        (State.RELEASED, 1),
    ],
)
def test_checks_are_asked_for_until_the_step_that_needs_them(state: State, checks: int) -> None:
    found = [one for one in told(state=state, needed=NEEDED) if one[0] == "check-to-be-passed"]
    assert checks == len(found)


def test_in_the_gate_everything_a_release_would_miss_is_told() -> None:
    inside = progress(state=State.IN_GATE, needed=NEEDED)
    asked = {one.facts.get("check") for one in next_steps(inside, RULES)}
    assert {*missing_before(inside, (Stage.ADMISSION, Stage.RELEASE))} <= asked


def test_what_has_passed_is_not_asked_for_again() -> None:
    passed = frozenset({CheckKind.BORDER_GUARD_ENTRY, CheckKind.MEDICAL})
    asked = [one for one in told(needed=NEEDED, passed=passed) if one[0] == "check-to-be-passed"]
    assert [("check-to-be-passed", "customs"), ("check-to-be-passed", "yard")] == asked


def test_a_document_that_runs_out_is_renewed_and_who_stayed_too_long_goes_home() -> None:
    stayed = {"severity": "warning", "rule": "stay-over-limit", "pointer": "", "value": 24}
    paper = warning("document-expired", "/documents/insurance/valid_until", "2026-03-10")
    facts = {"rule": paper.rule, "pointer": paper.pointer, "last_day": paper.value}
    assert [
        NextStep("renew-document", "declarant", facts),
        NextStep("go-home", "driver", {"hours": 24}),
        NextStep("wait-for-call", "officer"),
    ] == [*next_steps(progress(state=State.QUEUED, papers=[paper], findings=[stayed]), RULES)]
