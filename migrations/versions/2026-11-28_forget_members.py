"""Forget names and addresses of members who were disabled long ago.

The release before erases none, and shows an erased one as empty. The downgrade leaves them so.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "f3b7c90d5e18"
down_revision: str | None = "e81f6b20c94d"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("members", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    # The release before only looks for hashes, and finds none of nobody.
    op.execute(
        "-- squawk-ignore ban-drop-not-null\n"
        "ALTER TABLE members ALTER COLUMN email_hash DROP NOT NULL"
    )


def downgrade() -> None:
    op.execute("UPDATE members SET email_hash = '' WHERE email_hash IS NULL")
    op.alter_column("members", "email_hash", existing_type=sa.LargeBinary(), nullable=False)
    op.drop_column("members", "erased_at")
