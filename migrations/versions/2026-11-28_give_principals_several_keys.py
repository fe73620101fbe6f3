"""Give principals several keys, each with scopes and an end of its own.

The release before goes on finding principals by the one key they have, the hash of which is copied:
what this release revokes or gives, the one before does not see. Keys that are there may read and
act, as they may now. The downgrade forgets keys that were given since.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "4b8e61f0d27c"
down_revision: str | None = "d90f3b6ae517"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "api_keys",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("principal_id", sa.Uuid(), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("key_hash", sa.LargeBinary(), nullable=False),
        sa.Column("scopes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "scopes <@ ARRAY['read', 'act', 'manage', 'personal']",
            name=op.f("ck_api_keys_scopes"),
        ),
        sa.ForeignKeyConstraint(
            ["principal_id"], ["principals.id"], name=op.f("fk_api_keys_principal_id_principals")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_api_keys_key_hash")),
    )
    op.create_index(op.f("ix_api_keys_principal_id"), "api_keys", ["principal_id"])
    # The service itself, `gate-work`, has no key.
    op.execute(
        "INSERT INTO api_keys (principal_id, prefix, key_hash, scopes, created_at, revoked_at)"
        " SELECT id, key_prefix, key_hash, ARRAY['act', 'read'], created_at, revoked_at"
        " FROM principals WHERE name <> 'gate-work'"
    )
    for column in ("key_prefix", "key_hash"):
        op.execute(
            "-- squawk-ignore ban-drop-not-null\n"
            f"ALTER TABLE principals ALTER COLUMN {column} DROP NOT NULL"
        )


def downgrade() -> None:
    # Who had no key before gets one that nobody knows.
    op.execute(
        "UPDATE principals SET key_prefix = coalesce(key_prefix, ''),"
        " key_hash = coalesce(key_hash, uuid_send(id))"
        " WHERE key_hash IS NULL OR key_prefix IS NULL"
    )
    op.alter_column("principals", "key_hash", nullable=False)
    op.alter_column("principals", "key_prefix", nullable=False)
    op.drop_table("api_keys")
