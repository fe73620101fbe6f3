"""How many statements the requests send that come most often; more would be slower for everybody.

Authentication and idempotency are counted, the edges of the transaction are not.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from tests.api.conftest import Gate, Statements, lorry, truck

Recorder = Callable[[], AbstractContextManager[Statements]]


@pytest.fixture
async def warm(gate: Gate) -> Gate:
    """The gate after its first request, which reads the reference data once for all."""
    await gate.get("/v1/queues")
    gate.forget()
    return gate


async def test_registering_sends_at_most_8_statements(warm: Gate, statements: Recorder) -> None:
    with statements() as sent:
        answer = await warm.post("/v1/entries", "company-1", truck(), retry="once")
    assert 201 == answer.status_code
    assert 8 >= len(sent), "\n".join(sent)


async def test_a_retry_sends_2_statements(warm: Gate, statements: Recorder) -> None:
    await warm.post("/v1/entries", "company-1", truck(), retry="once")
    with statements() as sent:
        again = await warm.post("/v1/entries", "company-1", truck(), retry="once")
    assert "true" == again.headers["Idempotency-Replayed"]
    assert 2 == len(sent), "\n".join(sent)  # who asks and what was answered; the token's version


async def test_an_entry_is_read_by_7_statements(warm: Gate, statements: Recorder) -> None:
    entry = await warm.register()
    with statements() as sent:
        await warm.get(f"/v1/entries/{entry['id']}", "company-1")
    assert 7 == len(sent), "\n".join(sent)


@pytest.mark.parametrize("many", [1, 7])
async def test_a_list_is_read_by_4_statements_however_long_it_is(
    warm: Gate, statements: Recorder, many: int
) -> None:
    for number in range(many):
        await warm.register(**lorry(number))
    with statements() as sent:
        page = await warm.get("/v1/entries", "company-1")
    assert many == len(page.json()["items"])
    assert 4 == len(sent), "\n".join(sent)


@pytest.mark.parametrize("many", [1, 7])
async def test_a_place_is_read_by_6_statements_however_many_wait(
    warm: Gate, statements: Recorder, many: int
) -> None:
    for number in range(many):
        await warm.move(await warm.register(**lorry(number)))
    last = await warm.register(**lorry(many))
    await warm.move(last)
    warm.forget()
    with statements() as sent:
        standing = await warm.place(last)
    assert many + 1 == standing["place"]
    assert 6 == len(sent), "\n".join(sent)
    with statements() as sent:
        await warm.place(last)
    assert 5 == len(sent), "\n".join(sent)  # how the queue goes on is known for some seconds


async def test_tracking_reads_a_queue_for_all_and_an_entry_for_each_then_from_memory(
    warm: Gate, statements: Recorder
) -> None:
    paths = []
    for number in range(2):
        entry = await warm.register(**lorry(number))
        await warm.move(entry)
        paths.append(f"/v1/tracking/{entry['tracking']['token']}")
    warm.forget()
    for path, expected in ((paths[0], 4), (paths[1], 1), (paths[0], 0)):
        with statements() as sent:
            await warm.get(path)
        assert expected == len(sent), "\n".join(sent)


@pytest.mark.parametrize("many", [0, 7])
async def test_all_boards_are_read_by_3_statements_and_then_from_memory(
    warm: Gate, statements: Recorder, many: int
) -> None:
    for number in range(many):
        await warm.move(await warm.register(**lorry(number)))
    warm.forget()
    with statements() as sent:
        await warm.get("/v1/queues")
    assert 3 == len(sent), "\n".join(sent)  # the third, for expected waits, every few seconds
    with statements() as sent:
        await warm.get("/v1/queues")
        await warm.get("/v1/gates/tan-thanh/queues/export")
    assert [] == sent


async def test_a_call_sends_the_same_statements_however_many_wait(
    warm: Gate, statements: Recorder
) -> None:
    counts: list[int] = []
    for many in (2, 8):
        for number in range(many):
            await warm.move(await warm.register(**lorry(100 * many + number)))
        warm.wait(minutes=1)
        with statements() as sent:
            assert 1 == len(await warm.call())
        counts.append(len(sent))
    assert counts[0] == counts[1]


async def test_notices_in_force_add_no_statement_to_places_boards_and_calls(
    warm: Gate, statements: Recorder
) -> None:
    """They are read with the reference data; only limits that are in force ask for a count."""
    first, second = [await warm.register(**lorry(number)) for number in range(2)]
    for entry in (first, second):
        await warm.move(entry)

    async def sent() -> list[int]:
        counts: list[int] = []
        warm.wait(minutes=1)
        for ask in (lambda: warm.place(second), warm.board, warm.call):
            with statements() as heard:
                await ask()
            counts.append(len(heard))
        return counts

    before = await sent()
    for kind, group in (("advice", None), ("closure", "fresh-produce-export")):
        about = {"kind": kind, "gate": "tan-thanh", "goods_group": group}
        posted = await warm.post("/v1/notices", "officer-1", {**about, "text": {"vi": "Mưa"}})
        assert 201 == posted.status_code
    await warm.app.state.process.pulse()
    assert before == await sent()
