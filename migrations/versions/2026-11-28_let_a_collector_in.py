"""Let those in who collect the fees.

The release before knows neither the role nor the kind, and makes none of them. The downgrade is
refused while there is a collector: who acted is kept for ever.
"""

from collections.abc import Sequence

from alembic import op

revision: str = "3b61e0c8d2f4"
down_revision: str | None = "7d2ab90c46e1"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

ROLES = "'company', 'officer', 'agency', 'yard', 'bank', {}'board', 'auditor', 'app', 'admin'"
KINDS = "'company', 'centre', 'agency', 'yard', 'bank', {}'board', 'auditor', 'app', 'operator'"
CHECKS = {
    ("principals", "ck_principals_role"): f"role IN ({ROLES})",
    ("organisations", "ck_organisations_kind"): f"kind IN ({KINDS})",
}


def upgrade() -> None:
    allow("'collector', ")
    with op.get_context().autocommit_block():
        for table, name in CHECKS:
            op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}")


def allow(more: str) -> None:
    """Put other rules in the place of what is allowed."""
    for (table, name), rule in CHECKS.items():
        op.execute(
            f"-- squawk-ignore ban-drop-constraint\nALTER TABLE {table} DROP CONSTRAINT {name}"
        )
        check = rule.format(more)
        op.create_check_constraint(op.f(name), table, check, postgresql_not_valid=True)


def downgrade() -> None:
    allow("")
    for table, name in CHECKS:
        op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}")
