"""Create the schema: reference data, who acts, entries and what stands beside them, money, events.

The first release begins here, so nothing runs on the schema while it is made. The downgrade drops
every table and what is in it; the extension stays, it may be somebody else's too.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "7d1c5a9e2b40"
down_revision: str | None = None
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

REFUSE_CHANGE = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING
        ERRCODE = 'restrict_violation',
        MESSAGE = format('%s of %I is refused: what was said stays', TG_OP, TG_TABLE_NAME),
        TABLE = TG_TABLE_NAME,
        CONSTRAINT = TG_NAME;
END
$$
"""

# The argument names a column of days; its open end may be given a day once.
ONLY_CLOSE = """
CREATE FUNCTION only_close() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before daterange := to_jsonb(OLD) ->> TG_ARGV[0];
    after daterange := to_jsonb(NEW) ->> TG_ARGV[0];
BEGIN
    IF to_jsonb(NEW) - TG_ARGV[0] = to_jsonb(OLD) - TG_ARGV[0]
        AND upper_inf(before) AND isfinite(upper(after))
        AND lower(after) IS NOT DISTINCT FROM lower(before)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION USING
        ERRCODE = 'restrict_violation',
        MESSAGE = format('%I only lets the open end of %I be closed', TG_TABLE_NAME, TG_ARGV[0]),
        TABLE = TG_TABLE_NAME,
        CONSTRAINT = TG_NAME;
END
$$
"""

# The argument names a column that is empty at first; it may be filled once.
ONLY_FILL = """
CREATE FUNCTION only_fill() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_jsonb(NEW) - TG_ARGV[0] = to_jsonb(OLD) - TG_ARGV[0]
        AND to_jsonb(OLD) -> TG_ARGV[0] = 'null' AND to_jsonb(NEW) -> TG_ARGV[0] <> 'null'
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION USING
        ERRCODE = 'restrict_violation',
        MESSAGE = format('%I only lets %I be filled, once', TG_TABLE_NAME, TG_ARGV[0]),
        TABLE = TG_TABLE_NAME,
        CONSTRAINT = TG_NAME;
END
$$
"""

# What a table keeps for ever: every column, or these.
KEPT = {
    "tariff_editions": "",
    "observations": "",
    "checks": "",
    "events": "",
    "payments": "",
    "orders": " OF code, entry_id, charge_id, kind, amount_vnd, created_at",
}
CLOSED = {
    "gate_hours": "valid_on",
    "gate_closures": "valid_on",
    "green_lane_days": "valid_on",
    "product_access": "valid_on",
    "product_papers": "valid_on",
    "seasons": "valid_on",
    "required_checks": "valid_on",
    "tariff_forces": "known_on",
    "policy_editions": "valid_on",
}
FILLED = {"charges": "superseded_at"}


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    create_reference()
    create_editions()
    create_access()
    create_entries()
    create_records()
    create_queues()
    create_money()
    create_triggers()
    op.execute("INSERT INTO reference_revision (id, revision) VALUES (1, 0)")


def create_reference() -> None:
    op.create_table(
        "gates",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("facts", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_gates")),
    )
    op.create_table(
        "routes",
        sa.Column("gate_code", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("facts", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(
            ["gate_code"], ["gates.code"], name=op.f("fk_routes_gate_code_gates")
        ),
        sa.PrimaryKeyConstraint("gate_code", "code", name=op.f("pk_routes")),
    )
    op.create_table(
        "gate_hours",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("gate_code", sa.Text(), nullable=False),
        sa.Column("valid_on", postgresql.DATERANGE(), nullable=False),
        sa.Column("facts", postgresql.JSONB(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("gate_code"), "="),
            (sa.literal_column("md5(facts::text)"), "="),
            (sa.column("valid_on"), "&&"),
            using="gist",
            name="ex_gate_hours_said_once",
        ),
        sa.CheckConstraint("NOT isempty(valid_on)", name=op.f("ck_gate_hours_valid_on_has_days")),
        sa.ForeignKeyConstraint(
            ["gate_code"], ["gates.code"], name=op.f("fk_gate_hours_gate_code_gates")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gate_hours")),
    )
    op.create_table(
        "gate_closures",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("gate_code", sa.Text(), nullable=False),
        sa.Column("valid_on", postgresql.DATERANGE(), nullable=False),
        sa.Column("facts", postgresql.JSONB(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("gate_code"), "="),
            (sa.literal_column("md5(facts::text)"), "="),
            (sa.column("valid_on"), "&&"),
            using="gist",
            name="ex_gate_closures_said_once",
        ),
        sa.CheckConstraint(
            "NOT isempty(valid_on)", name=op.f("ck_gate_closures_valid_on_has_days")
        ),
        sa.ForeignKeyConstraint(
            ["gate_code"], ["gates.code"], name=op.f("fk_gate_closures_gate_code_gates")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gate_closures")),
    )
    op.create_table(
        "green_lane_days",
        sa.Column("gate_code", sa.Text(), nullable=False),
        sa.Column("valid_on", postgresql.DATERANGE(), nullable=False),
        sa.Column("facts", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(
            ["gate_code"], ["gates.code"], name=op.f("fk_green_lane_days_gate_code_gates")
        ),
    )
    op.execute(
        "ALTER TABLE green_lane_days ADD CONSTRAINT pk_green_lane_days"
        " PRIMARY KEY (gate_code, valid_on WITHOUT OVERLAPS)"
    )
    op.create_table(
        "yards",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column("serves", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("facts", postgresql.JSONB(), nullable=False),
        sa.CheckConstraint(
            "location IN ('inside-gate', 'outside-gate')", name=op.f("ck_yards_location")
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_yards")),
    )
    op.create_table(
        "products",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("facts", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_products")),
    )
    op.create_table(
        "product_access",
        sa.Column("product_code", sa.Text(), nullable=False),
        sa.Column("market", sa.Text(), nullable=False),
        sa.Column("valid_on", postgresql.DATERANGE(), nullable=False),
        sa.Column("facts", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(
            ["product_code"],
            ["products.code"],
            name=op.f("fk_product_access_product_code_products"),
        ),
    )
    op.execute(
        "ALTER TABLE product_access ADD CONSTRAINT pk_product_access"
        " PRIMARY KEY (product_code, market, valid_on WITHOUT OVERLAPS)"
    )
    op.create_table(
        "product_papers",
        sa.Column("product_code", sa.Text(), nullable=False),
        sa.Column("market", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("valid_on", postgresql.DATERANGE(), nullable=False),
        sa.Column("facts", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(
            ["product_code"],
            ["products.code"],
            name=op.f("fk_product_papers_product_code_products"),
        ),
    )
    op.execute(
        "ALTER TABLE product_papers ADD CONSTRAINT pk_product_papers"
        " PRIMARY KEY (product_code, market, document, valid_on WITHOUT OVERLAPS)"
    )
    op.create_table(
        "seasons",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("product_code", sa.Text(), nullable=False),
        sa.Column("gate_code", sa.Text(), nullable=False),
        sa.Column("valid_on", postgresql.DATERANGE(), nullable=False),
        sa.Column("facts", postgresql.JSONB(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("product_code"), "="),
            (sa.column("gate_code"), "="),
            (sa.literal_column("md5(facts::text)"), "="),
            (sa.column("valid_on"), "&&"),
            using="gist",
            name="ex_seasons_said_once",
        ),
        sa.CheckConstraint("NOT isempty(valid_on)", name=op.f("ck_seasons_valid_on_has_days")),
        sa.ForeignKeyConstraint(
            ["gate_code"], ["gates.code"], name=op.f("fk_seasons_gate_code_gates")
        ),
        sa.ForeignKeyConstraint(
            ["product_code"], ["products.code"], name=op.f("fk_seasons_product_code_products")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seasons")),
    )
    op.create_table(
        "required_checks",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("valid_on", postgresql.DATERANGE(), nullable=False),
        sa.Column("facts", postgresql.JSONB(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("kind"), "="),
            (sa.literal_column("md5(facts::text)"), "="),
            (sa.column("valid_on"), "&&"),
            using="gist",
            name="ex_required_checks_said_once",
        ),
        sa.CheckConstraint(
            "NOT isempty(valid_on)", name=op.f("ck_required_checks_valid_on_has_days")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_required_checks")),
    )
    op.create_table(
        "reference_documents",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("facts", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_reference_documents")),
    )
    op.create_table(
        "reference_revision",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_reference_revision_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reference_revision")),
    )
    op.create_table(
        "business_clock",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("machine_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("business_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("speed", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_business_clock_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_business_clock")),
    )


def create_editions() -> None:
    op.create_table(
        "tariff_editions",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("official", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("document", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_tariff_editions")),
    )
    op.create_table(
        "tariff_forces",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("valid_on", postgresql.DATERANGE(), nullable=False),
        sa.Column("known_on", postgresql.DATERANGE(), nullable=False),
        sa.Column("facts", postgresql.JSONB(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("valid_on"), "&&"),
            (sa.column("known_on"), "&&"),
            using="gist",
            name="ex_tariff_forces_one_rules",
        ),
        sa.CheckConstraint(
            "NOT isempty(known_on)", name=op.f("ck_tariff_forces_known_on_has_days")
        ),
        sa.CheckConstraint(
            "NOT isempty(valid_on)", name=op.f("ck_tariff_forces_valid_on_has_days")
        ),
        sa.ForeignKeyConstraint(
            ["code"], ["tariff_editions.code"], name=op.f("fk_tariff_forces_code_tariff_editions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tariff_forces")),
    )
    op.create_table(
        "policy_editions",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("official", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("valid_on", postgresql.DATERANGE(), nullable=False),
        sa.Column("document", postgresql.JSONB(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("valid_on"), "&&"), using="gist", name="ex_policy_editions_one_rules"
        ),
        sa.CheckConstraint(
            "NOT isempty(valid_on)", name=op.f("ck_policy_editions_valid_on_has_days")
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_policy_editions")),
    )


def create_access() -> None:
    op.create_table(
        "organisations",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("tax_code", sa.Text(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisations")),
        sa.UniqueConstraint("name", name=op.f("uq_organisations_name")),
    )
    op.create_table(
        "principals",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=True),
        sa.Column("key_prefix", sa.Text(), nullable=False),
        sa.Column("key_hash", sa.LargeBinary(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(role = 'agency') = (agency IS NOT NULL)",
            name=op.f("ck_principals_agency_of_agencies"),
        ),
        sa.CheckConstraint(
            "agency IN ('customs', 'border_guard', 'medical', 'plant_quarantine', 'animal_quarantine', 'transport')",
            name=op.f("ck_principals_agency"),
        ),
        sa.CheckConstraint(
            "role IN ('company', 'officer', 'agency', 'yard', 'bank', 'board', 'auditor', 'app', 'admin')",
            name=op.f("ck_principals_role"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_principals_organisation_id_organisations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_principals")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_principals_key_hash")),
        sa.UniqueConstraint("name", name=op.f("uq_principals_name")),
    )
    op.create_table(
        "stored_answers",
        sa.Column("principal_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("location", sa.Text(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column(
            "stored_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["principal_id"],
            ["principals.id"],
            name=op.f("fk_stored_answers_principal_id_principals"),
        ),
        sa.PrimaryKeyConstraint("principal_id", "key", name=op.f("pk_stored_answers")),
    )
    op.create_index(op.f("ix_stored_answers_stored_at"), "stored_answers", ["stored_at"])
    op.create_table(
        "edition_confirmations",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("edition_code", sa.Text(), nullable=False),
        sa.Column("principal_id", sa.Uuid(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('tariff', 'policy')", name=op.f("ck_edition_confirmations_kind")
        ),
        sa.ForeignKeyConstraint(
            ["principal_id"],
            ["principals.id"],
            name=op.f("fk_edition_confirmations_principal_id_principals"),
        ),
        sa.PrimaryKeyConstraint(
            "kind", "edition_code", "principal_id", name=op.f("pk_edition_confirmations")
        ),
    )


def create_entries() -> None:
    op.create_table(
        "entries",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("gate_code", sa.Text(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("journey", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("registered_by", sa.Uuid(), nullable=False),
        sa.Column("client_reference", sa.Text(), nullable=True),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("planned_arrival_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("declared", postgresql.JSONB(), nullable=False),
        sa.Column("tractor_plate", sa.Text(), nullable=True),
        sa.Column("payer_tax_code", sa.Text(), nullable=True),
        sa.Column("container_numbers", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("declaration_numbers", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("driver_name", sa.LargeBinary(), nullable=True),
        sa.Column("driver_document", sa.LargeBinary(), nullable=True),
        sa.Column("driver_document_hash", sa.LargeBinary(), nullable=True),
        sa.Column("driver_phone", sa.LargeBinary(), nullable=True),
        sa.Column("driver_phone_hash", sa.LargeBinary(), nullable=True),
        sa.Column("findings", postgresql.JSONB(), nullable=False),
        sa.Column("verdict", postgresql.JSONB(), nullable=False),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("contested", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("held", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("presence_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.Column("yard_code", sa.Text(), nullable=True),
        sa.Column("in_position", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("was_in_yard", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("waits_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("queue_key", sa.BigInteger(), nullable=True),
        sa.Column("points_carried", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("call_number", sa.Text(), nullable=True),
        sa.Column("season_asked_on", sa.Date(), nullable=True),
        sa.Column("season_on", sa.Date(), nullable=True),
        sa.Column("tracking_version", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("tracking_hash", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "(ended_at IS NOT NULL) = (state IN ('crossed', 'cancelled', 'revoked', 'no_show', 'expired', 'turned_back'))",
            name=op.f("ck_entries_endings_have_ended"),
        ),
        sa.CheckConstraint(
            "(state IN ('queued', 'called')) = (queue_key IS NOT NULL)",
            name=op.f("ck_entries_waiting_has_key"),
        ),
        sa.CheckConstraint("direction IN ('export', 'import')", name=op.f("ck_entries_direction")),
        sa.CheckConstraint(
            "journey IN ('own_vehicle', 'transshipment')", name=op.f("ck_entries_journey")
        ),
        sa.CheckConstraint(
            "lane IN ('green-season', 'green', 'ordinary')", name=op.f("ck_entries_lane")
        ),
        sa.CheckConstraint(
            "state IN ('registered', 'queued', 'called', 'arrived', 'in_gate', 'released', 'crossed', 'cancelled', 'revoked', 'no_show', 'expired', 'turned_back')",
            name=op.f("ck_entries_state"),
        ),
        sa.ForeignKeyConstraint(
            ["gate_code"], ["gates.code"], name=op.f("fk_entries_gate_code_gates")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_entries_organisation_id_organisations"),
        ),
        sa.ForeignKeyConstraint(
            ["registered_by"], ["principals.id"], name=op.f("fk_entries_registered_by_principals")
        ),
        sa.ForeignKeyConstraint(
            ["yard_code"], ["yards.code"], name=op.f("fk_entries_yard_code_yards")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entries")),
        sa.UniqueConstraint(
            "organisation_id",
            "client_reference",
            name=op.f("uq_entries_organisation_id_client_reference"),
        ),
        sa.UniqueConstraint("reference", name=op.f("uq_entries_reference")),
        sa.UniqueConstraint("tracking_hash", name=op.f("uq_entries_tracking_hash")),
    )
    op.create_index(
        "ix_entries_arrived",
        "entries",
        ["gate_code", "direction", "waits_from", "id"],
        postgresql_where=sa.text("state = 'arrived'"),
    )
    op.create_index(
        "ix_entries_callable",
        "entries",
        ["gate_code", "direction", "lane", "queue_key", "waits_from", "id"],
        postgresql_where=sa.text("state = 'queued' AND NOT held"),
    )
    op.create_index("ix_entries_changed", "entries", ["changed_at", "id"])
    op.create_index(
        "ix_entries_declarations", "entries", ["declaration_numbers"], postgresql_using="gin"
    )
    op.create_index("ix_entries_gate", "entries", ["gate_code", "direction", "registered_at", "id"])
    op.create_index(
        "ix_entries_held",
        "entries",
        ["gate_code", "direction", "lane", "queue_key", "waits_from", "id"],
        postgresql_where=sa.text("state = 'queued' AND held"),
    )
    op.create_index(
        "ix_entries_open",
        "entries",
        ["gate_code", "direction", "state", "lane", "in_position", "waits_from"],
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(
        "ix_entries_organisation", "entries", ["organisation_id", "registered_at", "id"]
    )
    op.create_index(
        "ix_entries_payer",
        "entries",
        ["payer_tax_code", "registered_at", "id"],
        postgresql_where=sa.text("payer_tax_code IS NOT NULL"),
    )
    op.create_index("ix_entries_registered", "entries", ["registered_at", "id"])
    op.create_index("ix_entries_tractor_plate", "entries", ["tractor_plate", "registered_at"])
    op.create_index(
        "uq_entries_open_plate",
        "entries",
        ["tractor_plate", "direction", "organisation_id"],
        unique=True,
        postgresql_nulls_not_distinct=True,
        postgresql_where=sa.text("ended_at IS NULL AND tractor_plate IS NOT NULL"),
    )
    op.create_table(
        "claims",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("kind IN ('plate', 'container')", name=op.f("ck_claims_kind")),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entries.id"], name=op.f("fk_claims_entry_id_entries")
        ),
        sa.PrimaryKeyConstraint("kind", "value", name=op.f("pk_claims")),
    )
    op.create_index(op.f("ix_claims_entry_id"), "claims", ["entry_id"])


def create_records() -> None:
    op.create_table(
        "observations",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=True),
        sa.Column("gate_code", sa.Text(), nullable=True),
        sa.Column("yard_code", sa.Text(), nullable=True),
        sa.Column("direction", sa.Text(), nullable=True),
        sa.Column("plate", sa.Text(), nullable=True),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("backfilled", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("principal_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("source_reference", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "direction IN ('export', 'import')", name=op.f("ck_observations_direction")
        ),
        sa.CheckConstraint(
            "kind IN ('arrival', 'yard-in', 'yard-out', 'admission', 'exit', 'refusal')",
            name=op.f("ck_observations_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entries.id"], name=op.f("fk_observations_entry_id_entries")
        ),
        sa.ForeignKeyConstraint(
            ["gate_code"], ["gates.code"], name=op.f("fk_observations_gate_code_gates")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_observations_organisation_id_organisations"),
        ),
        sa.ForeignKeyConstraint(
            ["principal_id"],
            ["principals.id"],
            name=op.f("fk_observations_principal_id_principals"),
        ),
        sa.ForeignKeyConstraint(
            ["yard_code"], ["yards.code"], name=op.f("fk_observations_yard_code_yards")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_observations")),
        sa.UniqueConstraint(
            "organisation_id",
            "source_reference",
            name=op.f("uq_observations_organisation_id_source_reference"),
        ),
    )
    op.create_index(op.f("ix_observations_entry_id"), "observations", ["entry_id"])
    op.create_table(
        "checks",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("backfilled", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("principal_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("source_reference", sa.Text(), nullable=True),
        sa.CheckConstraint("result IN ('passed', 'failed')", name=op.f("ck_checks_result")),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entries.id"], name=op.f("fk_checks_entry_id_entries")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_checks_organisation_id_organisations"),
        ),
        sa.ForeignKeyConstraint(
            ["principal_id"], ["principals.id"], name=op.f("fk_checks_principal_id_principals")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checks")),
        sa.UniqueConstraint(
            "organisation_id",
            "source_reference",
            name=op.f("uq_checks_organisation_id_source_reference"),
        ),
    )
    op.create_index(op.f("ix_checks_entry_id"), "checks", ["entry_id"])
    op.create_table(
        "holds",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("authority", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("placed_by", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("source_reference", sa.Text(), nullable=True),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by", sa.Uuid(), nullable=True),
        sa.Column("lift_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(lifted_at IS NULL) = (lifted_by IS NULL)", name=op.f("ck_holds_lifted_by_somebody")
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entries.id"], name=op.f("fk_holds_entry_id_entries")
        ),
        sa.ForeignKeyConstraint(
            ["lifted_by"], ["principals.id"], name=op.f("fk_holds_lifted_by_principals")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_holds_organisation_id_organisations"),
        ),
        sa.ForeignKeyConstraint(
            ["placed_by"], ["principals.id"], name=op.f("fk_holds_placed_by_principals")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holds")),
        sa.UniqueConstraint(
            "organisation_id",
            "source_reference",
            name=op.f("uq_holds_organisation_id_source_reference"),
        ),
    )
    op.create_index(
        "ix_holds_open", "holds", ["entry_id"], postgresql_where=sa.text("lifted_at IS NULL")
    )
    op.create_table(
        "exceptions",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=True),
        sa.Column("observation_id", sa.Uuid(), nullable=True),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("facts", postgresql.JSONB(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by", sa.Uuid(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entries.id"], name=op.f("fk_exceptions_entry_id_entries")
        ),
        sa.ForeignKeyConstraint(
            ["observation_id"],
            ["observations.id"],
            name=op.f("fk_exceptions_observation_id_observations"),
        ),
        sa.ForeignKeyConstraint(
            ["opened_by"], ["principals.id"], name=op.f("fk_exceptions_opened_by_principals")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exceptions")),
    )
    op.create_index(op.f("ix_exceptions_entry_id"), "exceptions", ["entry_id"])
    op.create_index(
        "ix_exceptions_open",
        "exceptions",
        ["opened_at", "id"],
        postgresql_where=sa.text("settled_at IS NULL"),
    )


def create_queues() -> None:
    op.create_table(
        "queue_editions",
        sa.Column("gate_code", sa.Text(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("policy_code", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "direction IN ('export', 'import')", name=op.f("ck_queue_editions_direction")
        ),
        sa.ForeignKeyConstraint(
            ["gate_code"], ["gates.code"], name=op.f("fk_queue_editions_gate_code_gates")
        ),
        sa.ForeignKeyConstraint(
            ["policy_code"],
            ["policy_editions.code"],
            name=op.f("fk_queue_editions_policy_code_policy_editions"),
        ),
        sa.PrimaryKeyConstraint("gate_code", "direction", name=op.f("pk_queue_editions")),
    )
    op.create_table(
        "call_counters",
        sa.Column("gate_code", sa.Text(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "direction IN ('export', 'import')", name=op.f("ck_call_counters_direction")
        ),
        sa.ForeignKeyConstraint(
            ["gate_code"], ["gates.code"], name=op.f("fk_call_counters_gate_code_gates")
        ),
        sa.PrimaryKeyConstraint("gate_code", "direction", "on_day", name=op.f("pk_call_counters")),
    )
    op.create_table(
        "season_days",
        sa.Column("product_code", sa.Text(), nullable=False),
        sa.Column("gate_code", sa.Text(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("taken", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("taken >= 0", name=op.f("ck_season_days_taken_not_negative")),
        sa.ForeignKeyConstraint(
            ["gate_code"], ["gates.code"], name=op.f("fk_season_days_gate_code_gates")
        ),
        sa.ForeignKeyConstraint(
            ["product_code"], ["products.code"], name=op.f("fk_season_days_product_code_products")
        ),
        sa.PrimaryKeyConstraint("product_code", "gate_code", "on_day", name=op.f("pk_season_days")),
    )
    op.create_table(
        "calls",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("gate_code", sa.Text(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("called_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("window_ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("call_number", sa.Text(), nullable=False),
        sa.Column("clock", sa.BigInteger(), nullable=False),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("open_wait", sa.BigInteger(), nullable=False),
        sa.Column("policy_code", sa.Text(), nullable=False),
        sa.Column("heads", postgresql.JSONB(), nullable=False),
        sa.Column("skips", postgresql.JSONB(), nullable=False),
        sa.Column("called_by", sa.Uuid(), nullable=False),
        sa.CheckConstraint("direction IN ('export', 'import')", name=op.f("ck_calls_direction")),
        sa.CheckConstraint(
            "lane IN ('green-season', 'green', 'ordinary')", name=op.f("ck_calls_lane")
        ),
        sa.ForeignKeyConstraint(
            ["called_by"], ["principals.id"], name=op.f("fk_calls_called_by_principals")
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entries.id"], name=op.f("fk_calls_entry_id_entries")
        ),
        sa.ForeignKeyConstraint(
            ["gate_code"], ["gates.code"], name=op.f("fk_calls_gate_code_gates")
        ),
        sa.ForeignKeyConstraint(
            ["policy_code"],
            ["policy_editions.code"],
            name=op.f("fk_calls_policy_code_policy_editions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calls")),
    )
    op.create_index(op.f("ix_calls_entry_id"), "calls", ["entry_id"])
    op.create_index(
        op.f("ix_calls_gate_code_direction_called_at"),
        "calls",
        ["gate_code", "direction", "called_at"],
    )
    op.create_table(
        "events",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=True),
        sa.Column("gate_code", sa.Text(), nullable=True),
        sa.Column("direction", sa.Text(), nullable=True),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("principal_id", sa.Uuid(), nullable=False),
        sa.Column("data", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entries.id"], name=op.f("fk_events_entry_id_entries")
        ),
        sa.ForeignKeyConstraint(
            ["principal_id"], ["principals.id"], name=op.f("fk_events_principal_id_principals")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_events")),
        sa.UniqueConstraint("id", name=op.f("uq_events_id")),
    )
    op.create_index(op.f("ix_events_entry_id_number"), "events", ["entry_id", "number"])
    op.create_index(
        op.f("ix_events_gate_code_direction_number"), "events", ["gate_code", "direction", "number"]
    )


def create_money() -> None:
    op.create_table(
        "charges",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("tariff_code", sa.Text(), nullable=False),
        sa.Column("priced_on", sa.Date(), nullable=False),
        sa.Column("total_vnd", sa.BigInteger(), nullable=False),
        sa.Column("quote", postgresql.JSONB(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("total_vnd >= 0", name=op.f("ck_charges_total_not_negative")),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entries.id"], name=op.f("fk_charges_entry_id_entries")
        ),
        sa.ForeignKeyConstraint(
            ["tariff_code"],
            ["tariff_editions.code"],
            name=op.f("fk_charges_tariff_code_tariff_editions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_charges")),
    )
    op.create_index(op.f("ix_charges_entry_id"), "charges", ["entry_id"])
    op.create_index(
        "uq_charges_current",
        "charges",
        ["entry_id"],
        unique=True,
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_table(
        "orders",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("charge_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("amount_vnd", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('infrastructure', 'transfer')", name=op.f("ck_orders_kind")),
        sa.CheckConstraint(
            "state IN ('due', 'paid', 'superseded', 'cancelled')", name=op.f("ck_orders_state")
        ),
        sa.CheckConstraint("amount_vnd >= 0", name=op.f("ck_orders_amount_not_negative")),
        sa.ForeignKeyConstraint(
            ["charge_id"], ["charges.id"], name=op.f("fk_orders_charge_id_charges")
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entries.id"], name=op.f("fk_orders_entry_id_entries")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders")),
        sa.UniqueConstraint("code", name=op.f("uq_orders_code")),
    )
    op.create_index(op.f("ix_orders_entry_id"), "orders", ["entry_id"])
    op.create_table(
        "payments",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("amount_vnd", sa.BigInteger(), nullable=False),
        sa.Column("source_reference", sa.Text(), nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("principal_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("amount_vnd > 0", name=op.f("ck_payments_amount_positive")),
        sa.ForeignKeyConstraint(
            ["order_id"], ["orders.id"], name=op.f("fk_payments_order_id_orders")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_payments_organisation_id_organisations"),
        ),
        sa.ForeignKeyConstraint(
            ["principal_id"], ["principals.id"], name=op.f("fk_payments_principal_id_principals")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments")),
        sa.UniqueConstraint(
            "organisation_id",
            "source_reference",
            name=op.f("uq_payments_organisation_id_source_reference"),
        ),
    )
    op.create_index(op.f("ix_payments_order_id"), "payments", ["order_id"])


def create_triggers() -> None:
    """Let the database itself refuse to edit what was announced, seen, sealed or paid."""
    for function in (REFUSE_CHANGE, ONLY_CLOSE, ONLY_FILL):
        op.execute(function)
    for table, columns in KEPT.items():
        refuse(table, f"UPDATE{columns} OR DELETE OR TRUNCATE")
    for table, column in CLOSED.items():
        refuse(table, "DELETE OR TRUNCATE")
        guard(table, f"only_close('{column}')")
    for table, column in FILLED.items():
        refuse(table, "DELETE OR TRUNCATE")
        guard(table, f"only_fill('{column}')")


def refuse(table: str, changes: str) -> None:
    """Refuse every statement that tries one of these changes, even one that finds no row."""
    op.execute(
        f"CREATE TRIGGER tr_{table}_kept BEFORE {changes} ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def guard(table: str, function: str) -> None:
    op.execute(
        f"CREATE TRIGGER tr_{table}_guarded BEFORE UPDATE ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION {function}"
    )


def downgrade() -> None:
    for table in reversed(
        (
            "gates",
            "routes",
            "gate_hours",
            "gate_closures",
            "green_lane_days",
            "yards",
            "products",
            "product_access",
            "product_papers",
            "seasons",
            "required_checks",
            "reference_documents",
            "reference_revision",
            "business_clock",
            "tariff_editions",
            "tariff_forces",
            "policy_editions",
            "organisations",
            "principals",
            "stored_answers",
            "edition_confirmations",
            "entries",
            "claims",
            "observations",
            "checks",
            "holds",
            "exceptions",
            "queue_editions",
            "call_counters",
            "season_days",
            "calls",
            "events",
            "charges",
            "orders",
            "payments",
        )
    ):
        op.drop_table(table)
    for function in ("only_fill", "only_close", "refuse_change"):
        op.execute(f"DROP FUNCTION {function}()")
