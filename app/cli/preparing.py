"""What a database needs before the service runs on it: schema, reference data, keys."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile

from sqlalchemy.ext.asyncio import AsyncEngine

from app.core.ciphers import Cipher
from app.core.config import Settings
from app.core.database import check_version, make_engine, make_sessions
from app.core.migrations import is_current, newest_revision, upgrade
from app.domain.organisations import KINDS
from app.repositories.unit_of_work import UnitOfWork
from app.services.exchange.sandbox import register_sandbox_sources
from app.services.publishing.stays import Stays
from app.services.upkeep.keys import ORDINARY, Grant, Keys, Member
from app.services.upkeep.people import invite_sandbox_people
from app.services.upkeep.seeding import Seeding, published_documents
from app.workers.counting import count_stays
from app.workers.today import machine_now

KEYS_FILE = "sandbox-keys.json"


class SchemaError(Exception):
    """The schema is not the one of this release; the text is one line for an operator."""


class MemberError(Exception):
    """A key is asked for somebody who is known as somebody else; the text is one line, too."""


@asynccontextmanager
async def engine_of(settings: Settings) -> AsyncIterator[AsyncEngine]:
    """Give an engine for one command."""
    engine = make_engine(settings.database_address, settings)
    try:
        yield engine
    finally:
        await engine.dispose()


async def prepare(settings: Settings) -> dict[str, str]:
    """Make the database ready to serve; return the sandbox's keys by name.

    In production mode nothing is changed: migrating is a step of its own.

    Raises:
        DatabaseVersionError: the server is too old.
        SchemaError: production, and the schema is not that of this release.
    """
    async with engine_of(settings) as engine:
        if settings.is_production:
            await _check_schema(engine)
            return {}
        await upgrade(engine)
        async with make_sessions(engine).begin() as session:
            uow = UnitOfWork(session)
            await Seeding(uow).load(published_documents())
            keys = await _sandbox_keys(uow, settings)
            await register_sandbox_sources(uow, "admin", machine_now())
            cipher = Cipher(settings.encryption_keys, settings.pepper.get_secret_value())
            await invite_sandbox_people(uow, cipher, machine_now())
            return keys


async def migrate(settings: Settings) -> str | None:
    """Bring the schema to this release; return its revision."""
    async with engine_of(settings) as engine:
        await upgrade(engine)
    return newest_revision()


async def seed(settings: Settings) -> int:
    """Load the reference data that are missing; return how many rows were.

    Raises:
        SchemaError: the schema is not that of this release.
    """
    async with engine_of(settings) as engine:
        await _check_schema(engine)
        async with make_sessions(engine).begin() as session:
            return await Seeding(UnitOfWork(session)).load(published_documents())


async def recount(settings: Settings) -> int:
    """Count all events again, from the first; return in how many turns.

    Raises:
        SchemaError: the schema is not that of this release.
    """
    async with engine_of(settings) as engine:
        await _check_schema(engine)
        sessions = make_sessions(engine)
        async with sessions.begin() as session:
            await Stays(UnitOfWork(session)).again()
        return await count_stays(sessions)


async def give_key(settings: Settings, member: Member, grant: Grant = ORDINARY) -> str:
    """Return a new key of `member`; those it had before open nothing any more.

    Raises:
        SchemaError: the schema is not that of this release.
        MemberError: the name is another's: a key never changes what its holder may do. Or the
            organisation is there, with another tax code.
    """
    async with engine_of(settings) as engine:
        await _check_schema(engine)
        async with make_sessions(engine).begin() as session:
            uow = UnitOfWork(session)
            await _check_member(uow, member)
            return await Keys(uow, settings.pepper.get_secret_value()).issue(member, grant)


async def ensure_schema(settings: Settings) -> None:
    """Refuse a database that this release cannot work on.

    Raises:
        DatabaseVersionError: the server is too old.
        SchemaError: the schema is not that of this release.
    """
    async with engine_of(settings) as engine:
        await _check_schema(engine)


async def _sandbox_keys(uow: UnitOfWork, settings: Settings) -> dict[str, str]:
    """Return a key for each name of the sandbox: the ones in its file, as far as they still open.

    The file is written before the transaction ends: a key that is lost with it opens nothing.
    """
    path = settings.data_dir / KEYS_FILE
    kept = json.loads(path.read_text()) if path.exists() else {}
    keys = await Keys(uow, settings.pepper.get_secret_value()).issue_sandbox(kept)
    _write_private(path, keys)
    return keys


async def _check_schema(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        await check_version(connection)
        if not await is_current(connection):
            message = "The schema is not that of this release: run `gate migrate`"
            raise SchemaError(message)


async def _check_member(uow: UnitOfWork, member: Member) -> None:
    known = await uow.access.principal(member.name)
    organisation = await uow.access.organisation(member.organisation)
    if organisation and member.tax_code not in {None, organisation.tax_code}:
        message = f"{member.organisation} has another tax code, or none"
        raise MemberError(message)
    if known is None:
        kind = KINDS[member.role]
        if organisation and (organisation.kind, organisation.agency) != (kind, member.agency):
            message = (
                f"{member.organisation} is another: {organisation.agency or organisation.kind}"
            )
            raise MemberError(message)
        return
    asked = (organisation and organisation.id, member.role, member.agency, member.supervisor)
    if asked != (known.organisation_id, known.role, known.agency, known.supervisor):
        message = f"{member.name} is the name of another, of role {known.agency or known.role}"
        raise MemberError(message)


def _write_private(path: Path, keys: dict[str, str]) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Services of one database may start in one folder at once: each writes a file of its own.
    with NamedTemporaryFile("w", dir=path.parent, prefix=f"{path.name}.", delete=False) as mine:
        mine.write(json.dumps(keys, indent=2) + "\n")
    Path(mine.name).replace(path)
