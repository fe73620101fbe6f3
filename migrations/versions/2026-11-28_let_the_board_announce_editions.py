"""Keep the policy editions that the board proposes, announces and withdraws.

An announced edition has no days of its own in `policy_editions`; the release before cannot read
that, so nothing is to be announced before every process runs this one. The downgrade fails while an
announced edition is there: what ruled is never forgotten.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "4f8c21d7a60b"
down_revision: str | None = "e07b3d91c5a4"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

INSTANTS = ("proposed_at", "approved_at", "starts_at", "ends_at", "withdrawn_at")
WORDS = ("proposed", "approved", "withdrawn")
CHECKS = {
    "four_eyes": "approved_by <> proposed_by",
    "approved_by_somebody": "(approved_at IS NULL) = (approved_by IS NULL)",
    "withdrawn_by_somebody": "(withdrawn_at IS NULL) = (withdrawn_by IS NULL)",
    "day_or_hours": "(starts_on IS NULL) = (hours IS NOT NULL)",
    "emergency_has_times": (
        "(starts_at IS NULL) = (hours IS NULL OR approved_at IS NULL)"
        " AND (starts_at IS NULL) = (ends_at IS NULL)"
    ),
    "emergency_is_short": "ends_at > starts_at AND ends_at <= starts_at + interval '72 hours'",
    "emergency_has_reason": "hours IS NULL OR reason IS NOT NULL",
}

# What was announced stays; only its withdrawal may be filled in, once.
KEEP_ANNOUNCED = """
CREATE FUNCTION keep_announced() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    withdrawal text[] := '{withdrawn_at,withdrawn_by,withdrawal_reason}';
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
    op.execute(
        "-- squawk-ignore ban-drop-not-null\n"
        "ALTER TABLE policy_editions ALTER COLUMN valid_on DROP NOT NULL"
    )
    op.create_table(
        "policy_proposals",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("document", postgresql.JSONB(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("hours", sa.BigInteger(), nullable=True),
        *(
            sa.Column(name, sa.Text(), nullable=True)
            for name in ("reason", "notice_vi", "notice_en", "notice_zh", "withdrawal_reason")
        ),
        *(
            sa.Column(name, sa.DateTime(timezone=True), nullable=name != "proposed_at")
            for name in INSTANTS
        ),
        *(sa.Column(f"{word}_by", sa.Uuid(), nullable=word != "proposed") for word in WORDS),
        *(
            sa.CheckConstraint(rule, name=op.f(f"ck_policy_proposals_{name}"))
            for name, rule in CHECKS.items()
        ),
        *(
            sa.ForeignKeyConstraint(
                [f"{word}_by"],
                ["principals.id"],
                name=op.f(f"fk_policy_proposals_{word}_by_principals"),
            )
            for word in WORDS
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_proposals")),
    )
    for column, where in {
        "starts_on": "approved_at IS NOT NULL AND withdrawn_at IS NULL",
        "code": "approved_at IS NOT NULL OR withdrawn_at IS NULL",
    }.items():
        op.create_index(
            f"uq_policy_proposals_{column}",
            "policy_proposals",
            [column],
            unique=True,
            postgresql_where=sa.text(where),
        )
    op.create_index(
        op.f("ix_policy_proposals_proposed_at_id"), "policy_proposals", ["proposed_at", "id"]
    )
    op.execute(KEEP_ANNOUNCED)
    op.execute(
        "CREATE TRIGGER tr_policy_proposals_guarded BEFORE UPDATE ON policy_proposals"
        " FOR EACH ROW EXECUTE FUNCTION keep_announced()"
    )
    op.execute(
        "CREATE TRIGGER tr_policy_proposals_kept BEFORE DELETE OR TRUNCATE ON policy_proposals"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def downgrade() -> None:
    op.drop_table("policy_proposals")
    op.execute("DROP FUNCTION keep_announced")
    op.execute(
        "-- squawk-ignore adding-not-nullable-field\n"
        "ALTER TABLE policy_editions ALTER COLUMN valid_on SET NOT NULL"
    )
