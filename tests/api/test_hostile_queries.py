"""Whatever is asked of a list is answered or refused by the field, and never a 500."""

import pytest

from tests.api.conftest import Gate, truck

SOUGHT = ("gate", "plate", "declaration_number", "client_reference", "reference")


@pytest.mark.parametrize("name", SOUGHT)
@pytest.mark.parametrize("text", ["%00", "a%00b", "%0A", "x" * 65])
async def test_what_no_row_can_hold_is_refused_by_its_field(
    gate: Gate, name: str, text: str
) -> None:
    answer = await gate.get(f"/v1/entries?{name}={text}", "company-1")
    assert 422 == answer.status_code, answer.text
    assert [f"query:{name}"] == [error["pointer"] for error in answer.json()["errors"]]


@pytest.mark.parametrize("name", SOUGHT)
@pytest.mark.parametrize("text", ["%25", "_", "%27%3B--", "%ED%A0%80", "%FF", "%F0%9F%9A%9A"])
async def test_what_no_row_holds_finds_nothing(gate: Gate, name: str, text: str) -> None:
    await gate.register()
    answer = await gate.get(f"/v1/entries?{name}={text}", "company-1")
    assert (200, []) == (answer.status_code, answer.json()["items"])


@pytest.mark.parametrize("at", ["1990-01-01T00:00:00+14:00", "2199-12-31T23:59:59-14:00"])
async def test_an_instant_whose_legal_day_nobody_can_tell_is_refused(gate: Gate, at: str) -> None:
    answer = await gate.post("/v1/entries", "company-1", truck(planned_arrival_at=at))
    assert 422 == answer.status_code
    assert ["/planned_arrival_at"] == [error["pointer"] for error in answer.json()["errors"]]
