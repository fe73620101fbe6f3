"""Keep what officers find of vehicles in the place of what is declared, which the fee follows.

The release before prices what is declared, whatever was found. The downgrade forgets what was found;
prices that were charged stay.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "e60b2d94f7c1"
down_revision: str | None = "2d85f0b9c3e6"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

TABLE = "inspections"
REFERRED = {
    "entry_id": "entries.id",
    "principal_id": "principals.id",
    "organisation_id": "organisations.id",
}


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        *(sa.Column(name, sa.Uuid(), nullable=False) for name in REFERRED),
        sa.Column("authority", sa.Text(), nullable=False),
        sa.Column("document_reference", sa.Text(), nullable=True),
        sa.Column("words", JSONB(none_as_null=True), nullable=False),
        sa.Column("found", JSONB(none_as_null=True), nullable=False),
        sa.Column("outcome", JSONB(none_as_null=True), nullable=True),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("backfilled", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("source_reference", sa.Text(), nullable=True),
        *(
            sa.ForeignKeyConstraint(
                [column], [there], name=op.f(f"fk_{TABLE}_{column}_{there.split('.')[0]}")
            )
            for column, there in REFERRED.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
        sa.UniqueConstraint(
            "organisation_id",
            "source_reference",
            name=op.f(f"uq_{TABLE}_organisation_id_source_reference"),
        ),
    )
    op.create_index(
        op.f(f"ix_{TABLE}_entry_id_recorded_at_id"), TABLE, ["entry_id", "recorded_at", "id"]
    )
    op.execute(
        f"CREATE TRIGGER tr_{TABLE}_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON {TABLE}"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.add_column("entries", sa.Column("inspected", JSONB(none_as_null=True), nullable=True))


def downgrade() -> None:
    op.drop_column("entries", "inspected")
    op.drop_table(TABLE)
