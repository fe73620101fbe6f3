"""What guards see although the rules did not expect it: taken, and noted for review."""

from tests.api.conftest import Gate, lorry


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
