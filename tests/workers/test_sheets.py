"""Sheets in a folder: one a gate, whole at any instant, for nobody but their owner."""

from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.api.sheets import sheet_page
from app.api.texts import Language
from app.core.config import Settings
from app.main import make_jobs
from app.workers.sheets import SheetWriter
from app.workers.today import Todays
from tests.repositories.rows import add_actor, add_entry

Sessions = async_sessionmaker[AsyncSession]
NOON = datetime(2026, 5, 21, 5, 0, tzinfo=UTC)


def writer(folder: Path, *, is_production: bool = False) -> SheetWriter:
    render = partial(sheet_page, language=Language.VI)
    return SheetWriter(
        folder, render, Todays(is_production=is_production, machine_now=lambda: NOON)
    )


async def test_every_gate_with_a_queue_has_its_sheet(sessions: Sessions, tmp_path: Path) -> None:
    async with sessions.begin() as session:
        waits = {"state": "queued", "queue_key": 0, "waits_from": NOON, "in_position": True}
        actor = await add_actor(session)
        await add_entry(session, actor, tractor_plate="15C00001", **waits)
    folder = tmp_path / "sheets"
    assert 9 == await writer(folder).write(sessions)
    assert 9 == len(list(folder.glob("*.html"))) == len(list(folder.iterdir()))
    sheet = folder / "tan-thanh.html"
    assert "15C00001" in sheet.read_text("utf-8")
    assert "15C00001" not in (folder / "huu-nghi.html").read_text("utf-8")
    assert 0o600 == sheet.stat().st_mode & 0o777


async def test_writing_again_replaces_them(sessions: Sessions, tmp_path: Path) -> None:
    one = writer(tmp_path)
    await one.write(sessions)
    (tmp_path / "tan-thanh.html").write_text("old")
    await one.write(sessions)
    assert "2026-05-21 12:00:00" in (tmp_path / "tan-thanh.html").read_text("utf-8")


async def test_before_an_edition_is_confirmed_nobody_is_ordered(
    sessions: Sessions, tmp_path: Path
) -> None:
    assert 0 == await writer(tmp_path, is_production=True).write(sessions)


@pytest.mark.parametrize("folder", [None, Path("sheets")])
def test_without_a_folder_nothing_is_written(folder: Path | None) -> None:
    assert bool(folder) == ("sheets" in make_jobs(Settings(sheets_dir=folder)))
