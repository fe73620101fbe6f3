"""Let holds be on a vehicle or a consignment, and be lifted by two who agree.

The old release runs on: it reads and writes none of the new columns. The downgrade forgets what was
held beside single entries; the holds of the entries stay.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "9a4d27f1b368"
down_revision: str | None = "b3f2d8470c15"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    create_scoped_holds()
    op.add_column("holds", sa.Column("scoped_hold_id", sa.Uuid(), nullable=True))
    op.add_column("holds", sa.Column("lift_agreed_by", sa.Uuid(), nullable=True))
    op.add_column("holds", sa.Column("lift_agreed_at", sa.DateTime(timezone=True), nullable=True))
    refer("scoped_hold_id", "scoped_holds")
    refer("lift_agreed_by", "principals")
    with op.get_context().autocommit_block():
        op.create_index(
            "ix_holds_scoped",
            "holds",
            ["scoped_hold_id"],
            postgresql_where=sa.text("scoped_hold_id IS NOT NULL AND lifted_at IS NULL"),
            postgresql_concurrently=True,
            if_not_exists=True,
        )
        op.create_index(
            "ix_entries_open_containers",
            "entries",
            ["container_numbers"],
            postgresql_using="gin",
            postgresql_where=sa.text("ended_at IS NULL AND container_numbers <> '{}'"),
            postgresql_concurrently=True,
            if_not_exists=True,
        )


def create_scoped_holds() -> None:
    people = {"placed_by": "principals", "lift_agreed_by": "principals", "lifted_by": "principals"}
    op.create_table(
        "scoped_holds",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("authority", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("placed_by", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("source_reference", sa.Text(), nullable=True),
        sa.Column("lift_agreed_by", sa.Uuid(), nullable=True),
        sa.Column("lift_agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by", sa.Uuid(), nullable=True),
        sa.Column("lift_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(lifted_at IS NULL) = (lifted_by IS NULL)",
            name=op.f("ck_scoped_holds_lifted_by_somebody"),
        ),
        sa.CheckConstraint(
            "scope IN ('plate', 'container_number', 'declaration_number')",
            name=op.f("ck_scoped_holds_scope"),
        ),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{table}.id"], name=op.f(f"fk_scoped_holds_{column}_{table}")
            )
            for column, table in {**people, "organisation_id": "organisations"}.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scoped_holds")),
        sa.UniqueConstraint(
            "organisation_id",
            "source_reference",
            name=op.f("uq_scoped_holds_organisation_id_source_reference"),
        ),
    )
    for name, columns in (("value", ["value"]), ("open", ["placed_at", "id"])):
        op.create_index(
            f"ix_scoped_holds_{name}",
            "scoped_holds",
            columns,
            postgresql_where=sa.text("lifted_at IS NULL"),
        )


def refer(column: str, table: str) -> None:
    """Add a reference of `holds`; the column is new, so there is nothing to look at."""
    name = f"fk_holds_{column}_{table}"
    op.execute(
        f"ALTER TABLE holds ADD CONSTRAINT {name}"
        f" FOREIGN KEY({column}) REFERENCES {table} (id) NOT VALID"
    )
    op.execute(
        "-- squawk-ignore constraint-missing-not-valid\n"
        f"ALTER TABLE holds VALIDATE CONSTRAINT {name}"
    )


def downgrade() -> None:
    op.drop_index("ix_entries_open_containers", "entries")
    op.drop_index("ix_holds_scoped", "holds")
    for column in ("scoped_hold_id", "lift_agreed_by", "lift_agreed_at"):
        op.drop_column("holds", column)
    op.drop_table("scoped_holds")
