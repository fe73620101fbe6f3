"""What a receipt says, and what becomes of what a provider is told of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.receipts.numbering import (
    DispatchState,
    Numbered,
    ProviderAnswer,
    ProviderFault,
    after,
    read_number,
)
from app.domain.receipts.receipt import (
    account_of,
    read_lookup,
    series_of,
    shown_lookup,
    shown_number,
)
from app.domain.webhooks import AttemptError

NOW = datetime(2026, 3, 11, 2, 0, tzinfo=UTC)
NUMBER = {"series": "K26TLS", "number": "417", "authority_code": "M1"}
CODE = "0123456789ABCDEFGHJK"


def line(vehicle: str, kind: str, amount: int) -> dict[str, Any]:
    share = {"value": 10_000}
    return {
        "vehicle": vehicle, "order_kind": kind, "vehicle_class": "c", "goods_group": "g",
        "share_basis_points": share, "amount_vnd": amount,
    }  # fmt: skip


@given(st.lists(st.integers(0, 5_000_000), max_size=5), st.integers(1, 20_000_000))
def test_lines_and_what_stands_elsewhere_come_to_the_amount(amounts: list[int], paid: int) -> None:
    named = [f"receiving-{number}" for number in range(1, len(amounts) + 1)]
    lines = [line(name, "infrastructure", each) for name, each in zip(named, amounts, strict=True)]
    quote = {"lines": [line("declared", "transfer", 90_000), *lines]}
    plates = [{"tractor_plate": f"15C-{number}"} for number in range(len(amounts))]
    account = account_of(quote, "infrastructure", paid, {"receiving_vehicles": plates})
    assert paid == sum(one.amount_vnd for one in account.lines) + account.elsewhere_vnd
    assert [one["tractor_plate"] for one in plates] == [one.vehicle for one in account.lines]


def test_a_vehicle_without_plate_is_named_by_its_unit_id_or_not_at_all() -> None:
    quote = {"lines": [line("declared", "transfer", 1), line("receiving-1", "transfer", 1)]}
    declared = {"vehicle": {"unit_id": "IGV-07"}}
    account = account_of(quote, "transfer", 2, declared)
    assert ["IGV-07", None] == [one.vehicle for one in account.lines]


@pytest.mark.parametrize(
    "typed", [CODE, CODE.lower(), " 01234-56789 abcde fghjk ", "O1234-56789-ABCDE-FGHJK"]
)
def test_a_code_is_read_however_it_was_typed(typed: str) -> None:
    assert CODE == read_lookup(typed)
    assert "01234-56789-ABCDE-FGHJK" == shown_lookup(read_lookup(typed))


def test_a_receipt_is_named_by_gate_year_and_number() -> None:
    assert "TT-2026-0000147" == shown_number(series_of("TT", 2026), 147)


@pytest.mark.parametrize(
    "said",
    [
        None, [], "x", {}, {**NUMBER, "number": 417}, {**NUMBER, "number": " "},
        {**NUMBER, "series": "x" * 65}, {**NUMBER, "authority_code": "a\nb"},
        {"series": "K26TLS", "number": "417"},
    ],
)  # fmt: skip
def test_what_is_no_number_is_not_taken_for_one(said: object) -> None:
    assert read_number(said) is None


def test_a_number_is_read_without_the_white_space_around_it() -> None:
    assert Numbered("K26TLS", "417", "M1") == read_number({**NUMBER, "number": " 417 "})


@pytest.mark.parametrize(
    ("status", "error", "state"),
    [
        (200, None, DispatchState.DONE),
        (200, ProviderFault.NONSENSE, DispatchState.PENDING),
        (200, ProviderFault.CONTRADICTION, DispatchState.REFUSED),
        (422, AttemptError.STATUS, DispatchState.REFUSED),
        (401, AttemptError.STATUS, DispatchState.PENDING),
        (503, AttemptError.STATUS, DispatchState.PENDING),
        (None, AttemptError.TIMEOUT, DispatchState.PENDING),
    ],
)
def test_what_a_provider_does_not_take_is_told_again_unless_it_refuses(
    status: int | None, error: AttemptError | ProviderFault | None, state: DispatchState
) -> None:
    found, due_at = after(ProviderAnswer(status, error), 1, 500, NOW)
    assert (state, state is DispatchState.PENDING) == (found, due_at is not None)


def test_it_is_told_again_for_ever_an_hour_or_so_apart() -> None:
    answer = ProviderAnswer(None, AttemptError.CONNECTION)
    _, due_at = after(answer, 10_000, 999, NOW)
    assert due_at is not None
    assert timedelta(minutes=45) < due_at - NOW < timedelta(minutes=75)
