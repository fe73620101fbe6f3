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
    asked = text * 3 if name == "plate" else text  # fewer signs are too few of a plate
    answer = await gate.get(f"/v1/entries?{name}={asked}", "company-1")
    assert (200, []) == (answer.status_code, answer.json()["items"])


@pytest.mark.parametrize(
    ("path", "unknown"),
    [
        pytest.param("/v1/entries?plates=12C00017&limit=1", ["plates"], id="a misspelt filter"),
        pytest.param(
            "/v1/entries?changed-after=x&State=queued", ["State", "changed-after"], id="2"
        ),
        pytest.param("/v1/entries?%ED%A0%80=1", ["\ufffd\ufffd\ufffd"], id="no text at all"),
        pytest.param(f"/v1/entries?{'x' * 500}", ["x" * 80], id="a long one"),
        pytest.param("/v1/reports/daily?form=csv", ["form"], id="a report's"),
    ],
)
async def test_what_a_list_is_not_asked_by_is_refused_by_name(
    gate: Gate, path: str, unknown: list[str]
) -> None:
    """A misspelt filter that is passed over would give everything for what was asked for."""
    answer = await gate.get(path, "company-1")
    assert (422, "invalid-request") == (answer.status_code, answer.json()["code"])
    errors = [(error["pointer"], error["rule"]) for error in answer.json()["errors"]]
    assert [(f"query:{name}", "unknown-field") for name in unknown] == errors


async def test_of_many_names_nobody_knows_a_hundred_are_told(gate: Gate) -> None:
    names = "&".join(f"x{number}=1" for number in range(500))
    answer = await gate.get(f"/v1/entries?{names}", "company-1")
    assert (422, 100) == (answer.status_code, len(answer.json()["errors"]))


async def test_who_may_not_ask_is_not_told_by_what(gate: Gate) -> None:
    assert 401 == (await gate.get("/v1/entries?plates=1")).status_code


@pytest.mark.parametrize("path", ["/v1/queues", "/v1/gates/tan-thanh", "/health/live"])
async def test_what_takes_no_filter_is_answered_whatever_a_cache_adds(
    gate: Gate, path: str
) -> None:
    assert 200 == (await gate.get(f"{path}?_=1795833600")).status_code


@pytest.mark.parametrize("at", ["1990-01-01T00:00:00+14:00", "2199-12-31T23:59:59-14:00"])
async def test_an_instant_whose_legal_day_nobody_can_tell_is_refused(gate: Gate, at: str) -> None:
    answer = await gate.post("/v1/entries", "company-1", truck(planned_arrival_at=at))
    assert 422 == answer.status_code
    assert ["/planned_arrival_at"] == [error["pointer"] for error in answer.json()["errors"]]
