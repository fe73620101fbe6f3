"""What follows when other data are declared: columns, verdict, price, waiting, events."""

from collections.abc import Mapping
from typing import Any

from app.domain.declaration import read_declaration
from app.domain.discrepancies import redeclared
from app.domain.inspections import still_found
from app.domain.stay_limits import visitors_of
from app.models import Entry
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act
from app.services.crossing.release import keep_release
from app.services.declarations.assessment import driver_name_of, reassess
from app.services.declarations.declaring import (
    Document,
    declared_columns,
    ensure_known,
    personal_columns,
)
from app.services.fees import Charging, Repriced
from app.services.queues.stay_limits import watch_stay
from app.services.queues.waiting import WaitingLine


async def declare(
    uow: UnitOfWork, act: Act, entry: Entry, document: Document, driver: Mapping[str, str | None]
) -> None:
    """Let a document be what is declared of an entry, as its next version.

    Raises:
        UnknownCodeError, PlateMissingError.
        PlateAlreadyRegisteredError: the company has another open entry on the plate.
    """
    declaration = read_declaration(document)
    ensure_known(act.reference, declaration)
    before = visitors_of(read_declaration(entry.declared))
    columns = {
        **declared_columns(document, declaration),
        **personal_columns(act.tools.cipher, driver),
        "version": entry.version + 1,
        "discrepancies": redeclared(entry.discrepancies, document),
        "inspected": still_found(entry.inspected, entry.declared, document),
    }
    for column, value in columns.items():
        setattr(entry, column, value)
    if visitors_of(declaration) is not before:
        watch_stay(uow, act, entry)
    await uow.flush()


async def follow(
    uow: UnitOfWork, act: Act, entry: Entry, line: WaitingLine, cause: str, *told: Mapping[str, Any]
) -> Repriced:
    """Judge and price an entry anew; waiting and a release follow; `told` is written first."""
    assessed = reassess(act, entry, driver_name_of(act, entry))
    await line.follow(entry, assessed)
    repriced = await Charging(uow, act).reprice(
        entry, line.queue, assessed.quote, assessed.priced_on, cause
    )
    entry.changed_at = act.now
    await uow.flush()
    await keep_release(uow, act, entry, line)
    await uow.records.insert_events([*told, *line.events, *repriced.events])
    return repriced
