"""Documents that expire: who looks at an entry, its place or its link is warned in time."""

from typing import Any

import pytest

from tests.api.conftest import Gate, found, lorry, truck

SOON, GONE = "document-expires-soon", "document-expired"
POINTER = "/documents/insurance/valid_until"


def insured(last_day: str | None, number: int = 1) -> dict[str, Any]:
    return lorry(number, documents={"insurance": {"number": "BH-1", "valid_until": last_day}})


async def step(gate: Gate, entry: dict[str, Any]) -> list[dict[str, Any]]:
    gate.forget()
    shown = (await gate.get(f"/v1/tracking/{entry['tracking']['token']}")).json()
    place = await gate.place(entry)
    steps = [
        [one for one in answer["next_steps"] if one["code"] == "renew-document"]
        for answer in (shown, place)
    ]
    assert steps[0] == steps[1]
    return steps[0]


@pytest.mark.parametrize(
    ("last_day", "expected"),
    [("2026-03-12", []), ("2026-03-11", [(SOON, POINTER)]), ("2026-03-10", [(GONE, POINTER)])],
)
async def test_registering_tells_what_runs_out_within_a_day_and_blocks_nothing(
    gate: Gate, last_day: str, expected: list[tuple[str, str]]
) -> None:
    entry = await gate.register(**insured(last_day))
    assert (expected, True) == (found(entry, "warning"), entry["ready"])
    listed = (await gate.get("/v1/entries", "company-1")).json()["items"]
    assert [expected] == [found(one, "warning") for one in listed]


async def test_the_warning_appears_by_itself_and_becomes_another_at_the_end(gate: Gate) -> None:
    entry = await gate.register(**insured("2026-03-12"))
    await gate.move(entry)
    assert [] == await step(gate, entry)
    gate.go_to("2026-03-12T00:00:00+07:00")
    (soon,) = await step(gate, entry)
    assert ("declarant", {"rule": SOON, "pointer": POINTER, "last_day": "2026-03-12"}) == (
        soon["who"], soon["facts"],
    )  # fmt: skip
    assert "2026-03-12" in soon["message"]
    gate.go_to("2026-03-12T23:59:59+07:00")
    assert [SOON] == [one["facts"]["rule"] for one in await step(gate, entry)]
    gate.go_to("2026-03-13T00:00:00+07:00")
    assert [GONE] == [one["facts"]["rule"] for one in await step(gate, entry)]
    assert "queued" == (await gate.entry(entry))["state"]


async def test_a_renewed_document_is_amended_in_the_same_place(gate: Gate) -> None:
    entry = await gate.register(**insured("2026-03-11"))
    await gate.move(entry)
    answer = await gate.amend(entry, documents={"insurance": {"valid_until": "2027-03-11"}})
    assert (200, []) == (answer.status_code, found(answer.json(), "warning"))
    assert ([], 1) == (await step(gate, entry), (await gate.place(entry))["place"])


async def test_a_short_expected_wait_does_not_warn_of_what_ends_after_it(gate: Gate) -> None:
    """After ten calls the wait is known: minutes, and the document holds to the evening."""
    entry = await gate.register(**insured("2026-03-11", 50))
    for number in range(12):
        await gate.move(await gate.register(**lorry(number + 1)))
    gate.wait(minutes=1)
    await gate.move(entry)
    assert [SOON] == [one["facts"]["rule"] for one in await step(gate, entry)]
    for _ in range(11):
        gate.wait(minutes=2)
        await gate.call()
    assert (await gate.place(entry))["expected_wait"]["reason"] is None
    assert [] == await step(gate, entry)


async def test_quarantines_word_keeps_the_last_day_or_names_its_own(gate: Gate) -> None:
    papers = truck()["documents"]
    certificate = {**papers["phytosanitary_certificate"], "valid_until": "2026-03-11"}
    entry = await gate.register(documents={**papers, "phytosanitary_certificate": certificate})
    for named, expected in ((None, "2026-03-11"), ("2026-04-01", "2026-04-01")):
        word = {"status": "issued", **({"valid_until": named} if named else {})}
        await gate.check(entry, "plant_quarantine", "plant_quarantine", certificate=word)
        declared = (await gate.entry(entry))["declared"]["documents"]
        assert expected == declared["phytosanitary_certificate"]["valid_until"]


async def test_what_has_ended_is_warned_of_nothing(gate: Gate) -> None:
    entry = await gate.register(**insured("2026-03-10"))
    await gate.post(f"/v1/entries/{entry['id']}/cancellation", "company-1")
    assert [] == found(await gate.entry(entry), "warning")


@pytest.mark.parametrize("day", ["11/03/2026", "2026-02-30", 20260311])
async def test_a_day_that_is_none_is_named(gate: Gate, day: Any) -> None:
    body = lorry(1, documents={"insurance": {"valid_until": day}})
    answer = await gate.post("/v1/entries", "company-1", body)
    (error,) = answer.json()["errors"]
    assert (422, POINTER, "not-a-day") == (answer.status_code, error["pointer"], error["rule"])
