"""What commands do to a database, in this process: a process each would take seconds."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.cli import preparing
from app.cli.preparing import MemberError, SchemaError
from app.core.ciphers import hash_of_key
from app.core.config import Settings
from app.core.migrations import newest_revision
from app.domain.exchange import AdapterKind
from app.domain.vocabulary import Agency, Role, Scope
from app.models import ApiKey, Organisation, Principal
from app.repositories.unit_of_work import UnitOfWork
from app.services.exchange.sandbox import SANDBOX_SOURCES
from app.services.upkeep.keys import SANDBOX, UNBOUND, Grant, Keys, Member
from tests.conftest import key_of

SHOWN = "gate_agency_012345"
NEW = Member("customs-7", "Customs of Tân Thanh", Role.AGENCY, Agency.CUSTOMS)


def on(engine: AsyncEngine) -> Settings:
    """Return the settings of a command on this database."""
    return Settings(database_url=SecretStr(engine.url.render_as_string(hide_password=False)))


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(preparing.seed, id="seed"),
        pytest.param(preparing.ensure_schema, id="work"),
        pytest.param(preparing.recount, id="recount"),
        pytest.param(lambda settings: preparing.give_key(settings, NEW), id="keys"),
    ],
)
async def test_before_the_first_migration_a_command_says_to_migrate(
    empty_database: AsyncEngine, command: Callable[[Settings], Awaitable[object]]
) -> None:
    with pytest.raises(SchemaError, match=r"run `gate migrate`$"):
        await command(on(empty_database))


async def test_migrating_and_seeding_twice_says_the_same_and_adds_nothing(
    empty_database: AsyncEngine,
) -> None:
    settings = on(empty_database)
    assert [newest_revision()] * 2 == [await preparing.migrate(settings) for _ in range(2)]
    added = [await preparing.seed(settings) for _ in range(2)]
    assert added[0] > 0
    assert 0 == added[1]


async def test_a_new_key_opens_what_its_role_may_and_voids_the_one_before(
    database: AsyncEngine,
) -> None:
    settings = on(database)
    keys = [await preparing.give_key(settings, NEW) for _ in range(2)]
    assert keys[0] != keys[1]
    assert [None, keys[1]] == [await opened(database, NEW.name, key) for key in keys]
    async with AsyncSession(database) as session:
        found = (await session.scalars(select(Principal).where(Principal.name == NEW.name))).one()
    assert ("agency", "customs") == (found.role, found.agency)


async def test_a_company_is_made_with_its_tax_code_which_a_later_key_does_not_change(
    database: AsyncEngine,
) -> None:
    settings, code = on(database), "9900123459"
    fleet = Member("fleet-9", "Fleet 9", Role.COMPANY, tax_code=code)
    for asked in (fleet, replace(fleet, tax_code=None), fleet):
        await preparing.give_key(settings, asked)
    async with AsyncSession(database) as session:
        named = select(Organisation.tax_code, Organisation.verified)
        row = (await session.execute(named.where(Organisation.name == "Fleet 9"))).one()
    assert (code, False) == (row.tax_code, row.verified)
    with pytest.raises(preparing.MemberError, match="another tax code"):
        await preparing.give_key(settings, replace(fleet, tax_code="9900123466"))


async def opened(database: AsyncEngine, name: str, key: str) -> str | None:
    """Return `key` where it opens something for the principal of that name."""
    pepper = Settings().pepper.get_secret_value()
    async with AsyncSession(database) as session:
        return (
            key if await UnitOfWork(session).keys.opening(name, hash_of_key(key, pepper)) else None
        )


async def test_a_key_is_named_by_its_first_characters_and_ends_when_it_should(
    database: AsyncEngine,
) -> None:
    grant = Grant(frozenset({Scope.READ}), timedelta(days=30))
    key = await preparing.give_key(on(database), NEW, grant)
    async with AsyncSession(database) as session:
        (row,) = await session.scalars(select(ApiKey).where(ApiKey.prefix == key[: len(SHOWN)]))
    assert row.prefix.startswith("gate_agency_")
    assert ["read"] == row.scopes
    assert row.expires_at is not None
    # The statement looks at the clock for each of the two.
    assert timedelta(seconds=1) > abs(row.expires_at - row.created_at - timedelta(days=30))


async def test_what_the_sandbox_kept_still_opens_and_has_every_scope(
    database: AsyncEngine,
) -> None:
    """A key from before there were scopes, too."""
    pepper = Settings().pepper.get_secret_value()
    async with AsyncSession(database) as session, session.begin():
        await session.execute(update(ApiKey).values(scopes=["act", "read"]))
        uow = UnitOfWork(session)
        kept = {"company-1": key_of("company-1"), "company-2": "of another service"}
        keys = await Keys(uow, pepper).issue_sandbox(kept)
        assert kept["company-1"] == keys["company-1"]
        assert kept["company-2"] != keys["company-2"]
        key = await uow.keys.opening("company-1", hash_of_key(keys["company-1"], pepper))
        assert key is not None
        assert UNBOUND.scopes == set(key.scopes)


@pytest.mark.parametrize(
    ("known", "asked"),
    [
        pytest.param(
            "company-2", Member("company-2", "Sandbox company 2", Role.OFFICER), id="another role"
        ),
        pytest.param(
            "company-2",
            Member("company-2", "Sandbox company 1", Role.COMPANY),
            id="another company",
        ),
        pytest.param(
            "company-2", Member("company-2", "Unheard of", Role.COMPANY), id="an unknown company"
        ),
        pytest.param(
            "medical",
            Member("medical", "Agency medical", Role.AGENCY, Agency.CUSTOMS),
            id="another agency",
        ),
        pytest.param(
            "medical",
            Member("medical", "Agency medical", Role.AGENCY, Agency.MEDICAL, supervisor=True),
            id="its own supervisor",
        ),
    ],
)
async def test_a_name_keeps_its_role_and_organisation_and_its_key(
    database: AsyncEngine, known: str, asked: Member
) -> None:
    """A key of another role under a known name would look as if it changed what it opens."""
    settings = on(database)
    with pytest.raises(MemberError, match=f"^{known} is the name of another, of role "):
        await preparing.give_key(settings, asked)
    assert await opened(database, known, key_of(known))
    same = next(member for member in SANDBOX if member.name == known)
    assert await preparing.give_key(settings, same)


async def test_a_sandbox_has_a_source_of_each_kind_and_nothing_has_happened_yet(
    empty_database: AsyncEngine, tmp_path: Path
) -> None:
    """Twice prepared is once prepared; else its clock could not be put where a demo begins."""
    settings = on(empty_database).model_copy(update={"data_dir": tmp_path})
    for _ in range(2):
        await preparing.prepare(settings)
        async with AsyncSession(empty_database) as session:
            uow = UnitOfWork(session)
            kinds = [one.source.adapter for one in await uow.exchange.sources(None, None, 50)]
            assert set(AdapterKind) == set(kinds)
            assert len(SANDBOX_SOURCES) == len(kinds)
            assert not await uow.records.anything_happened()
