"""Policy editions: what they promise, and the board's word on those that are not official."""

from tests.api.conftest import Gate
from tests.domain.reference import reference

POLICY = "/v1/policies/queue-policy-2022-02"
DOCUMENT = reference("queue-policy")


async def test_every_edition_is_listed_with_its_rates_and_promise(gate: Gate) -> None:
    (only,) = (await gate.get("/v1/policies")).json()["items"]

    assert ("queue-policy-2022-02", "2022-02-21", None) == (
        only["code"], only["valid_from"], only["valid_to"],
    )  # fmt: skip
    assert {"green-season": 3, "green": 2, "ordinary": 1} == {
        one["lane"]: one["rate"] for one in only["lanes"]
    }
    assert DOCUMENT["order"]["sentence"] == only["bound"]
    assert (True, False, True) == (only["in_force"], only["official"], only["usable"])


async def test_an_edition_tells_windows_misses_and_the_slowdown_it_predicts(gate: Gate) -> None:
    found = (await gate.get(POLICY)).json()

    assert {"inside-gate": 30, "outside-gate": 60} == {
        one["location"]: one["minutes"] for one in found["windows"]
    }
    assert [(60, None), (None, "no_show")] == [
        (one["charge_minutes"], one["ending"]) for one in found["misses"]
    ]
    assert [1237, 1176, 1446] == [one["slowdown_thousandths"] for one in found["predictions"]]
    assert (45, 10) == (found["lead_minutes"], found["reminder_minutes"])
    assert ["huu-nghi", "tan-thanh"] == found["queues"][0]["gates"]
    assert DOCUMENT["call"]["windows"][0]["source"] == found["windows"][0]["source"]
    assert found["legal_text"]["placeholder"] is True
    assert (7, "provisional") == (found["expiry"]["days"], found["expiry"]["basis"])


async def test_the_board_confirms_a_policy_edition(gate: Gate) -> None:
    await gate.post(f"{POLICY}/confirmations", "board-2")
    gate.wait(minutes=1)
    answer = await gate.post(f"{POLICY}/confirmations", "board-1")

    assert 200 == answer.status_code
    assert {
        "kind": "policy",
        "edition": "queue-policy-2022-02",
        "confirmed_by": ["board-2", "board-1"],
        "needed": 2,
        "usable": True,
    } == answer.json()


async def test_an_unknown_edition_is_not_found(gate: Gate) -> None:
    answer = await gate.post("/v1/policies/none/confirmations", "board-1")

    assert (404, "edition-not-found") == (answer.status_code, answer.json()["code"])
