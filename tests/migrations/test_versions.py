"""The version files: one line of history, up and down again, saying what the models say."""

import ast
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from app.core.migrations import alembic_config, is_current, upgrade
from app.models import Base
from tests.migrations.shapes import Shape, shape_of

VERSIONS = Path(__file__).parents[2] / "migrations" / "versions"
TEMPORAL_KEYS = {
    "pk_green_lane_days": "PRIMARY KEY (gate_code, valid_on WITHOUT OVERLAPS)",
    "pk_product_access": "PRIMARY KEY (product_code, market, valid_on WITHOUT OVERLAPS)",
    "pk_product_papers": "PRIMARY KEY (product_code, market, document, valid_on WITHOUT OVERLAPS)",
    "pk_travel_times": "PRIMARY KEY (yard_code, gate_code, valid_on WITHOUT OVERLAPS)",
}
EXCLUSIONS = {
    "ex_gate_closures_said_once",
    "ex_gate_hours_said_once",
    "ex_lane_grounds_said_once",
    "ex_override_reasons_said_once",
    "ex_policy_editions_one_rules",
    "ex_required_checks_said_once",
    "ex_retention_rows_said_once",
    "ex_seasons_said_once",
    "ex_stay_limits_said_once",
    "ex_tariff_forces_one_rules",
    "ex_two_way_rules_said_once",
}

SQUAWK = (
    "--pg-version=18.0",
    # env.py sets the timeouts; an HTTP status and the number of the only row are small; each
    # version is a transaction, which the tool sees of a single one only.
    "--exclude=require-timeout-settings,prefer-bigint-over-smallint,prefer-robust-stmts",
)


def downgrade(connection: Connection) -> None:
    config = alembic_config()
    config.attributes["connection"] = connection
    command.downgrade(config, "base")


def differences(connection: Connection) -> list[object]:
    options = {"compare_type": True, "compare_server_default": True}
    context = MigrationContext.configure(connection, opts=options)
    return list(compare_metadata(context, Base.metadata))


def create_all(connection: Connection) -> None:
    for name in ("btree_gist", "pg_trgm"):
        connection.execute(text(f"CREATE EXTENSION {name}"))
    Base.metadata.create_all(connection)


def test_there_is_one_head() -> None:
    assert 1 == len(ScriptDirectory.from_config(alembic_config()).get_heads())


@pytest.mark.parametrize("path", sorted(VERSIONS.glob("*.py")), ids=lambda path: path.stem)
def test_a_version_file_imports_nothing_of_the_app(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = [
        name
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    ]
    assert not [name for name in names if name.split(".")[0] in {"app", "tests"}]


async def test_what_goes_up_comes_down_and_goes_up_again(empty_database: AsyncEngine) -> None:
    async with empty_database.connect() as connection:
        before = await connection.run_sync(shape_of)
    await upgrade(empty_database)
    async with empty_database.connect() as connection:
        once = await connection.run_sync(shape_of)
        await connection.rollback()
        await connection.run_sync(downgrade)
    async with empty_database.connect() as connection:
        assert before == await connection.run_sync(shape_of)
    await upgrade(empty_database)
    async with empty_database.connect() as connection:
        assert once == await connection.run_sync(shape_of)
        assert await is_current(connection)


async def test_migrating_twice_changes_nothing(empty_database: AsyncEngine) -> None:
    await upgrade(empty_database)
    await upgrade(empty_database)
    async with empty_database.connect() as connection:
        assert 0 == await connection.scalar(text("SELECT revision FROM reference_revision"))


async def test_the_models_have_nothing_that_the_schema_has_not(connection: AsyncConnection) -> None:
    assert [] == await connection.run_sync(differences)


async def test_the_schema_is_what_the_models_alone_would_make(
    connection: AsyncConnection, empty_database: AsyncEngine
) -> None:
    """Checks, exclusions and definitions included, which the comparison above does not see."""
    async with empty_database.begin() as other:
        await other.run_sync(create_all)
        modelled = await other.run_sync(shape_of)
    migrated = await connection.run_sync(shape_of)
    assert without_temporal_keys(modelled) == without_temporal_keys(migrated)


def without_temporal_keys(shape: Shape) -> Shape:
    """Leave out what models cannot say."""
    return {
        kind: {row for row in rows if not row[1].startswith(tuple(TEMPORAL_KEYS))}
        for kind, rows in shape.items()
        if kind not in {"triggers", "functions"}
    }


async def test_days_that_must_not_overlap_are_kept_apart(connection: AsyncConnection) -> None:
    found = await connection.execute(
        text("SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conperiod")
    )
    assert TEMPORAL_KEYS == {row.conname: row.pg_get_constraintdef for row in found}
    found = await connection.execute(text("SELECT conname FROM pg_constraint WHERE contype = 'x'"))
    assert EXCLUSIONS == set(found.scalars())


async def test_every_constraint_has_a_name_of_the_convention(connection: AsyncConnection) -> None:
    found = await connection.execute(
        text(
            "SELECT conname, contype::text, conrelid::regclass::text AS of FROM pg_constraint"
            " WHERE connamespace = 'public'::regnamespace AND contype <> 'n'"
        )
    )
    kinds = {"c": "ck", "f": "fk", "p": "pk", "u": "uq", "x": "ex"}
    named = {row.conname: f"{kinds[row.contype]}_{row.of}" for row in found}
    own = {name: prefix for name, prefix in named.items() if name != "alembic_version_pkc"}
    assert own
    assert all(name.startswith(prefix) for name, prefix in own.items())


def test_squawk_finds_nothing_dangerous(tmp_path: Path) -> None:
    path = tmp_path / "schema.sql"
    path.write_text(sql_of_the_upgrade(), encoding="utf-8")
    told = subprocess.run(  # noqa: S603 - a tool of ours on a file of ours
        [Path(sys.executable).with_name("squawk"), *SQUAWK, str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert 0 == told.returncode, told.stdout


def sql_of_the_upgrade() -> str:
    config = alembic_config()
    config.output_buffer = StringIO()
    command.upgrade(config, "head", sql=True)
    # Alembic's own table is not ours to change.
    return str(config.output_buffer.getvalue()).replace("VARCHAR(32)", "TEXT")
