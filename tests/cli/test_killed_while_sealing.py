"""The service, its worker and its database are killed while traffic goes on and the log is sealed.

At any instant, and in the middle of sealing. `GATE_TEST_EXAMPLES` is how often, each of the `WAYS`
in turn.
"""

import asyncio
import os
import signal
import subprocess
from base64 import b64decode
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any
from uuid import uuid4

import httpx
from sqlalchemy import NullPool, text
from sqlalchemy.ext.asyncio import create_async_engine

from app.core.embedded import running_url
from app.domain.log.leaves import LOGGED, SEAL
from app.domain.log.merkle import proves_consistency
from tests.cli.conftest import GATE, READY, Service, Start, environment
from tests.conftest import EXAMPLES_WANTED, by_depth
from tests.live import WITHOUT_LIMITS
from tests.published import Reading, program, read
from tests.races.house import dice, truck

WAYS = ({"worker"}, {"database"}, {"service", "database"}, {"service"})
KILLED = EXAMPLES_WANTED or by_depth(2, len(WAYS))
HANDS, PAUSE_SECONDS = 3, 0.5
CLOCK = {"now": "2026-06-10T08:00:00+07:00", "speed": 1}
AFTER_SECONDS, PATIENCE_SECONDS = 1.5, 60
QUEUE = "tan-thanh/export"
SETTINGS = {f"GATE_{name.upper()}": value for name, value in WITHOUT_LIMITS.items()}
# The transaction that seals holds this lock; it is open for some hundredths of a second.
SEALING = text(
    "SELECT count(*) FROM pg_locks, hashtextextended('log', 0) AS key WHERE locktype = 'advisory'"
    " AND objid::bigint = key & 4294967295 AND classid::bigint = (key >> 32) & 4294967295"
)
STORED = text("SELECT id::text FROM entries UNION ALL SELECT id::text FROM calls "
              "UNION ALL SELECT id::text FROM holds")  # fmt: skip
TOLD = text("SELECT number FROM events WHERE kind = ANY(:kinds) AND gate_code = 'tan-thanh'"
            " AND direction = 'export' ORDER BY number")  # fmt: skip


async def test_whoever_is_killed_the_log_goes_on_with_what_was_published(start: Start) -> None:
    service = await asyncio.to_thread(partial(start, **SETTINGS))
    with httpx.Client(timeout=30) as http:
        await _kill_again_and_again(Gate(start, service, http))


async def _kill_again_and_again(gate: "Gate") -> None:
    gate.service.ask("PUT", "/v1/sandbox/clock", "admin", CLOCK).raise_for_status()
    chance = dice(50)
    async with gate.traffic():
        for number in range(KILLED):
            await gate.wait_for_news()
            way = WAYS[number % len(WAYS)]
            async with gate.beside("worker" in way):
                if chance.random() < 0.5:
                    await gate.wait_until_it_seals()
                else:
                    await asyncio.sleep(chance.uniform(0.0, AFTER_SECONDS))
                acknowledged = frozenset(gate.acknowledged)
                await asyncio.to_thread(gate.kill, way)
            assert acknowledged <= {*await gate.ask_database(STORED)}
            await gate.keep_checkpoint()
    await gate.wait_for_news()
    await asyncio.to_thread(gate.ensure_published, await gate.ask_database(TOLD, LOGGED))


class Gate:
    """A service that is killed and comes back, who uses it, and what they were told."""

    def __init__(self, start: Start, service: Service, http: httpx.Client) -> None:
        self.http = http
        self.start, self.service, self.keys = start, service, service.keys
        self.acknowledged: set[str] = set()
        self.in_log: set[str] = set()
        self.kept: list[str] = []
        self.number = 0
        self.worker: subprocess.Popen[str] | None = None

    # --- who is killed ---------------------------------------------------------------------------

    def kill(self, way: Collection[str]) -> None:
        """Kill some or all, and let them come back; the worker beside does not."""
        service, database = self.service, self.service.database_pid
        if "worker" in way and self.worker is not None:
            self.worker.kill()
        if "database" in way:
            os.kill(database, signal.SIGKILL)
        if "service" in way:
            service.stop(signal.SIGKILL)
            self.service = self.start(**SETTINGS)
        self.service.wait_until(READY)

    @asynccontextmanager
    async def beside(self, wanted: bool) -> AsyncIterator[None]:
        """Let a second worker seal beside the service's own, if one is wanted."""
        self.worker = self._work() if wanted else None
        if self.worker is None:
            yield
            return
        with self.worker:
            try:
                await asyncio.to_thread(_wait_for_first_turn, self.worker)
                yield
            finally:
                self.worker.kill()

    def _work(self) -> "subprocess.Popen[str]":
        return subprocess.Popen(  # noqa: S603 - our own words
            [GATE, "work"],
            env=environment(self.service.folder, {"GATE_LOG_LEVEL": "debug"}),
            stderr=subprocess.PIPE,
            text=True,
        )

    async def wait_until_it_seals(self) -> None:
        """Wait until some worker is in the middle of its transaction."""
        async with self._connected() as connection, asyncio.timeout(PATIENCE_SECONDS):
            while not await connection.scalar(SEALING):
                await connection.rollback()

    # --- what is there ---------------------------------------------------------------------------

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[Any]:
        url = running_url(self.service.folder)
        assert url is not None
        engine = create_async_engine(url, poolclass=NullPool)
        try:
            async with engine.connect() as connection:
                yield connection
        finally:
            await engine.dispose()

    async def ask_database(self, question: Any, kinds: Collection[str] = ()) -> Any:
        async with self._connected() as connection:
            bound = {"kinds": [*kinds]} if kinds else {}
            return (await connection.scalars(question, bound)).all()

    async def wait_for_news(self) -> None:
        """Wait until everything that was acknowledged by now stands in the published log."""
        wanted = frozenset(self.in_log)
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not self.kept or not wanted <= await asyncio.to_thread(self._published):
                await self.keep_checkpoint()
                await asyncio.sleep(0.5)

    def _published(self) -> set[str]:
        """Return which waits, calls and holds the log has."""
        found = read(self._reading().leaves)
        told = {"call.made": "call", "hold.placed": "hold"}
        known = {leaf["data"][told[leaf["kind"]]] for leaf in found if leaf["kind"] in told}
        return known | {leaf["entry"] for leaf in found if leaf["kind"] == "waiting.started"}

    async def keep_checkpoint(self) -> None:
        """Fetch the newest checkpoint, which must go on with the last one that was fetched."""
        note = await asyncio.to_thread(self._get, f"{QUEUE}/checkpoint")
        if note is not None and note.decode() not in self.kept[-1:]:
            await asyncio.to_thread(self._ensure_goes_on, note.decode())
            self.kept.append(note.decode())

    def _ensure_goes_on(self, note: str) -> None:
        new = program().read_checkpoint(note)
        if not self.kept:
            return
        old = program().read_checkpoint(self.kept[-1])
        assert old.size < new.size
        path = f"{QUEUE}/proofs/consistency?old={old.size}&new={new.size}"
        answer = self._get(path)
        assert answer is not None
        proof = [b64decode(one) for one in httpx.Response(200, content=answer).json()["proof"]]
        assert proves_consistency((old.size, new.size), (old.root, new.root), proof)

    def _get(self, path: str) -> bytes | None:
        """Return what the log answers, None while there is none."""
        answer = self.http.get(f"{self.service.url}/v1/log/{path}")
        return answer.content if answer.is_success else None

    def _reading(self) -> Reading:
        return Reading(lambda path: self._get(path) or b"", *QUEUE.split("/"))

    def ensure_published(self, told: Sequence[int]) -> None:
        """Ensure that both verifiers agree to the log, and that it has every event once."""
        reading = self._reading()
        assert [] == reading.wrong(self.kept)
        leaves = [leaf for leaf in read(reading.leaves) if leaf["kind"] != SEAL]
        assert told == sorted(leaf["number"] for leaf in leaves)

    # --- who uses it -----------------------------------------------------------------------------

    @asynccontextmanager
    async def traffic(self) -> AsyncIterator[None]:
        """Let trucks come, be called and be held within the block, whatever is killed."""
        over = asyncio.Event()
        async with httpx.AsyncClient(timeout=30) as http, asyncio.TaskGroup() as group:
            for _ in range(HANDS):
                group.create_task(self._go_on(http, over))
            try:
                yield
            finally:
                over.set()

    async def _go_on(self, http: httpx.AsyncClient, over: asyncio.Event) -> None:
        while not over.is_set():
            with suppress(httpx.TransportError):
                await self._bring(http)
            await asyncio.sleep(PAUSE_SECONDS)

    async def _bring(self, http: httpx.AsyncClient) -> None:
        """Bring a truck, hold it for a moment, and have somebody called."""
        self.number += 1
        entry = await self._ask(http, "company-1", "/v1/entries", truck(self.number))
        if entry is None:
            return
        self.acknowledged.add(entry["id"])
        came = {"reference": entry["reference"], "way": "in"}
        seen = await self._ask(http, "yard", "/v1/yards/bao-nguyen/movements", came)
        if seen is not None and seen["state"] == "queued":
            self.in_log.add(entry["id"])
        holds = f"/v1/entries/{entry['id']}/holds"
        held = await self._ask(http, "customs", holds, {"reason": "papers"})
        if held is not None:
            self._told(held["id"])
            lift = f"{holds}/{held['id']}/lift"
            await self._ask(http, "customs", lift, {"reason": "seen"})
        made = await self._ask(
            http, "officer-1", "/v1/gates/tan-thanh/queues/export/calls", {"count": 1}
        )
        for call in made["calls"] if made else ():
            self._told(call["id"])

    def _told(self, one: str) -> None:
        self.acknowledged.add(one)
        self.in_log.add(one)

    async def _ask(
        self, http: httpx.AsyncClient, who: str, path: str, body: Mapping[str, Any]
    ) -> Any:
        """Return what was acknowledged, None where nothing was."""
        headers = {"Authorization": f"Bearer {self.keys[who]}", "Idempotency-Key": uuid4().hex}
        answer = await http.post(self.service.url + path, json=body, headers=headers)
        assert answer.is_success or answer.status_code in {409, 503}, answer.text
        return answer.json() if answer.is_success else None


def _wait_for_first_turn(worker: "subprocess.Popen[str]") -> None:
    assert worker.stderr is not None
    assert any("sealing" in line for line in worker.stderr)
