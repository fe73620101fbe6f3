"""The tables of the usual stack and what they hold before the first request."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from app.core.ciphers import hash_of_key
from app.core.config import Settings
from app.services.upkeep.seeding import published_documents
from benchmarks.usual_stack.models import Base, Gate, Organisation, TariffCell, TariffEdition, User


async def fill(url: str, keys: Mapping[str, str]) -> None:
    """Make the tables of an empty database, with the published gates and tariffs, and users."""
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    async with AsyncSession(engine) as session, session.begin():
        session.add_all(_gates())
        session.add_all(_users(keys))
        for edition, cells in _editions():
            session.add(edition)
            await session.flush()
            session.add_all(TariffCell(edition_id=edition.id, **cell) for cell in cells)
    await engine.dispose()


def _gates() -> list[Gate]:
    rows = published_documents()["gates"]["gates"]
    return [Gate(code=row["code"], mode=row["mode"]) for row in rows]


def _users(keys: Mapping[str, str]) -> list[User]:
    pepper = Settings().pepper.get_secret_value()
    return [
        User(
            name=name,
            role="company",
            key_hash=hash_of_key(key, pepper),
            organisation=Organisation(name=name),
        )
        for name, key in keys.items()
    ]


def _editions() -> Iterator[tuple[TariffEdition, list[dict[str, Any]]]]:
    for name, document in published_documents().items():
        if name.startswith("tariff-"):
            first, end = document["valid_from"], document["valid_to"]
            edition = TariffEdition(
                code=document["code"],
                valid_from=date.fromisoformat(first),
                valid_to=date.fromisoformat(end) if end else None,
            )
            names = ("goods_group", "vehicle_class", "amount_vnd")
            yield edition, [{name: row[name] for name in names} for row in document["cells"]]
