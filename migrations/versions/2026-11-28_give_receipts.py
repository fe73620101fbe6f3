"""Give receipts: a series a gate and year, numbers without gaps, nothing on one ever edited.

The release before gives none for what is paid while both run. The downgrade forgets them all.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "a41c7e9d0b36"
down_revision: str | None = "c41f7a9e5d20"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

VOIDED = ("voided_at", "void_cause", "void_reason", "voided_by", "void_approved_by")
NUMBERED = ("provider_series", "provider_number", "authority_code", "numbered_at")
LINKS = {
    "entry_id": "entries",
    "declarant_id": "organisations",
    "order_id": "orders",
    "payment_id": "payments",
    "charge_id": "charges",
    "issued_by": "principals",
    "replaces_id": "receipts",
    "voided_by": "principals",
    "void_approved_by": "principals",
}
OPTIONAL = {"declarant_id", "replaces_id", "voided_by", "void_approved_by"}

# The arguments name columns that are empty at first; each may be filled once, and nothing else.
ONLY_FILL_THESE = """
CREATE FUNCTION only_fill_these() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    filled text[];
BEGIN
    SELECT array_agg(name) INTO filled
        FROM unnest(TG_ARGV) AS name
        WHERE to_jsonb(OLD) -> name = 'null';
    IF to_jsonb(NEW) - coalesce(filled, '{}') = to_jsonb(OLD) - coalesce(filled, '{}') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION USING
        ERRCODE = 'restrict_violation',
        MESSAGE = format('%I only lets some columns be filled, once', TG_TABLE_NAME),
        TABLE = TG_TABLE_NAME,
        CONSTRAINT = TG_NAME;
END
$$
"""

# The numbers of a series only go up; its gate, year and name stay.
ONLY_COUNT_UP = """
CREATE FUNCTION only_count_up() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_jsonb(NEW) - TG_ARGV[0] = to_jsonb(OLD) - TG_ARGV[0]
        AND (to_jsonb(NEW) ->> TG_ARGV[0])::bigint > (to_jsonb(OLD) ->> TG_ARGV[0])::bigint
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION USING
        ERRCODE = 'restrict_violation',
        MESSAGE = format('%I only lets %I go up', TG_TABLE_NAME, TG_ARGV[0]),
        TABLE = TG_TABLE_NAME,
        CONSTRAINT = TG_NAME;
END
$$
"""


def upgrade() -> None:
    create_series()
    create_receipts()
    op.execute(ONLY_FILL_THESE)
    op.execute(ONLY_COUNT_UP)
    fillable = "', '".join((*VOIDED, *NUMBERED))
    guards = {
        "receipt_series": "only_count_up('last_number')",
        "receipts": f"only_fill_these('{fillable}')",
    }
    for table, guard in guards.items():
        op.execute(
            f"CREATE TRIGGER tr_{table}_kept BEFORE DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        op.execute(
            f"CREATE TRIGGER tr_{table}_guarded BEFORE UPDATE ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION {guard}"
        )


def create_series() -> None:
    op.create_table(
        "receipt_series",
        sa.Column("gate_code", sa.Text(), nullable=False),
        sa.Column("year", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("last_number", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("last_number >= 0", name=op.f("ck_receipt_series_numbers_count_up")),
        sa.ForeignKeyConstraint(
            ["gate_code"], ["gates.code"], name=op.f("fk_receipt_series_gate_code_gates")
        ),
        sa.PrimaryKeyConstraint("gate_code", "year", name=op.f("pk_receipt_series")),
        sa.UniqueConstraint("code", name=op.f("uq_receipt_series_code")),
    )


def create_receipts() -> None:
    op.create_table(
        "receipts",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        *(sa.Column(name, sa.Uuid(), nullable=name in OPTIONAL) for name in LINKS),
        *(
            sa.Column(name, sa.Text(), nullable=name not in {"series", "gate_code", "lookup"})
            for name in (
                "series", "gate_code", "lookup", "payer_name", "payer_tax_code",
                "collector_tax_code", "void_cause", "void_reason", "provider_series",
                "provider_number", "authority_code",
            )
        ),
        *(
            sa.Column(name, sa.BigInteger(), nullable=False)
            for name in ("number", "amount_vnd", "elsewhere_vnd")
        ),
        sa.Column("lines", postgresql.JSONB(), nullable=False),
        *(
            sa.Column(name, sa.DateTime(timezone=True), nullable=name != "issued_at")
            for name in ("issued_at", "voided_at", "numbered_at")
        ),
        sa.CheckConstraint(
            "void_cause IN ('corrected', 'refunded')", name=op.f("ck_receipts_void_cause")
        ),
        sa.CheckConstraint("number > 0", name=op.f("ck_receipts_number_positive")),
        sa.CheckConstraint("amount_vnd > 0", name=op.f("ck_receipts_amount_positive")),
        sa.CheckConstraint(
            f"num_nulls({', '.join(VOIDED)}) IN (0, 5)", name=op.f("ck_receipts_voided_whole")
        ),
        sa.CheckConstraint(
            "void_approved_by <> voided_by", name=op.f("ck_receipts_voided_by_two")
        ),
        sa.CheckConstraint(
            f"num_nulls({', '.join(NUMBERED)}) IN (0, 4)", name=op.f("ck_receipts_numbered_whole")
        ),
        sa.ForeignKeyConstraint(
            ["series"], ["receipt_series.code"], name=op.f("fk_receipts_series_receipt_series")
        ),
        sa.ForeignKeyConstraint(
            ["gate_code"], ["gates.code"], name=op.f("fk_receipts_gate_code_gates")
        ),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{table}.id"], name=op.f(f"fk_receipts_{column}_{table}")
            )
            for column, table in LINKS.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipts")),
        sa.UniqueConstraint("lookup", name=op.f("uq_receipts_lookup")),
        sa.UniqueConstraint("series", "number", name=op.f("uq_receipts_series_number")),
        sa.UniqueConstraint("replaces_id", name=op.f("uq_receipts_replaces_id")),
    )  # fmt: skip
    for columns in (
        ["order_id"],
        ["entry_id"],
        ["issued_at", "id"],
        ["declarant_id", "issued_at", "id"],
        ["payer_tax_code", "issued_at", "id"],
    ):
        op.create_index(op.f(f"ix_receipts_{'_'.join(columns)}"), "receipts", columns)
    op.create_index(
        "uq_receipts_standing",
        "receipts",
        ["order_id"],
        unique=True,
        postgresql_where=sa.text("voided_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("receipts")
    op.drop_table("receipt_series")
    op.execute("DROP FUNCTION only_fill_these")
    op.execute("DROP FUNCTION only_count_up")
