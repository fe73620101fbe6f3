"""Who may do what, printed: parties, authorities, and every operation by role and relation."""

from collections.abc import Iterable

from app.domain.authorisation import OF_RELATION, OF_ROLE, Action
from app.domain.vocabulary import Agency, Role
from docs.access_matrix import COMPANIES, CREDENTIALS, Operation, Presented, matrix
from docs.tables import tabled

COLUMNS = (
    Role.COMPANY, Role.APP, Role.OFFICER, Role.AGENCY, Role.YARD, Role.BANK,
    Role.COLLECTOR, Role.BOARD, Role.AUDITOR, Role.ADMIN,
)  # fmt: skip
HEAD = """\
# Who may do what

Printed from the code by `python -m docs`, and walked whole against the running service by
`tests/api/test_access.py` and `tests/api/test_access_credentials.py`: each operation by each role,
each relation and each kind of credential.

A request passes three questions. **By what**: a key, an access token or the session of a person
who signed in, that is known, not expired and not revoked, or 401. **Who**: a role that the
operation lets in (403 `role-forbidden`), a credential of its scope (403 `scope-missing`), a
confirmed company for all that acts (403 `organisation-unverified`). **With what**: `decide` in
`app/domain/authorisation.py`, by what the organisation is to the thing; what is not yours for
that act is not there (404).

## By what: a credential that opens nothing

So answers every operation that needs a credential, whatever it is asked for. One that stands well
opens what the role of its owner, its scopes and the relations below allow, and no more.

"""
PARTS = """
## What one may do with what one has part in

A company may do this with an entry that it is declarant, carrier, owner or payer of; with what it
has reported or was let into; and with what is of its own house.

"""
AUTHORITIES = """
## What authorities may do with any of them

"""
OPERATIONS = """
## Every operation

A dot: the role is let in. *own*: of its own alone, as the relations say; without a relation
nothing is anybody's. `agency` is every agency; where some only may, they are named. Scope
`public` needs no credential.

"""


def access_page() -> str:
    """Return the page."""
    return (
        HEAD
        + tabled(["by", "that is", "answer"], [_refused(one) for one in CREDENTIALS])
        + PARTS
        + _granted(OF_RELATION.items(), "relation")
        + AUTHORITIES
        + _granted(OF_ROLE.items(), "role")
        + OPERATIONS
        + tabled(
            ["operation", "", "scope", "does", *COLUMNS, "relations"],
            [_row(one) for one in matrix()],
        )
    )


def _granted(rows: Iterable[tuple[object, frozenset[Action]]], name: str) -> str:
    return tabled(
        [name, "may"],
        [[one, ", ".join(action for action in Action if action in may)] for one, may in rows],
    )


def _refused(one: Presented) -> list[str]:
    but = "" if one.refuses_reads else ", but to reads"
    return [one.by, one.standing, f"{one.status} `{one.code}`{but}"]


def _row(one: Operation) -> list[str]:
    return [
        f"`{one.name}`",
        f"{one.method} {one.path}",
        one.scope or "public",
        one.action or "",
        *(_cell(one, role) for role in COLUMNS),
        ", ".join(one.relations()),
    ]


def _cell(one: Operation, role: Role) -> str:
    if one.allowed is None:
        return "•"
    named = sorted(agency for agency in one.allowed if isinstance(agency, Agency))
    if role is Role.AGENCY and named and role not in one.allowed:
        return ", ".join(named)
    if not one.lets_in(role):
        return ""
    is_own = role in COMPANIES or (one.thing is not None and not one.may(role, frozenset()))
    return "own" if is_own and one.thing else "•"
