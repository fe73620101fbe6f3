"""Forget who was paid a refund, and into which account, once its time is over.

The release before erases nothing of it, and shows what was erased as empty.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "b6f3d19a7c52"
down_revision: str | None = "a3d86f1c7b42"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

# What is due stays what it is; once it is promised its dossier does, and the end is the end. Who is
# paid may be sealed anew at any time, and erased.
KEEP_PROMISED = """
CREATE OR REPLACE FUNCTION keep_promised() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    dossier text[] := '{{reason,documents,payee_bank,asked_at,asked_by}}';
    refusal text[] := '{{refused_at,refused_by,refusal}}';
    approval text[] := '{{approved_at,approved_by}}';
    payment text[] := '{{paid_at,paid_by,paid_reference}}';
    may text[] := '{{payee_name,payee_account{erased}}}';
BEGIN
    IF OLD.state IN ('due', 'refused', 'asked') THEN
        may := may || dossier || refusal || approval || '{{state,cancelled_at}}';
    ELSIF OLD.state = 'approved' THEN
        may := may || payment || '{{state}}';
    END IF;
    IF to_jsonb(NEW) - may = to_jsonb(OLD) - may
        AND (OLD.state <> 'approved' OR NEW.state IN ('approved', 'paid'))
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION USING
        ERRCODE = 'restrict_violation',
        MESSAGE = 'what is due, promised or paid back stays as it is',
        TABLE = TG_TABLE_NAME,
        CONSTRAINT = TG_NAME;
END
$$
"""


def upgrade() -> None:
    op.add_column("refunds", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(KEEP_PROMISED.format(erased=",erased_at"))


def downgrade() -> None:
    op.execute(KEEP_PROMISED.format(erased=""))
    op.drop_column("refunds", "erased_at")
