"""Freeze with each charge the facts that it was priced from, and by which knowledge.

Charges of the release before have neither, nor have those that it goes on making.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "c41e7ab52d09"
down_revision: str | None = "3b61e0c8d2f4"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("charges", sa.Column("known_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("charges", sa.Column("facts", postgresql.JSONB(), nullable=True))


def downgrade() -> None:
    op.drop_column("charges", "facts")
    op.drop_column("charges", "known_at")
