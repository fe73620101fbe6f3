"""One source of each kind for everybody who tries the service out."""

from datetime import datetime

from app.domain.exchange import AdapterKind, Standpoint
from app.repositories.unit_of_work import UnitOfWork
from app.services.exchange.sources import NewSource, row_of

CENTRE = "Border Gate Management Centre"
AT_GATE = Standpoint(gate="tan-thanh")
SANDBOX_SOURCES = (
    NewSource(
        code="customs-tan-thanh",
        adapter=AdapterKind.CUSTOMS,
        organisation="Agency customs",
        at=AT_GATE,
    ),
    NewSource(
        code="border-guard-tan-thanh",
        adapter=AdapterKind.BORDER_GUARD,
        organisation="Agency border_guard",
        at=AT_GATE,
    ),
    NewSource(
        code="camera-tan-thanh",
        adapter=AdapterKind.PLATE_CAMERA,
        organisation=CENTRE,
        at=AT_GATE,
    ),
    NewSource(
        code="camera-bao-nguyen",
        adapter=AdapterKind.PLATE_CAMERA,
        organisation="Sandbox yards",
        at=Standpoint(yard="bao-nguyen", way="in"),
    ),
    NewSource(
        code="yard-bao-nguyen",
        adapter=AdapterKind.YARD,
        organisation="Sandbox yards",
        at=Standpoint(yard="bao-nguyen"),
    ),
    NewSource(
        code="other-side-tan-thanh",
        adapter=AdapterKind.OTHER_SIDE,
        organisation="Agency border_guard",
        at=AT_GATE,
    ),
)
"""Of the organisations that `app.services.upkeep.keys` gives keys to."""


async def register_sandbox_sources(uow: UnitOfWork, registered_by: str, at: datetime) -> None:
    """Register those that are missing; no event tells of it: nothing has happened yet."""
    by = await uow.access.principal(registered_by)
    for one in SANDBOX_SOURCES:
        organisation = await uow.access.organisation(one.organisation)
        if by and organisation and await uow.exchange.source(one.code) is None:
            uow.add(row_of(one, organisation.id, by.id, at))
    await uow.flush()
