"""The green lane on every golden row, and each rule on its own."""

import json
from dataclasses import fields, replace
from datetime import date, datetime

import pytest

from app.domain.green_lane import (
    RULES,
    LaneFacts,
    Verdict,
    facts_document,
    judge,
    lane_with,
    verdict_document,
)
from app.domain.vocabulary import Basis, Direction, Lane
from tests.domain.reference import LANE_ROWS, vectors

ROWS = vectors("verdicts")
JUNE = date(2025, 6, 10)


def listed(cell: str) -> tuple[str, ...]:
    return tuple(cell.split(";")) if cell else ()


def instant(cell: str) -> datetime | None:
    return datetime.fromisoformat(cell) if cell else None


def facts_of(row: dict[str, str]) -> LaneFacts:
    return LaneFacts(
        gate_code=row["gate_code"],
        direction=Direction(row["direction"]),
        goods_groups=(row["goods_group"],),
        product_codes=listed(row["product_codes"]),
        phytosanitary_certificate_no=row["phytosanitary_certificate_no"],
        phytosanitary_status=row["phytosanitary_status"] or None,
        growing_area_code=row["growing_area_code"],
        packing_house_code=row["packing_house_code"],
        test_documents=listed(row["test_documents"]),
        customs_declaration_no=row["customs_declaration_no"],
        declared_at=instant(row["declared_at"]),
        presence_at=instant(row["arrived_at"]),
        open_discrepancies=listed(row["open_discrepancies"]),
    )


def lane_of(verdict: Verdict, admitted_today: int) -> Lane:
    has_place = verdict.season is not None and verdict.season.has_place(admitted_today)
    return lane_with(verdict, admitted=has_place)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_every_golden_verdict_is_as_it_says(row: dict[str, str]) -> None:
    verdict = judge(facts_of(row), date.fromisoformat(row["on_date"]), LANE_ROWS)

    assert listed(row["expected_reasons"]) == verdict.refused
    assert (row["expected_eligible"] == "true") is verdict.eligible
    assert (row["expected_conditional"] == "true") is verdict.conditional
    assert row["expected_lane"] == lane_of(verdict, int(row["season_admitted_today"]))


def test_all_golden_verdicts_are_here() -> None:
    assert 32 == len(ROWS)


def test_no_fact_holds_the_customs_channel() -> None:
    assert not [field.name for field in fields(LaneFacts) if "channel" in field.name]


MANGO = LaneFacts(
    gate_code="tan-thanh",
    direction=Direction.EXPORT,
    goods_groups=("fresh-produce-export",),
    product_codes=("mango",),
    phytosanitary_certificate_no="KD-2025-00001",
    phytosanitary_status="issued",
    growing_area_code="VN-LSOR-0001",
    packing_house_code="VN-LSPH-0001",
    customs_declaration_no="309900000001",
    declared_at=datetime.fromisoformat("2025-06-10T06:15:00+07:00"),
    presence_at=datetime.fromisoformat("2025-06-10T09:30:00+07:00"),
)
LYCHEE = replace(MANGO, product_codes=("lychee",))
DURIAN = replace(MANGO, product_codes=("durian",))


def refused(facts: LaneFacts, on: str = "2025-06-10") -> tuple[str, ...]:
    return judge(facts, date.fromisoformat(on), LANE_ROWS).refused


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param(MANGO, (), id="nothing is wrong"),
        pytest.param(
            replace(MANGO, direction=Direction.IMPORT), ("GL-01",), id="coming in from China"
        ),
        pytest.param(replace(MANGO, gate_code="nowhere"), ("GL-02",), id="a gate nobody knows"),
        pytest.param(
            replace(MANGO, goods_groups=("fresh-produce-export", "ordinary")),
            ("GL-03",),
            id="one line of another group",
        ),
        pytest.param(replace(MANGO, product_codes=()), ("GL-04",), id="no product declared"),
        pytest.param(
            replace(MANGO, product_codes=("mango", "")),
            ("GL-04", "GL-12"),
            id="a line of which nobody knows the product",
        ),
        pytest.param(
            replace(MANGO, product_codes=("mango", "mango")), (), id="two lines of one product"
        ),
        pytest.param(
            replace(MANGO, product_codes=("citrus", "mango")),
            ("GL-05", "GL-12"),
            id="one product without access",
        ),
        pytest.param(
            replace(MANGO, phytosanitary_certificate_no=" \t"), ("GL-06",), id="a blank number"
        ),
        pytest.param(
            replace(MANGO, phytosanitary_status="rejected"), ("GL-06",), id="a number, but rejected"
        ),
        pytest.param(
            replace(MANGO, phytosanitary_status=None), (), id="a number of no known status"
        ),
        pytest.param(replace(MANGO, growing_area_code=" "), ("GL-07",), id="no growing area"),
        pytest.param(replace(MANGO, packing_house_code=None), ("GL-08",), id="no packing house"),
        pytest.param(DURIAN, ("GL-09",), id="no laboratory test"),
        pytest.param(
            replace(DURIAN, test_documents=("cadmium-test", "auramine-o-test", "other")),
            (),
            id="all tests and one more",
        ),
        pytest.param(replace(MANGO, customs_declaration_no="  "), ("GL-10",), id="no declaration"),
        pytest.param(
            replace(MANGO, declared_at=MANGO.presence_at), ("GL-11",), id="declared on arrival"
        ),
        pytest.param(
            replace(MANGO, declared_at=datetime.fromisoformat("2025-06-10T10:29:59+08:00")),
            (),
            id="a second before, in Beijing time",
        ),
        pytest.param(replace(MANGO, declared_at=None), ("GL-11",), id="declared by nobody"),
        pytest.param(
            replace(MANGO, declared_at=None, presence_at=None), (), id="asked without registering"
        ),
        pytest.param(
            replace(MANGO, product_codes=("mango", "longan")), ("GL-12",), id="two kinds of produce"
        ),
        pytest.param(
            replace(MANGO, open_discrepancies=("seal-mismatch",)), ("GL-13",), id="a broken seal"
        ),
    ],
)
def test_each_rule_refuses_alone(facts: LaneFacts, expected: tuple[str, ...]) -> None:
    assert expected == refused(facts)


def test_every_refusal_is_told_at_once() -> None:
    worst = LaneFacts(
        gate_code="huu-nghi",
        direction=Direction.IMPORT,
        goods_groups=("ordinary",),
        product_codes=("citrus", "durian", "avocado"),
        declared_at=MANGO.presence_at,
        presence_at=MANGO.declared_at,
        open_discrepancies=("plate-mismatch",),
    )

    assert tuple(rule.code for rule in RULES) == refused(worst)


@pytest.mark.parametrize(
    ("facts", "on", "expected"),
    [
        pytest.param(MANGO, "2022-02-21", ("GL-02",), id="rules, but no lane at the gate yet"),
        pytest.param(MANGO, "2022-05-31", ("GL-02",), id="the day before the lane"),
        pytest.param(MANGO, "2022-06-01", (), id="the lane's first day"),
        pytest.param(DURIAN, "2022-06-30", ("GL-05",), id="durian, the day before its protocol"),
        pytest.param(DURIAN, "2022-07-01", (), id="durian, first day of its protocol"),
        pytest.param(DURIAN, "2025-01-09", (), id="the day before tests were asked for"),
        pytest.param(DURIAN, "2025-01-10", ("GL-09",), id="first day of the tests"),
        *(
            pytest.param(replace(MANGO, product_codes=(product,)), on, expected, id=f"{label}")
            for product, on, expected, label in (
                ("banana", "2022-10-31", (), "banana by tradition"),
                ("banana", "2022-11-01", (), "banana by protocol"),
                ("watermelon", "2023-11-30", (), "watermelon by tradition"),
                ("watermelon", "2023-12-01", (), "watermelon by protocol"),
                ("jackfruit", "2025-11-26", (), "jackfruit by tradition"),
                ("jackfruit", "2025-11-27", (), "jackfruit by protocol"),
                ("coconut", "2024-08-18", ("GL-05",), "coconut, the day before"),
                ("coconut", "2024-08-19", (), "coconut, first day"),
                ("passion-fruit", "2022-06-30", ("GL-05",), "passion fruit, before the pilot"),
                ("passion-fruit", "2022-07-01", (), "passion fruit, first day of the pilot"),
                ("passion-fruit", "2025-04-14", (), "passion fruit, last day of the pilot"),
                ("passion-fruit", "2025-04-15", (), "passion fruit by protocol"),
                ("chilli", "2025-04-14", ("GL-05",), "chilli, the day before"),
                ("chilli", "2025-04-15", (), "chilli, first day"),
            )
        ),
    ],
)
def test_rules_and_rows_change_on_their_days(
    facts: LaneFacts, on: str, expected: tuple[str, ...]
) -> None:
    assert expected == refused(facts, on)


def test_before_the_first_rule_nobody_is_eligible() -> None:
    before = judge(MANGO, date(2022, 2, 20), LANE_ROWS)
    first = judge(MANGO, date(2022, 2, 21), LANE_ROWS)

    assert (False, Lane.ORDINARY, (), ()) == (
        before.eligible,
        before.lane,
        before.considered,
        before.refused,
    )
    assert Basis.PROVISIONAL is before.basis
    assert tuple(f"GL-{n:02}" for n in range(1, 14) if n != 9) == first.considered


@pytest.mark.parametrize(
    ("on", "in_season"),
    [
        pytest.param("2024-06-10", False, id="the year before it was named"),
        pytest.param("2025-05-19", False, id="the day before"),
        pytest.param("2025-05-20", True, id="first day"),
        pytest.param("2025-07-31", True, id="last day"),
        pytest.param("2025-08-01", False, id="the day after"),
        pytest.param("2026-05-19", False, id="the day before, a year later"),
        pytest.param("2026-05-20", True, id="first day, a year later"),
    ],
)
def test_the_season_has_its_days(on: str, in_season: bool) -> None:
    verdict = judge(LYCHEE, date.fromisoformat(on), LANE_ROWS)

    assert in_season is (verdict.season is not None)
    assert Lane.GREEN is verdict.lane


def test_a_season_place_is_given_by_admission_only() -> None:
    verdict = judge(LYCHEE, JUNE, LANE_ROWS)

    assert Lane.GREEN is verdict.lane
    assert Lane.GREEN is lane_with(verdict, admitted=False)
    assert Lane.GREEN_SEASON is lane_with(verdict, admitted=True)
    assert Lane.GREEN_SEASON is lane_of(verdict, 199)
    assert Lane.GREEN is lane_of(verdict, 200)


def test_who_is_refused_has_no_season_and_no_condition() -> None:
    wrong = replace(LYCHEE, open_discrepancies=("x",), phytosanitary_certificate_no=None)
    verdict = judge(replace(wrong, phytosanitary_status="sampled"), JUNE, LANE_ROWS)

    assert (("GL-13",), None, False) == (verdict.refused, verdict.season, verdict.conditional)
    assert Lane.ORDINARY is lane_with(verdict, admitted=True)


def test_a_season_needs_a_gate_that_runs_its_lane() -> None:
    days = LANE_ROWS.lane_days["tan-thanh"][0]
    green_only = replace(
        LANE_ROWS, lane_days={"tan-thanh": (replace(days, lanes=frozenset({Lane.GREEN})),)}
    )

    verdict = judge(LYCHEE, JUNE, green_only)

    assert (True, None) == (verdict.eligible, verdict.season)


@pytest.mark.parametrize(
    ("number", "status", "expected"),
    [
        (None, "requested", True),
        ("", "sampled", True),
        (" ", "sampled", True),
        ("KD-1", "requested", False),
        ("KD-1", "sampled", False),
        ("KD-1", "issued", False),
    ],
)
def test_the_lane_is_conditional_while_the_certificate_has_no_number(
    number: str | None, status: str, expected: bool
) -> None:
    asked = replace(MANGO, phytosanitary_certificate_no=number, phytosanitary_status=status)

    verdict = judge(asked, JUNE, LANE_ROWS)

    assert (True, expected) == (verdict.eligible, verdict.conditional)


def test_a_verdict_is_as_weak_as_its_weakest_rule() -> None:
    published = [rule for rule in RULES if rule.evidence.basis is Basis.PUBLISHED]
    asked = replace(MANGO, phytosanitary_certificate_no=None, phytosanitary_status="requested")

    assert Basis.PROVISIONAL is judge(MANGO, JUNE, LANE_ROWS).basis
    assert Basis.PUBLISHED is judge(MANGO, JUNE, LANE_ROWS, rules=published).basis
    assert Basis.PROVISIONAL is judge(asked, JUNE, LANE_ROWS, rules=published).basis


def test_verdict_and_facts_are_told_in_plain_values() -> None:
    verdict = verdict_document(judge(LYCHEE, JUNE, LANE_ROWS))
    facts = facts_document(LYCHEE)

    assert {
        "on": "2025-06-10",
        "eligible": True,
        "lane": "green",
        "conditional": False,
        "refused": [],
        "considered": [rule.code for rule in RULES],
        "season": "lychee@tan-thanh/05-20/2025-05-20",
        "basis": "provisional",
    } == verdict
    assert facts == json.loads(json.dumps(facts))
    assert "2025-06-10T06:15:00+07:00" == facts["declared_at"]
    assert ["lychee"] == facts["product_codes"]
    assert verdict_document(judge(MANGO, JUNE, LANE_ROWS))["season"] is None
