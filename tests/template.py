"""What the database has that every test begins with."""

from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.core.ciphers import hash_of_key
from app.core.config import Settings
from app.core.migrations import upgrade
from app.repositories.unit_of_work import UnitOfWork
from app.services.exchange.sandbox import register_sandbox_sources
from app.services.upkeep.keys import SANDBOX, UNBOUND, Keys
from app.services.upkeep.seeding import Seeding, published_documents
from tests.conftest import key_of


async def prepare_template(engine: AsyncEngine) -> None:
    """Bring an empty database to what every test begins with: the schema and reference data."""
    await upgrade(engine)
    async with AsyncSession(engine) as session, session.begin():
        uow = UnitOfWork(session)
        await Seeding(uow).load(published_documents())
        pepper = Settings().pepper.get_secret_value()
        for member in SANDBOX:
            made = await Keys(uow, pepper).issue(member, UNBOUND)
            key = await uow.keys.opening(member.name, hash_of_key(made, pepper))
            assert key is not None
            key.key_hash = hash_of_key(key_of(member.name), pepper)
        await register_sandbox_sources(uow, "admin", datetime(2022, 2, 21, tzinfo=UTC))
