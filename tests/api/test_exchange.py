"""One allowance over several processes: how much passes too much, and that it is paid back."""

from dataclasses import dataclass, field
from time import sleep
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)

from app.api.allowances import SECOND, Allowance
from app.api.exchange import Exchange
from app.core.database import make_sessions
from app.main import PULSE_SECONDS
from app.repositories.unit_of_work import UnitOfWork
from tests.live import Live, live_pair

SECRET = b"a secret of the tests"
AMOUNT, WINDOW = 20, 60


@dataclass
class Clock:
    now: int = SECOND

    def __call__(self) -> int:
        return self.now


@dataclass
class Table:
    """What the database keeps, by the same clock."""

    clock: Clock
    whole_at: dict[str, int] = field(default_factory=dict)

    def exchange(self, one: Allowance) -> None:
        for client, used, mark in list(one.news()):
            now = self.clock()
            at = max(self.whole_at.get(client, 0), now) + used
            self.whole_at[client] = at
            one.learn(client, at - now, mark)


def process(clock: Clock, *, tells_all: bool = False) -> Allowance:
    return Allowance("read-60s", AMOUNT, WINDOW, clock, tells_all=tells_all)


def take(one: Allowance, times: int = 1) -> int:
    """Ask so many times and return how often that was allowed."""
    return sum(not one.take("a").retry_after for _ in range(times))


STEPS = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 8), st.integers(0, 20 * SECOND)), max_size=40
)


@given(STEPS)
def test_one_process_alone_allows_as_much_as_if_it_told_nobody(
    steps: list[tuple[int, int, int]],
) -> None:
    clock = Clock()
    table, silent, telling = Table(clock), process(clock), process(clock)
    for often, times, gap in steps:
        clock.now += gap
        assert take(silent, times) == take(telling, times)
        for _ in range(often):
            table.exchange(telling)


@given(STEPS, st.integers(1, 4))
def test_what_passes_too_much_is_bounded_and_paid_back(
    steps: list[tuple[int, int, int]], pulse: int
) -> None:
    """Beyond one allowance: in each other process the untold tenth, and what comes in a pulse."""
    clock = Clock()
    table = Table(clock)
    several = [process(clock) for _ in range(3)]
    passed = most_in_a_pulse = in_a_pulse = 0
    for number, (which, times, gap) in enumerate(steps):
        clock.now += gap
        allowed = take(several[which], times)
        passed += allowed
        in_a_pulse += allowed
        most_in_a_pulse = max(most_in_a_pulse, in_a_pulse)
        if number % pulse == 0:
            for one in several:
                table.exchange(one)
            in_a_pulse = 0
    refilled = (clock.now - SECOND) * AMOUNT // (WINDOW * SECOND) + 1
    untold = 2 * (AMOUNT // 10 + 1)
    assert passed <= AMOUNT + refilled + untold + most_in_a_pulse


def test_who_uses_little_is_not_told() -> None:
    one = process(Clock())
    assert 1 == take(one)
    assert [] == list(one.news())
    assert 1 == take(one)
    assert ["a"] == [client for client, *_ in one.news()]


def test_a_tight_allowance_tells_the_first() -> None:
    one = process(Clock(), tells_all=True)
    take(one)
    assert 1 == len(list(one.news()))


def test_what_is_told_is_not_told_again() -> None:
    clock = Clock()
    one, table = process(clock), Table(clock)
    take(one, 5)
    table.exchange(one)
    assert [] == list(one.news())
    take(one, 1)
    ((_, used, _),) = one.news()
    assert WINDOW * SECOND // AMOUNT == used


def test_what_was_used_while_it_was_told_is_told_next() -> None:
    clock = Clock()
    one = process(clock)
    take(one, 5)
    ((client, used, mark),) = one.news()
    take(one, 3)
    one.learn(client, used, mark)
    assert AMOUNT - 8 == take(one, AMOUNT)


def test_a_table_that_was_lost_forgives_nobody() -> None:
    clock = Clock()
    one, table = process(clock), Table(clock)
    take(one, AMOUNT)
    table.exchange(one)
    table.whole_at.clear()
    clock.now += 3 * SECOND
    assert 1 == take(one, AMOUNT)
    table.exchange(one)
    assert 0 == take(one)


def test_a_window_of_a_second_is_each_processes_own() -> None:
    one = Allowance("read-1s", 2, 1, Clock())
    take(one, 2)
    assert [] == list(one.news())


class TestTwoProcesses:
    """Two processes on one database, with real commits."""

    @pytest.fixture
    def sessions(self, database: AsyncEngine) -> async_sessionmaker[AsyncSession]:
        return make_sessions(database)

    async def test_what_one_used_the_other_learns(
        self, sessions: async_sessionmaker[AsyncSession]
    ) -> None:
        # Local clocks stand still; the database's goes on, by less than a request's worth.
        here, there = (Allowance("read-600s", AMOUNT, 600, Clock()) for _ in range(2))
        telling, learning = (Exchange([one], sessions, SECRET) for one in (here, there))
        assert AMOUNT == take(here, AMOUNT)
        await telling.pulse()
        assert 2 == take(there, 2)
        await learning.pulse()
        assert 0 == take(there, 1)

        async with sessions() as session:
            (found,) = (await session.execute(text("SELECT key FROM shared_allowances"))).scalars()
        assert 16 == len(found)

    async def test_each_pulse_of_two_adds_up(
        self, sessions: async_sessionmaker[AsyncSession]
    ) -> None:
        clock = Clock()
        both = [Allowance("read-600s", AMOUNT, 600, clock) for _ in range(2)]
        pulses = [Exchange([one], sessions, SECRET) for one in both]
        passed = 0
        for turn in range(20):
            passed += take(both[turn % 2])
            await pulses[turn % 2].pulse()
        # The first two of each are not told at once, and each knows the other's of a turn before.
        assert AMOUNT <= passed <= AMOUNT + 2

    async def test_quiet_processes_ask_the_database_nothing(self) -> None:
        def nothing() -> Any:
            raise AssertionError

        one = Allowance("read-60s", AMOUNT, WINDOW, Clock())
        exchange = Exchange([one], nothing, SECRET)  # type: ignore[arg-type] # it is not asked
        await exchange.pulse()
        take(one)
        await exchange.pulse()

    async def test_without_the_database_limits_go_on_and_are_told_later(
        self, sessions: async_sessionmaker[AsyncSession]
    ) -> None:
        away = async_sessionmaker(create_async_engine("postgresql+asyncpg://127.0.0.1:1/none"))
        one = Allowance("read-600s", AMOUNT, 600, Clock())
        take(one, 5)
        with pytest.raises(OSError, match="Connect call failed"):
            await Exchange([one], away, SECRET).pulse()
        assert AMOUNT - 5 == take(one, AMOUNT)

        await Exchange([one], sessions, SECRET).pulse()
        other = Allowance("read-600s", AMOUNT, 600, Clock())
        take(other, 2)
        await Exchange([other], sessions, SECRET).pulse()
        assert 0 == take(other)

    async def test_many_at_once_wait_for_each_other_in_order(
        self, sessions: async_sessionmaker[AsyncSession]
    ) -> None:
        keys = [bytes([number]) * 16 for number in range(50)]
        async with sessions.begin() as first:
            total = await UnitOfWork(first).allowances.exchange(dict.fromkeys(keys, 1_000_000))
        assert set(keys) == set(total)
        async with sessions.begin() as second:
            again = await UnitOfWork(second).allowances.exchange(dict.fromkeys(keys, 1_000_000))
        assert all(1_000_000 < again[key] <= 2_000_000 for key in keys)

    async def test_whole_allowances_are_swept(
        self, sessions: async_sessionmaker[AsyncSession]
    ) -> None:
        async with sessions.begin() as session:
            await UnitOfWork(session).allowances.exchange({b"whole": -1, b"used": 10**9})
        async with sessions.begin() as session:
            assert 1 == await UnitOfWork(session).allowances.forget(1000)
        async with sessions() as session:
            left = (await session.execute(text("SELECT key FROM shared_allowances"))).scalars()
            assert [b"used"] == list(left)


def test_two_services_on_one_database_go_by_one_allowance(server_url: str) -> None:
    """What the second lets pass is what came before its first pulse; then it knows."""
    with live_pair(server_url, rate_limit_public="5/hour", rate_limit_guesses="4/hour") as both:
        here, there = both
        assert [200] * 5 + [429] == [here.ask("GET", "/v1/gates").status_code for _ in range(6)]
        passed = statuses_until_429(there, "/v1/gates")
        assert len(passed) < 5
        assert {200} >= set(passed)


def test_two_services_on_one_database_count_guesses_together(server_url: str) -> None:
    with live_pair(server_url, rate_limit_guesses="4/hour") as (here, there):
        for number in range(4):
            path = f"/v1/tracking/{number:024}"
            assert 404 == here.ask("GET", path).status_code
        passed = statuses_until_429(there, "/v1/tracking/A{:023}")
        assert len(passed) < 4
        assert 'gate_guesses_refused_total{kind="link"} 1.0' in there.ask("GET", "/metrics").text


def statuses_until_429(one: Live, path: str) -> list[int]:
    """Ask about once a pulse until refused, and return what came before that."""
    passed: list[int] = []
    while (status := one.ask("GET", path.format(len(passed))).status_code) != 429:
        passed.append(status)
        sleep(2 * PULSE_SECONDS)
    return passed
