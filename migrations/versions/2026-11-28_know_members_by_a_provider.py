"""Know members by how a provider names them, and let its answers open one session each.

The release before asks for none of it. The downgrade forgets who was known; an invitation to the
same address lets them in again.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "c9e13a5d7f40"
down_revision: str | None = "b2d7f40c8e59"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("members", sa.Column("identity", sa.LargeBinary(), nullable=True))
    op.add_column("members", sa.Column("identity_hash", sa.LargeBinary(), nullable=True))
    op.add_column("sessions", sa.Column("state_hash", sa.LargeBinary(), nullable=True))
    with op.get_context().autocommit_block():
        op.create_index(
            op.f("ix_members_identity_hash"),
            "members",
            ["identity_hash"],
            postgresql_concurrently=True,
            if_not_exists=True,
        )
        op.create_index(
            "uq_sessions_state_hash",
            "sessions",
            ["state_hash"],
            unique=True,
            postgresql_concurrently=True,
            if_not_exists=True,
        )


def downgrade() -> None:
    op.drop_column("sessions", "state_hash")
    op.drop_column("members", "identity_hash")
    op.drop_column("members", "identity")
