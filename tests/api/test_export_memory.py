"""An export of many entries takes no more memory than one of few."""

import tracemalloc
from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from app.api.fleet import exporting
from app.api.fleet.exporting import ExportFormat, Writing, export
from app.api.state import Process
from app.api.texts import Language
from app.domain.questions import EntryFilter
from app.domain.vocabulary import Role
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act
from tests.api.conftest import Gate, lorry

FEW, MANY = 200, 2_000
COLUMNS = (
    "gate_code, direction, journey, state, organisation_id, registered_by, changed_at, declared,"
    " container_numbers, declaration_numbers, findings, verdict, lane"
)
COPIES = f"""
INSERT INTO entries ({COLUMNS}, reference, registered_at, tracking_hash, tractor_plate)
SELECT {COLUMNS}, 'copy-' || n, registered_at - n * interval '1 second', sha256(n::text::bytea),
    'copy-' || n
FROM entries CROSS JOIN generate_series(1, :most) AS n
"""


async def peak_of(process: Process, act: Act, writing: Writing, limit: int) -> int:
    """Return the most bytes that were held at once while so many entries were written."""
    lines = 0
    tracemalloc.reset_peak()
    before, _ = tracemalloc.get_traced_memory()
    async for part in export(process, act, EntryFilter(), writing):
        lines += part.count(b"\n")
        if lines > limit:
            break
    assert lines >= limit
    return tracemalloc.get_traced_memory()[1] - before


@pytest.mark.parametrize("written", ExportFormat)
async def test_ten_times_as_many_entries_take_as_much_memory(
    gate: Gate,
    connection: AsyncConnection,
    written: ExportFormat,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(exporting, "PAGE", 50)
    await gate.register(**lorry(1))
    await connection.execute(text(COPIES), {"most": MANY})
    process: Process = gate.app.state.process
    async with process.sessions.begin() as session:
        service = await UnitOfWork(session).access.service()
    today = await process.today()
    act = Act(today.now, today.reference, replace(service, role=Role.AUDITOR), process.tools)
    writing = Writing(written, Language.EN, None)
    tracemalloc.start()
    try:
        await peak_of(process, act, writing, FEW)  # caches warm up
        few = await peak_of(process, act, writing, FEW)
        many = await peak_of(process, act, writing, MANY)
    finally:
        tracemalloc.stop()
    assert many < 2 * few  # ten times as many; what is alive at a peak differs from run to run
