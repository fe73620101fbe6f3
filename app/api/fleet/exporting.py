"""Lists as files that are written while they are read: a page in memory, however long the list.

Each page is a short transaction of its own, over before its bytes are sent: a reader who is slow or
leaves holds nothing of the database. What changes meanwhile is told as it is when its page is read.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from app.api.fleet.columns import COLUMNS, PERSONAL, TOLD, taken
from app.api.schemas.answers import balance_out, brief_out, driver_out
from app.api.spreadsheets import CSV, MARK, Cell, Separator, csv_part
from app.api.state import Process
from app.api.texts import Language
from app.domain.findings import is_ready
from app.domain.gates import HANOI
from app.domain.questions import EntryFilter
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act
from app.services.declarations.entries import Entries
from app.services.declarations.views import EntryView

PAGE: Final = 200
AT_ONCE: Final = 20
"""How many rows are written before others have their turn."""
NDJSON: Final = "application/x-ndjson"


class ExportFormat(StrEnum):
    """How an export is written."""

    CSV = "csv"
    NDJSON = "ndjson"


EXPORTS: Final[Mapping[ExportFormat, str]] = {ExportFormat.CSV: CSV, ExportFormat.NDJSON: NDJSON}
DECLARED: Final = tuple(one for one in COLUMNS if not one.pointer.startswith(PERSONAL))


@dataclass(frozen=True, slots=True)
class Writing:
    """How a file is written, and for whom."""

    format: ExportFormat
    language: Language
    separator: Separator | None

    def beginning(self) -> bytes:
        """Return what stands before the first entry."""
        if self.format is ExportFormat.NDJSON:
            return b""
        heading = [*TOLD, *(column.name for column in DECLARED)]
        return MARK.encode() + csv_part([heading], self.language, self.separator)

    def part(self, views: Iterable[EntryView]) -> bytes:
        """Return some entries as a part of the file."""
        if self.format is ExportFormat.CSV:
            return csv_part(map(_cells, views), self.language, self.separator)
        outs = (brief_out(view, self.language) for view in views)
        return b"".join(one.__pydantic_serializer__.to_json(one) + b"\n" for one in outs)


async def export(
    process: Process, act: Act, where: EntryFilter, writing: Writing
) -> AsyncIterator[bytes]:
    """Yield the entries that an act may see, as parts of a file."""
    yield writing.beginning()
    after: Sequence[Any] | None = None
    while True:
        async with process.sessions.begin() as session:
            views = await Entries(UnitOfWork(session), act).page(where, after, PAGE)
        for first in range(0, len(views), AT_ONCE):
            yield writing.part(views[first : first + AT_ONCE])
            await asyncio.sleep(0)
        if len(views) < PAGE:
            return
        last = views[-1].entry
        after = (last.changed_at if where.changed_after else last.registered_at, last.id)


def _cells(view: EntryView) -> list[Cell]:
    told = _told(view)
    return [
        *(told[name] for name in TOLD),
        *(_cell(taken(view.entry.declared, column.pointer)) for column in DECLARED),
    ]


def _told(view: EntryView) -> Mapping[str, Cell]:
    entry, driver = view.entry, driver_out(view.driver)
    balance = balance_out(view.charge, view.orders)
    return {
        "entry_id": str(entry.id),
        "reference": entry.reference,
        "state": entry.state,
        "lane": entry.lane,
        "ready": _cell(is_ready(entry.findings)),
        "held": _cell(entry.held),
        "contested": _cell(entry.contested),
        "plate": entry.tractor_plate,
        "registered_at": _cell(entry.registered_at),
        "changed_at": _cell(entry.changed_at),
        "call_number": entry.call_number,
        "presence_at": _cell(entry.presence_at),
        "arrived_at": _cell(entry.arrived_at),
        "ended_at": _cell(entry.ended_at),
        "end_reason": entry.end_reason,
        "yard": entry.yard_code,
        "findings": "; ".join(one["rule"] for one in entry.findings),
        "charged_vnd": balance.charged.amount,
        "due_vnd": balance.due.amount,
        "driver_masked": driver.name,
        "driver_document_masked": driver.document_number,
        "driver_phone_masked": driver.phone,
    }


def _cell(value: object) -> Cell:
    """Return a value of an entry as a cell."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return value.astimezone(HANOI).isoformat()
    if isinstance(value, list):
        return "; ".join(map(str, value))
    return value if isinstance(value, int) or value is None else str(value)
