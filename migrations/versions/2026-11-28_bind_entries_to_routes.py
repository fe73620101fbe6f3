"""Bind entries to routes, and note whether they stand inside their gate.

The release before leaves both columns alone: its entries are bound to no route, and one that moves
meanwhile is taken to stand outside until it moves again. A downgrade loses which route was declared.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "5f0a72c9d4e1"
down_revision: str | None = "d41f7c6b0e92"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

QUEUE = ["gate_code", "direction", "lane"]
ORDER = ["queue_key", "waits_from", "id"]
CALLABLE = "state = 'queued' AND NOT held"
ROUTE = "fk_entries_gate_code_route_code_routes"


def upgrade() -> None:
    op.add_column("entries", sa.Column("route_code", sa.Text(), nullable=True))
    op.add_column(
        "entries",
        sa.Column("inside", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    op.add_column("calls", sa.Column("route_code", sa.Text(), nullable=True))
    op.create_foreign_key(
        op.f(ROUTE),
        "entries",
        "routes",
        ["gate_code", "route_code"],
        ["gate_code", "code"],
        postgresql_not_valid=True,
    )
    op.execute(
        "UPDATE entries SET inside = true FROM yards WHERE yards.code = entries.yard_code"
        " AND yards.location = 'inside-gate' AND yards.facts ->> 'gate_code' = entries.gate_code"
        " AND entries.ended_at IS NULL"
    )
    with op.get_context().autocommit_block():
        op.execute(f"ALTER TABLE entries VALIDATE CONSTRAINT {ROUTE}")
        create_indexes()
        replace("ix_entries_callable", "ix_entries_next", include=["route_code", "inside"])


def downgrade() -> None:
    with op.get_context().autocommit_block():
        replace("ix_entries_next", "ix_entries_callable")
    for index, table in (
        ("ix_calls_route", "calls"),
        ("ix_entries_route", "entries"),
        ("ix_entries_sub_queues", "entries"),
    ):
        op.drop_index(index, table_name=table)
    op.drop_constraint(op.f(ROUTE), "entries", type_="foreignkey")
    op.drop_column("calls", "route_code")
    op.drop_column("entries", "inside")
    op.drop_column("entries", "route_code")


def create_indexes() -> None:
    bound = sa.text("route_code IS NOT NULL")
    in_order: list[str | sa.TextClause] = [sa.text("queue_key NULLS FIRST"), *ORDER[1:]]
    for name, table, columns, where in (
        (
            "ix_entries_sub_queues",
            "entries",
            [*QUEUE, "route_code", "inside", *in_order],
            sa.text(CALLABLE),
        ),
        ("ix_entries_route", "entries", ["route_code", "registered_at", "id"], bound),
        ("ix_calls_route", "calls", ["gate_code", "direction", "route_code", "called_at"], bound),
    ):
        op.create_index(
            name,
            table,
            columns,
            postgresql_where=where,
            postgresql_concurrently=True,
            if_not_exists=True,
        )


def replace(old: str, new: str, include: Sequence[str] = ()) -> None:
    """Put an index of the same key in the place of the one by which the next are found."""
    op.create_index(
        new,
        "entries",
        [*QUEUE, *ORDER],
        postgresql_where=sa.text(CALLABLE),
        postgresql_include=list(include),
        postgresql_concurrently=True,
        if_not_exists=True,
    )
    op.drop_index(old, table_name="entries", postgresql_concurrently=True, if_exists=True)
