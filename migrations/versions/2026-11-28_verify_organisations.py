"""Say what organisations are, and which companies the board has verified.

Who is there was let in by the operator, and is verified. What an organisation is, is read from the
role of the first that acted for it. One that the release before makes meanwhile is a company that
nobody has verified.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "7c25f0ab9e31"
down_revision: str | None = "9a25aad20727"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

KINDS = "'company', 'centre', 'agency', 'yard', 'bank', 'board', 'auditor', 'app', 'operator'"
AGENCIES = (
    "'customs', 'border_guard', 'medical', 'plant_quarantine', 'animal_quarantine', 'transport'"
)
CHECKS = {
    "ck_organisations_kind": f"kind IN ({KINDS})",
    "ck_organisations_agency": f"agency IN ({AGENCIES})",
    "ck_organisations_agency_of_agencies": "(kind = 'agency') = (agency IS NOT NULL)",
    "ck_organisations_verified_or_doubted": "NOT verified OR doubt IS NULL",
}
BACKFILL = """
    UPDATE organisations AS one SET verified = true, agency = first.agency,
        kind = CASE first.role WHEN 'officer' THEN 'centre' WHEN 'admin' THEN 'operator'
            ELSE first.role END
    FROM (
        SELECT DISTINCT ON (organisation_id) organisation_id, role, agency
        FROM principals ORDER BY organisation_id, created_at, id
    ) AS first
    WHERE first.organisation_id = one.id
"""


def upgrade() -> None:
    op.add_column(
        "organisations",
        sa.Column("kind", sa.Text(), server_default=sa.text("'company'"), nullable=False),
    )
    op.add_column("organisations", sa.Column("agency", sa.Text(), nullable=True))
    op.add_column(
        "organisations",
        sa.Column("verified", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    op.add_column("organisations", sa.Column("doubt", sa.Text(), nullable=True))
    op.execute(BACKFILL)
    for name, rule in CHECKS.items():
        op.create_check_constraint(op.f(name), "organisations", rule, postgresql_not_valid=True)
    with op.get_context().autocommit_block():
        for name in CHECKS:
            op.execute(f"ALTER TABLE organisations VALIDATE CONSTRAINT {name}")
        op.create_index(
            "uq_organisations_tax_code",
            "organisations",
            ["tax_code"],
            unique=True,
            postgresql_concurrently=True,
            if_not_exists=True,
        )


def downgrade() -> None:
    op.drop_index("uq_organisations_tax_code", "organisations")
    for name in CHECKS:
        op.drop_constraint(name, "organisations")
    for column in ("doubt", "verified", "agency", "kind"):
        op.drop_column("organisations", column)
