"""Keep the reductions that the board proposes, announces and withdraws.

The release before knows none and would price without them, so nothing is to be announced before
every process runs this one. What was proposed, of any kind, is from now on kept as it was proposed:
only the two decisions about it are filled in, each once. The downgrade forgets reductions; prices
that were charged stay as they are.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "b7d15e92ac04"
down_revision: str | None = "9c41e7d2a05b"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

TABLE = "reduction_proposals"
DAYS = ("starts_on", "ends_on", "withdrawn_from")
INSTANTS = ("proposed_at", "approved_at", "withdrawn_at", "known_from", "known_to")
WORDS = ("proposed", "approved", "withdrawn")
CHECKS = {
    "four_eyes": "approved_by <> proposed_by",
    "approved_by_somebody": "(approved_at IS NULL) = (approved_by IS NULL)",
    "withdrawn_by_somebody": "(withdrawn_at IS NULL) = (withdrawn_by IS NULL)",
    "has_day": "starts_on IS NOT NULL",
    "known_if_announced": "(known_from IS NULL) = (approved_at IS NULL)",
    "known_until_withdrawn": "(known_to IS NULL) = (withdrawn_at IS NULL OR known_from IS NULL)",
    "known_for_some_time": "known_to > known_from",
    "rules_some_day": "ends_on > starts_on",
    "share_of_price": "(document ->> 'basis_points')::integer BETWEEN 1 AND 10000",
    "withdrawn_from_a_day": "(withdrawn_from IS NULL) = (known_to IS NULL)",
    "withdrawn_within": (
        "withdrawn_from >= starts_on AND (ends_on IS NULL OR withdrawn_from < ends_on)"
    ),
}

KEEP_ANNOUNCED = """
CREATE OR REPLACE FUNCTION keep_announced() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    withdrawal text[] := '{withdrawn_at,withdrawn_by,withdrawal_reason,known_to,withdrawn_from}';
    decided text[] := withdrawal;
BEGIN
    IF OLD.approved_at IS NULL THEN
        decided := decided || '{approved_at,approved_by,known_from,starts_at,ends_at}'::text[];
    END IF;
    IF OLD.withdrawn_at IS NULL AND to_jsonb(NEW) - decided = to_jsonb(OLD) - decided THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION USING
        ERRCODE = 'restrict_violation',
        MESSAGE = 'what was proposed and announced stays as it is',
        TABLE = TG_TABLE_NAME,
        CONSTRAINT = TG_NAME;
END
$$
"""
# As it was before.
KEEP_WHAT_WAS_ANNOUNCED = """
CREATE OR REPLACE FUNCTION keep_announced() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    withdrawal text[] := '{withdrawn_at,withdrawn_by,withdrawal_reason,known_to}';
BEGIN
    IF OLD.withdrawn_at IS NULL
        AND (OLD.approved_at IS NULL OR to_jsonb(NEW) - withdrawal = to_jsonb(OLD) - withdrawal)
        AND (NEW.code, NEW.document, NEW.proposed_by) = (OLD.code, OLD.document, OLD.proposed_by)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION USING
        ERRCODE = 'restrict_violation',
        MESSAGE = 'what was proposed and announced stays as it is',
        TABLE = TG_TABLE_NAME,
        CONSTRAINT = TG_NAME;
END
$$
"""


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("document", postgresql.JSONB(), nullable=False),
        sa.Column("withdrawal_reason", sa.Text(), nullable=True),
        *(sa.Column(name, sa.Date(), nullable=True) for name in DAYS),
        *(
            sa.Column(name, sa.DateTime(timezone=True), nullable=name != "proposed_at")
            for name in INSTANTS
        ),
        *(sa.Column(f"{word}_by", sa.Uuid(), nullable=word != "proposed") for word in WORDS),
        *(
            sa.CheckConstraint(rule, name=op.f(f"ck_{TABLE}_{name}"))
            for name, rule in CHECKS.items()
        ),
        *(
            sa.ForeignKeyConstraint(
                [f"{word}_by"], ["principals.id"], name=op.f(f"fk_{TABLE}_{word}_by_principals")
            )
            for word in WORDS
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
    )
    op.create_index(
        f"uq_{TABLE}_code", TABLE, ["code"], unique=True,
        postgresql_where=sa.text("approved_at IS NOT NULL OR withdrawn_at IS NULL"),
    )  # fmt: skip
    op.create_index(op.f(f"ix_{TABLE}_proposed_at_id"), TABLE, ["proposed_at", "id"])
    op.execute(KEEP_ANNOUNCED)
    op.execute(
        f"CREATE TRIGGER tr_{TABLE}_guarded BEFORE UPDATE ON {TABLE}"
        " FOR EACH ROW EXECUTE FUNCTION keep_announced()"
    )
    op.execute(
        f"CREATE TRIGGER tr_{TABLE}_kept BEFORE DELETE OR TRUNCATE ON {TABLE}"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def downgrade() -> None:
    op.drop_table(TABLE)
    op.execute(KEEP_WHAT_WAS_ANNOUNCED)
