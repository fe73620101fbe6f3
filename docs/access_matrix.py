"""Who may do what, as a matrix: every operation by role, credential and relation.

Made of the routes' own words and of `app.domain.authorisation`; the tests of access walk it whole
against the running service, and `docs/access.md` is printed from it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final
from uuid import UUID

from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts

from app.api.deps import Anyone, May
from app.core.config import Settings
from app.domain.authorisation import Action, Relation, Tie, decide
from app.domain.principal import Principal
from app.domain.vocabulary import Agency, Party, Role, Scope
from app.main import create_app

COMPANIES: Final = frozenset({Role.COMPANY, Role.APP})
HOUSE: Final = {"organisation", "client", "key", "member", "webhook", "batch", "bundle", "quote"}
RELATIONS: Final[Mapping[str, tuple[Relation, ...]]] = {
    "entry": tuple(Party),
    "order": tuple(Party),
    "strike": (Party.DECLARANT,),
    "delegation": (Tie.GRANTOR, Tie.GRANTEE),
    "difficulty": (Tie.REPORTER, Tie.ASSIGNEE),
    **dict.fromkeys(HOUSE, (Tie.HOUSE,)),
}
"""What somebody may be to the thing that a path names first."""
PARTLY: Final = {Action.AMEND: Action.AMEND_VEHICLE}
OF_AUTHORITIES: Final = {
    "hold", "exception", "call", "source", "message", "override", "payment", "refund", "receipt",
    "shift",
}  # fmt: skip
"""What paths name that is authorities' alone."""
OF_EVERYBODY: Final = {
    "gate", "direction", "yard", "code", "token", "lookup", "notice", "outage", "session",
    "path", "size", "policy_proposal", "day",
    "tariff_proposal", "reduction_proposal", "reduction",
}  # fmt: skip
"""What paths name that belongs to nobody, opens by itself, or is one's own alone."""


@dataclass(frozen=True, slots=True)
class Presented:
    """A credential as it stands, and with what every operation that needs one refuses it."""

    by: str
    standing: str
    status: int = 401
    code: str = "key-invalid"
    refuses_reads: bool = True


CREDENTIALS: Final = (
    Presented("nothing", "no header, no cookie"),
    Presented("nothing", "of a scheme that is not ours"),
    Presented("key", "unknown"),
    Presented("key", "expired"),
    Presented("key", "revoked"),
    Presented("key", "of somebody who is disabled"),
    Presented("access token", "not signed by us"),
    Presented("access token", "expired"),
    Presented("access token", "of a key that is revoked"),
    Presented("access token", "of a key that has expired"),
    Presented("session", "unknown", code="session-ended"),
    Presented("session", "expired", code="session-ended"),
    Presented("session", "not used for too long", code="session-ended"),
    Presented("session", "revoked", code="session-ended"),
    Presented("session", "of somebody who is disabled", code="session-ended"),
    Presented("session", "from another site", 403, "cross-site", refuses_reads=False),
)
"""Whatever opens nothing, with the answer; all else does what its role, scope and ties may."""


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation of the API and what its route says of who may call it.

    Without `allowed` it is public. `thing` is what its path names first, where that is somebody's.
    """

    name: str
    method: str
    path: str
    allowed: frozenset[Role | Agency] | None
    scope: Scope | None
    action: Action | None
    params: tuple[str, ...]

    @property
    def thing(self) -> str | None:
        """What the path names first that somebody may have a relation to."""
        return next((one for one in self.params if one in RELATIONS), None)

    def lets_in(self, role: Role, agency: Agency | None = None) -> bool:
        """Tell whether somebody of a role, of an agency, may call it at all."""
        return self.allowed is not None and bool(self.allowed & {role, agency})

    def may(self, role: Role, relations: frozenset[Relation]) -> bool:
        """Tell whether somebody of a role may do this with a thing it has these relations to.

        Who may amend a part of an entry only, may call what amends.
        """
        either = (self.action, PARTLY.get(self.action)) if self.action else ()
        who = _somebody(role)
        return not either or any(decide(who, one, relations) for one in either if one)

    def relations(self) -> tuple[Relation, ...]:
        """Return the relations by which a company may do this."""
        ties = RELATIONS[self.thing] if self.thing else ()
        return tuple(one for one in ties if self.may(Role.COMPANY, frozenset({one})))


def routes(app: FastAPI) -> Iterator[APIRoute]:
    """Yield every route that is documented, in the order of the document."""
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        if isinstance(route, APIRoute) and route.include_in_schema:
            yield route


def operations(app: FastAPI) -> Iterator[Operation]:
    """Yield what each route says of who may call it; every one says so once."""
    for route in routes(app):
        (word,) = words(route)
        method = min(route.methods or ())
        keyed = word if isinstance(word, May) else None
        yield Operation(
            name=route.name,
            method=method,
            path=route.path,
            allowed=keyed.allowed if keyed else None,
            scope=keyed.scope_for(method) if keyed else None,
            action=keyed.on if keyed else None,
            params=tuple(route.param_convertors),
        )


def words(route: APIRoute) -> list[May | Anyone]:
    """Return what a route declares of who may call it."""
    asked = [one.dependency for one in route.dependencies]
    return [one for one in asked if isinstance(one, May | Anyone)]


@cache
def matrix() -> tuple[Operation, ...]:
    """Return the operations of a sandbox, which has all of them."""
    return tuple(operations(create_app(Settings())))


def _somebody(role: Role) -> Principal:
    nobody = UUID(int=0)
    return Principal(nobody, nobody, "somebody", role)
