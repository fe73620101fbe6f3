"""The public status of queues: numbers and call numbers, for everybody, of nobody in particular."""

from typing import Any

import pytest

from app.domain.vocabulary import Direction, Queue
from tests.api.conftest import Gate, consignment, goods, lorry

FRUIT_PLATE = "12C-000.17"
EXPORT = Queue("tan-thanh", Direction.EXPORT)


async def fill(gate: Gate, many: int, start: int = 1) -> list[dict[str, Any]]:
    entries = [await gate.register(**lorry(number)) for number in range(start, start + many)]
    for entry in entries:
        await gate.move(entry)
    return entries


def lane(board: dict[str, Any], name: str) -> dict[str, Any]:
    return next(one for one in board["lanes"] if one["lane"] == name)


async def test_all_queues_of_today_are_listed_and_each_is_found(gate: Gate) -> None:
    every = (await gate.get("/v1/queues")).json()["items"]
    assert 18 == len(every)
    for one in every:
        path = f"/v1/gates/{one['gate']}/queues/{one['direction']}"
        assert one == (await gate.get(path)).json()
    modes = {(one["gate"], one["direction"]): one["mode"] for one in every}
    assert "called" == modes["tan-thanh", "export"] == modes["huu-nghi", "export"]
    assert "arrival-order" == modes["tan-thanh", "import"] == modes["coc-nam", "export"]


async def test_a_board_counts_who_waits_who_is_not_ready_and_who_is_on_the_way(gate: Gate) -> None:
    await fill(gate, 2)
    gate.wait(minutes=10)
    await gate.move(await gate.register())
    await gate.move(await gate.register(**lorry(8, planned_arrival_at=None)))
    await gate.register(**lorry(9))
    gate.wait(minutes=5)
    board = await gate.board()
    assert (3, 1, 1, 900) == (
        board["waiting"], board["not_ready"], board["on_the_way"], board["oldest_wait_seconds"],
    )  # fmt: skip
    assert {"ordinary": (2, 900, 1), "green": (1, 300, 2), "green-season": (0, None, 3)} == {
        one["lane"]: (one["waiting"], one["oldest_wait_seconds"], one["rate"])
        for one in board["lanes"]
    }
    assert "queue-policy-2022-02" == board["policy"]


async def test_the_oldest_wait_is_told_in_open_seconds(gate: Gate) -> None:
    gate.go_to("2026-03-11T19:00:00+07:00")
    await fill(gate, 1)
    gate.go_to("2026-03-12T07:30:00+07:00")
    await gate.move(await gate.register())
    board = await gate.board()
    assert (5400, 5400, 0) == (
        board["oldest_wait_seconds"], lane(board, "ordinary")["oldest_wait_seconds"],
        lane(board, "green")["oldest_wait_seconds"],
    )  # fmt: skip


async def test_one_who_is_held_waits_and_one_who_turned_unready_does_not(gate: Gate) -> None:
    held, unready = await fill(gate, 2)
    await gate.post(f"/v1/entries/{held['id']}/holds", "customs", {"reason": "soi chiếu"})
    await gate.amend(unready, planned_arrival_at=None)
    board = await gate.board()
    assert (1, 1, 0) == (board["waiting"], board["not_ready"], board["on_the_way"])


async def test_who_is_called_arrived_or_gone_waits_no_more(gate: Gate) -> None:
    called, arrived, inside, gone = await fill(gate, 4)
    gate.wait(minutes=5)
    await gate.call(4)
    for entry in (arrived, inside, gone):
        await gate.arrive(entry)
    for entry in (inside, gone):
        await gate.post(f"/v1/entries/{entry['id']}/admission", "border_guard")
    await gate.post(f"/v1/entries/{gone['id']}/exit", "border_guard")
    board = await gate.board()
    assert (0, 0, 0, None) == (
        board["waiting"], board["not_ready"], board["on_the_way"], board["oldest_wait_seconds"],
    )  # fmt: skip
    assert "called" == (await gate.entry(called))["state"]
    assert ["TT-0001"] == [one["call_number"] for one in board["called_now"]]


async def test_what_happens_at_one_queue_is_not_on_another_board(gate: Gate) -> None:
    await fill(gate, 2)
    gate.wait(minutes=5)
    await gate.call(1)
    numbers = ("waiting", "not_ready", "on_the_way", "oldest_wait_seconds", "called_now")
    for one in (await gate.get("/v1/queues")).json()["items"]:
        if (one["gate"], one["direction"]) != ("tan-thanh", "export"):
            assert [0, 0, 0, None, []] == [one[name] for name in numbers]


@pytest.mark.parametrize(
    ("at", "is_open", "until"),
    [
        ("2026-03-11T06:59:59+07:00", False, "2026-03-11T07:00:00+07:00"),
        ("2026-03-11T07:00:00+07:00", True, "2026-03-11T20:00:00+07:00"),
        ("2026-03-11T20:00:00+07:00", False, "2026-03-12T07:00:00+07:00"),
        ("2026-02-14T20:00:00+07:00", False, "2026-02-19T07:00:00+07:00"),
    ],
)
async def test_a_board_says_open_or_closed_and_until_when(
    gate: Gate, at: str, is_open: bool, until: str
) -> None:
    gate.go_to(at)
    board = await gate.board()
    assert (is_open, until) == (board["open"], board["changes_at"])


async def test_a_board_shows_who_is_called_by_number(gate: Gate) -> None:
    entries = await fill(gate, 3)
    gate.wait(minutes=5)
    await gate.call(2)
    board = await gate.board()
    assert ["TT-0001", "TT-0002"] == [one["call_number"] for one in board["called_now"]]
    assert {"2026-03-11T09:35:00+07:00"} == {one["window_ends_at"] for one in board["called_now"]}
    assert 1 == board["waiting"]
    await gate.arrive(entries[0])
    assert ["TT-0002"] == [one["call_number"] for one in (await gate.board())["called_now"]]


async def test_a_board_says_who_is_next_in_the_order_of_calls(gate: Gate) -> None:
    await fill(gate, 7)
    gate.wait(minutes=5)
    await gate.move(await gate.register())
    held = (await fill(gate, 1, start=8))[0]
    gate.wait(minutes=20)
    shown = (await gate.board())["next_numbers"]
    assert ["TT-0008", "TT-0001", "TT-0002", "TT-0003", "TT-0004"] == shown
    called = [one["call_number"] for one in await gate.call(5)]
    assert shown == called
    assert ["TT-0005", "TT-0006", "TT-0007", "TT-0009"] == (await gate.board())["next_numbers"]
    await gate.post(f"/v1/entries/{held['id']}/holds", "customs", {"reason": "soi chiếu"})
    assert ["TT-0005", "TT-0006", "TT-0007"] == (await gate.board())["next_numbers"]
    empty = (await gate.board(direction="import"))["next_numbers"]
    assert [] == empty


async def test_who_is_called_is_next_no_more_though_the_order_was_read_before(gate: Gate) -> None:
    await fill(gate, 3)
    assert ["TT-0001", "TT-0002", "TT-0003"] == (await gate.board())["next_numbers"]
    await gate.call(1)
    drawn = (await gate.app.state.process.redraw()).drawn
    assert ["TT-0002", "TT-0003"] == drawn[EXPORT].next_numbers


@pytest.mark.parametrize(
    ("notice", "known"),
    [
        ({"kind": "closure", "goods_group": "ordinary"}, False),
        ({"kind": "capacity", "per_hour": 1, "goods_group": "ordinary"}, False),
        ({"kind": "capacity", "per_hour": 1}, True),
        ({"kind": "pause"}, True),
    ],
)
async def test_nobody_is_said_to_be_next_where_a_notice_is_about_some(
    gate: Gate, notice: dict[str, Any], known: bool
) -> None:
    await fill(gate, 2)
    text = {"vi": "Mưa lớn", "en": "Heavy rain"}
    body = {"gate": "tan-thanh", "direction": "export", "text": text, **notice}
    answer = await gate.post("/v1/notices", "officer-1", body)
    assert 201 == answer.status_code, answer.text
    await gate.app.state.process.pulse()
    assert known == bool((await gate.board())["next_numbers"])


async def test_a_board_shows_both_who_have_the_same_number_of_different_days(gate: Gate) -> None:
    """Numbers are counted per legal day, and a vehicle may stand overnight."""
    gate.go_to("2026-03-11T19:00:00+07:00")
    await fill(gate, 1)
    gate.go_to("2026-03-12T07:30:00+07:00")
    await fill(gate, 1, start=2)
    gate.wait(minutes=5)
    called = await gate.call(2)
    assert ["TT-0001", "TT-0001"] == [call["call_number"] for call in called]
    shown = (await gate.board())["called_now"]
    assert ["TT-0001", "TT-0001"] == [one["call_number"] for one in shown]


async def test_the_call_rate_is_of_the_last_two_open_hours(gate: Gate) -> None:
    await fill(gate, 4)
    gate.wait(minutes=30)
    await gate.call(4)
    assert 2 == (await gate.board())["calls_per_hour"]
    gate.go_to("2026-03-11T20:30:00+07:00")
    assert 0 == (await gate.board())["calls_per_hour"]
    gate.go_to("2026-03-11T23:30:00+07:00")
    assert (await gate.board())["calls_per_hour"] is None


async def test_a_call_of_yesterday_is_over_and_tells_only_of_the_pace(gate: Gate) -> None:
    """Its window is over and the hour without calls; but it is an open hour old, like today's."""
    gate.go_to("2026-03-11T19:50:00+07:00")
    await fill(gate, 10)
    gate.wait(minutes=5)
    await gate.call(10)
    gate.go_to("2026-03-12T08:00:00+07:00")
    board = await gate.board()
    assert (0, 0, 10) == (
        len(board["called_now"]), board["calls_per_hour"],
        lane(board, "ordinary")["expected_wait"]["sample"],
    )  # fmt: skip
    gate.go_to("2026-03-12T10:00:00+07:00")
    assert 0 == lane(await gate.board(), "ordinary")["expected_wait"]["sample"]


async def test_in_order_of_arrival_a_board_counts_who_arrived(gate: Gate) -> None:
    line = consignment(goods(), declaration_number="100000000001")
    entry = await gate.register(**lorry(1, direction="import", consignments=[line]))
    assert 1 == (await gate.board(direction="import"))["on_the_way"]
    await gate.arrive(entry)
    gate.wait(minutes=5)
    board = await gate.board(direction="import")
    assert (1, 0, 300, [], None) == (
        board["waiting"], board["on_the_way"], board["oldest_wait_seconds"], board["lanes"],
        board["calls_per_hour"],
    )  # fmt: skip


async def test_in_order_of_arrival_place_is_by_arrival_and_admission_ends_the_wait(
    gate: Gate,
) -> None:
    """Lanes and points play no part; who registered first gains nothing."""
    entries = []
    for number in (1, 2, 3):
        line = consignment(goods(), declaration_number=f"10000000000{number}")
        entries.append(
            await gate.register(**lorry(number, direction="import", consignments=[line]))
        )
    for entry in reversed(entries):
        await gate.arrive(entry)
        gate.wait(minutes=1)
    standings = [await gate.place(entry) for entry in entries]
    assert [3, 2, 1] == [standing["place"] for standing in standings]
    assert {None} == {standing["points"] for standing in standings}
    assert {"queue-calls-nobody"} == {one["expected_wait"]["reason"] for one in standings}
    await gate.post(f"/v1/entries/{entries[2]['id']}/admission", "border_guard")
    assert [2, 1, None] == [(await gate.place(entry))["place"] for entry in entries]
    board = await gate.board(direction="import")
    assert (2, 120, "arrival-order") == (
        board["waiting"], board["oldest_wait_seconds"], board["mode"],
    )  # fmt: skip


async def test_nothing_public_names_a_vehicle_a_company_or_an_entry(gate: Gate) -> None:
    entry = await gate.register(client_reference="DN-7", driver={"name": "Nguyễn Văn An"})
    await gate.move(entry)
    gate.wait(minutes=1)
    await gate.call()
    gate.forget()
    for path in ("/v1/queues", "/v1/gates/tan-thanh/queues/export"):
        told = (await gate.get(path)).text
        secrets = ("12C", "00017", entry["id"], entry["reference"], "DN-7", "company", "Nguy")
        assert [] == [secret for secret in secrets if secret in told]


async def test_a_board_may_be_kept_for_a_second_and_need_not_be_sent_again(gate: Gate) -> None:
    for path in ("/v1/queues", "/v1/gates/tan-thanh/queues/export"):
        first = await gate.get(path)
        assert "public, max-age=1" == first.headers["Cache-Control"]
        again = await gate.get(path, headers={"If-None-Match": first.headers["ETag"]})
        assert (304, b"") == (again.status_code, again.content)


async def test_a_board_that_changed_is_sent_again(gate: Gate) -> None:
    for path in ("/v1/queues", "/v1/gates/tan-thanh/queues/export"):
        first = await gate.get(path)
        await fill(gate, 1, start=int(first.headers["Content-Length"]))
        gate.forget()
        again = await gate.get(path, headers={"If-None-Match": first.headers["ETag"]})
        assert 200 == again.status_code
        assert first.headers["ETag"] != again.headers["ETag"]


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/v1/gates/nowhere/queues/export", 404, "gate-not-found"),
        ("/v1/gates/dong-dang-rail/queues/export", 404, "queue-not-found"),
        ("/v1/gates/tan-thanh/queues/sideways", 422, "invalid-request"),
    ],
)
async def test_a_queue_that_is_not_there_says_so(
    gate: Gate, path: str, status: int, code: str
) -> None:
    answer = await gate.get(path)
    assert (status, code) == (answer.status_code, answer.json()["code"])


async def test_before_the_platform_there_was_no_queue(gate: Gate) -> None:
    gate.go_to("2022-02-20T10:00:00+07:00")
    assert [] == (await gate.get("/v1/queues")).json()["items"]
    answer = await gate.get("/v1/gates/tan-thanh/queues/export")
    assert (404, "queue-not-found") == (answer.status_code, answer.json()["code"])


async def test_places_count_over_all_lanes(gate: Gate) -> None:
    ordinary = await fill(gate, 2)
    gate.wait(minutes=10)
    fruit = await gate.register()
    await gate.move(fruit)
    gate.wait(minutes=5)
    last = (await fill(gate, 1, start=5))[0]
    standings = [await gate.place(entry) for entry in (*ordinary, fruit, last)]
    assert [1, 2, 3, 4] == [standing["place"] for standing in standings]
    assert {"ordinary": 2, "green": 1, "green-season": 0} == standings[3]["ahead"]
