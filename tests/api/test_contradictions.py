"""What guards see although the rules did not expect it: taken, and noted for review."""

import pytest

from tests.api.conftest import Gate, lorry, movement


def rules(entry: dict[str, object]) -> list[str]:
    exceptions = entry["exceptions"]
    assert isinstance(exceptions, list)
    return sorted(one["rule"] for one in exceptions)


async def test_an_uncalled_truck_in_the_gate_is_taken_and_noted(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    seen = await gate.post(f"/v1/entries/{entry['id']}/admission", "border_guard")
    assert 200 == seen.status_code, seen.text
    assert "in_gate" == seen.json()["state"]
    assert ["admission-without-checks", "admitted-uncalled"] == rules(seen.json())


async def test_a_truck_that_leaves_without_release_is_taken_and_noted(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    seen = await gate.post(f"/v1/entries/{entry['id']}/exit", "border_guard")
    assert 200 == seen.status_code, seen.text
    assert "crossed" == seen.json()["state"]
    assert ["exit-without-checks", "exit-without-release"] == rules(seen.json())


EARLY = "seen-before-registration"
LATE_BY = {"reason": "mất điện"}


@pytest.mark.parametrize(
    ("at", "opened"),
    [
        pytest.param("2026-03-11T08:50:00+07:00", [], id="within what clocks differ"),
        pytest.param("2026-03-11T08:49:59+07:00", [EARLY], id="a second more"),
        pytest.param("2025-05-07T12:00:00+07:00", [EARLY], id="under last year's tariff"),
    ],
)
@pytest.mark.parametrize("seen_by", ["a yard", "the gate", "who lets it in"])
async def test_a_vehicle_seen_before_it_was_registered_is_noted(
    gate: Gate, at: str, opened: list[str], seen_by: str
) -> None:
    """Its day decides verdict and price: dated back, it could choose another tariff."""
    entry = await gate.register(**lorry(1))
    gate.wait(minutes=20)
    body = {"occurred_at": at, **LATE_BY}
    if seen_by == "a yard":
        seen = await gate.move(entry, **body)
    elif seen_by == "the gate":
        seen = await gate.arrive(entry, **body)
    else:
        path = f"/v1/entries/{entry['id']}/admission"
        seen = (await gate.post(path, "border_guard", body)).json()
    assert opened == [rule for rule in rules(seen) if rule == EARLY]


async def test_who_was_there_unregistered_contradicts_nothing(gate: Gate) -> None:
    """A yard saw it, its company registered it, and then an earlier gate camera is told late."""
    plate = {"plate": "15C-000.01", "direction": "export"}
    seen = (await movement(gate, **plate)).json()
    gate.wait(hours=1)
    entry = await gate.register(**lorry(1))
    assert seen["entry"] == entry["id"]
    told = await gate.arrive(entry, occurred_at="2026-03-11T09:05:00+07:00", **LATE_BY)
    assert EARLY not in rules(told)
