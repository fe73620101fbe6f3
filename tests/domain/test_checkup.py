"""What a doctor says of each part: when it is fit, when it is to be looked at, when it stops."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from app.domain.checkup import (
    ACTING,
    Condition,
    Finding,
    KeysGiven,
    PricesChecked,
    judge_collection,
    judge_disk,
    judge_editions,
    judge_keys,
    judge_logs,
    judge_prices,
    judge_receipts,
    judge_sealed,
    judge_skew,
    judge_workers,
)
from app.domain.vitals import Pulse
from app.domain.vocabulary import Agency, Direction, Queue, Role

OK, WARN, FAIL = Condition.OK, Condition.WARN, Condition.FAIL
NOON = datetime(2026, 11, 28, 5, 0, tzinfo=UTC)
DAY = date(2026, 11, 28)
PULSE = Pulse("counting", "host:1", 5, NOON, NOON, 10, 3, 7, 900, 12)
JOBS = {"counting", "deadlines"}
PULSES = (PULSE, replace(PULSE, job="deadlines"))
DONE = PricesChecked(DAY, is_finished=True, checked=9, differing=0, charges=[])
EVERY_KEY = [
    *(KeysGiven(role, None, 1) for role in ACTING),
    *(KeysGiven(Role.AGENCY, agency, 1) for agency in Agency),
    KeysGiven(Role.BOARD, None, 2),
]


def ensure_advised(finding: Finding) -> Finding:
    """There is something to do where something is not fit, and nothing else."""
    assert bool(finding.advice) is (finding.condition is not OK)
    return finding


@pytest.mark.parametrize(
    ("seconds", "condition"), [(1, OK), (1.1, WARN), (-5, WARN), (5.1, FAIL), (-90, FAIL)]
)
def test_clocks_may_be_a_second_apart_and_not_more_than_five(
    seconds: float, condition: Condition
) -> None:
    finding = ensure_advised(judge_skew(timedelta(seconds=seconds)))
    assert condition is finding.condition
    assert f"{abs(seconds) * 1000:.0f} ms apart from the database" == finding.found


@pytest.mark.parametrize(("free", "condition"), [(15, OK), (14, WARN), (5, WARN), (4, FAIL)])
def test_a_disk_is_nearly_full_below_15_percent_and_full_below_5(
    free: int, condition: Condition
) -> None:
    finding = ensure_advised(judge_disk(free * 10**9, 100 * 10**9, "var"))
    assert condition is finding.condition
    assert f"{free} % free ({free} GB) for var" == finding.found


def test_a_disk_of_no_size_is_full() -> None:
    assert FAIL is judge_disk(0, 0, "var").condition


def test_encrypted_values_whose_key_is_gone_are_counted_and_named_by_it() -> None:
    sealed, hashed = {"new": 3, "old": 4}, {"new": 2, "GATE_PEPPER": 1}
    finding = ensure_advised(judge_sealed(sealed, hashed, ["old"], ["new", "other"]))
    assert (FAIL, "cannot be read: 4 values sealed by old") == (finding.condition, finding.found)


@pytest.mark.parametrize(
    ("sealed", "hashed", "names", "found"),
    [
        pytest.param({}, {}, ["new"], "all 0 encrypted values open", id="none yet"),
        pytest.param({"new": 3}, {"new": 1}, ["new"], "all 3 encrypted values open", id="one key"),
        pytest.param(
            {"new": 3, "old": 4},
            {"old": 2, "GATE_PEPPER": 1},
            ["new", "old"],
            "all 7 encrypted values open; still in use:"
            " GATE_PEPPER (0 values, 1 hashes), old (4 values, 2 hashes)",
            id="half way",
        ),
        pytest.param(
            {"new": 7},
            {"new": 3},
            ["new", "old"],
            "all 7 encrypted values open; not in use, may be taken out: old",
            id="done",
        ),
    ],
)
def test_which_keys_are_still_in_use_is_told(
    sealed: dict[str, int], hashed: dict[str, int], names: list[str], found: str
) -> None:
    assert found == ensure_advised(judge_sealed(sealed, hashed, [], names)).found


def test_every_role_that_a_vehicles_way_needs_has_a_key() -> None:
    assert OK is ensure_advised(judge_keys(EVERY_KEY)).condition
    for one in EVERY_KEY:
        fewer = [*(other for other in EVERY_KEY if other is not one), replace(one, count=0)]
        finding = ensure_advised(judge_keys(fewer))
        assert WARN is finding.condition
        assert (one.agency or one.role) in finding.found


def test_one_member_of_the_board_cannot_confirm_an_edition() -> None:
    one = [replace(one, count=1) for one in EVERY_KEY]
    assert "board (two confirm editions)" in judge_keys(one).found


def test_where_nobody_has_a_key_nobody_can_act() -> None:
    assert FAIL is ensure_advised(judge_keys([])).condition


@pytest.mark.parametrize(
    ("ends_in", "pending", "condition", "found"),
    [
        pytest.param(31, [], OK, "t-1 is in force", id="longer than a month"),
        pytest.param(30, [], WARN, "t-1 is in force; none from 2026-12-28", id="a month"),
        pytest.param(0, [], FAIL, "none is in force on 2026-11-28", id="none"),
        pytest.param(
            0, ["t-1"], FAIL, "none is in force on 2026-11-28; not confirmed: t-1", id="not yet"
        ),
        pytest.param(31, ["t-2"], WARN, "t-1 is in force; not confirmed: t-2", id="the next"),
        pytest.param(
            5,
            ["t-2"],
            WARN,
            "t-1 is in force; not confirmed: t-2; none from 2026-12-03",
            id="the next, which is needed",
        ),
    ],
)
def test_an_edition_is_in_force_today_and_for_a_month(
    ends_in: int, pending: list[str], condition: Condition, found: str
) -> None:
    def edition_on(day: date) -> str | None:
        return "t-1" if day < DAY + timedelta(days=ends_in) else None

    finding = ensure_advised(judge_editions("tariff", DAY, edition_on, pending))
    assert (condition, found) == (finding.condition, finding.found)


def test_a_log_that_stands_is_named() -> None:
    assert OK is judge_logs(()).condition
    finding = ensure_advised(judge_logs([Queue("tan-thanh", Direction.EXPORT)]))
    assert (FAIL, "stopped: tan-thanh (export)") == (finding.condition, finding.found)
    assert "two officers sign an outage" in str(finding.advice)


def test_jobs_in_time_are_fit() -> None:
    later = NOON + timedelta(seconds=9)
    finding = ensure_advised(judge_workers(JOBS, PULSES, {"counting": 60}, later))
    assert (OK, "2 jobs in time, the last 9 s ago") == (finding.condition, finding.found)
    assert OK is judge_workers((), (), {}, NOON).condition


@pytest.mark.parametrize(
    ("pulses", "lags", "condition", "found"),
    [
        pytest.param(PULSES[:1], {}, FAIL, "deadlines was never done", id="a job that nobody does"),
        pytest.param(
            (replace(PULSE, ran_at=NOON - timedelta(seconds=76)), PULSES[1]),
            {},
            FAIL,
            "counting was done last 76 s ago",
            id="a job that nobody does any more",
        ),
        pytest.param(
            (replace(PULSE, succeeded_at=None), PULSES[1]),
            {},
            FAIL,
            "counting fails (3 times by now)",
            id="a job that fails",
        ),
        pytest.param(PULSES, {"counting": 61}, WARN, "counting is 61 s behind", id="behind"),
        pytest.param(PULSES, {"counting": 601}, FAIL, "counting is 601 s behind", id="far behind"),
    ],
)
def test_jobs_that_are_not_done_are_named(
    pulses: tuple[Pulse, ...], lags: dict[str, int], condition: Condition, found: str
) -> None:
    finding = ensure_advised(judge_workers(JOBS, pulses, lags, NOON))
    assert (condition, found) == (finding.condition, finding.found)


def test_where_fees_are_collected_is_named_or_what_is_missing() -> None:
    named = judge_collection(("970436", "0881000458086", "Fee collection"), [])
    missing = judge_collection(None, ["GATE_COLLECTION_BANK"])
    assert (Condition.OK, "transfers go to Fee collection") == (named.condition, named.found)
    assert Condition.WARN is missing.condition
    assert "GATE_COLLECTION_BANK" in missing.found


@pytest.mark.parametrize(
    ("last", "condition", "words"),
    [
        (None, OK, "no charge was derived again yet"),
        (DONE, OK, "9 charges derived again on"),
        (replace(DONE, is_finished=False), OK, "derived again by now"),
        (replace(DONE, day=DAY - timedelta(days=3)), WARN, "none differs"),
        (replace(DONE, differing=4, charges=list("abcd")), FAIL, "4 of 9 charges differ: a, b, c"),
    ],
)  # fmt: skip
def test_charges_that_differ_from_what_they_are_made_of_are_named(
    last: PricesChecked | None, condition: Condition, words: str
) -> None:
    finding = ensure_advised(judge_prices(last, DAY))
    assert condition is finding.condition
    assert words in finding.found


@pytest.mark.parametrize(
    ("gaps", "uncovered", "waiting", "condition", "found"),
    [
        ({}, [], {}, Condition.OK, "without gaps; 0 to be told to a provider"),
        ({}, [], {"pending": 3}, Condition.OK, "without gaps; 3 to be told to a provider"),
        ({}, [], {"pending": 3, "refused": 2}, Condition.WARN, "a provider refused 2"),
        ({"TT-2026": 1}, [], {}, Condition.FAIL, "1 numbers of TT-2026 have none"),
        ({}, ["20260311-A"], {}, Condition.FAIL, "another amount than paid: 20260311-A"),
    ],
)
def test_receipts_are_without_gaps_and_for_what_was_paid(
    gaps: dict[str, int],
    uncovered: list[str],
    waiting: dict[str, int],
    condition: Condition,
    found: str,
) -> None:
    finding = judge_receipts(gaps, uncovered, waiting)
    assert (condition, found) == (finding.condition, finding.found)
