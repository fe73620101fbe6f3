"""API keys: 256 random bits, shown once; the database keeps only a keyed hash."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from app.core.ciphers import ApiKeys
from app.domain.organisations import KINDS
from app.domain.vocabulary import Agency, Role, Scope
from app.models import Organisation, Principal
from app.repositories.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Grant:
    """What a new key may be used for, and how long; None is for ever."""

    scopes: frozenset[Scope] = frozenset({Scope.READ, Scope.ACT})
    lasts: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody to be given a key; an agency has its kind, a company the tax code it pays under.

    A supervisor is one of an agency. A company that is not `verified` waits for the board.
    """

    name: str
    organisation: str
    role: Role
    agency: Agency | None = None
    tax_code: str | None = None
    supervisor: bool = False
    verified: bool = False


SANDBOX: Sequence[Member] = (
    Member("company-1", "Sandbox company 1", Role.COMPANY, tax_code="9900123466", verified=True),
    Member("company-2", "Sandbox company 2", Role.COMPANY, tax_code="9900123473", verified=True),
    Member("officer-1", "Border Gate Management Centre", Role.OFFICER),
    Member("officer-2", "Border Gate Management Centre", Role.OFFICER),
    Member("board-1", "Management Board", Role.BOARD),
    Member("board-2", "Management Board", Role.BOARD),
    *(Member(agency.value, f"Agency {agency.value}", Role.AGENCY, agency) for agency in Agency),
    Member("yard", "Sandbox yards", Role.YARD),
    Member("bank", "Sandbox bank", Role.BANK),
    Member("collector-1", "Fee collection of the Management Centre", Role.COLLECTOR),
    Member("collector-2", "Fee collection of the Management Centre", Role.COLLECTOR),
    Member("auditor", "Sandbox auditor", Role.AUDITOR),
    Member("app", "Sandbox mobile app", Role.APP),
    Member("admin", "Operator", Role.ADMIN),
    *(
        Member(
            f"{one.value}-supervisor", f"Office of {one.value}", Role.AGENCY, one, supervisor=True
        )
        for one in Agency
    ),
)
"""Who is in the sandbox, one of each and two where the rules need two."""


ORDINARY = Grant()
"""What is given where nothing else is asked for: to read and act, for ever."""
UNBOUND = Grant(frozenset(Scope))
"""What everybody in the sandbox has: each scope, for ever."""


class Keys:
    """Gives and revokes keys."""

    def __init__(self, uow: UnitOfWork, pepper: str) -> None:
        """Work within one transaction, hashing with `pepper`."""
        self._uow = uow
        self._keys = ApiKeys(pepper)

    async def issue(self, member: Member, grant: Grant = ORDINARY) -> str:
        """Return a new key of a member, made if it is not there; those before are void."""
        principal = await self._uow.access.principal(member.name)
        if principal is None:
            self._uow.add(principal := await self._principal(member))
            await self._uow.flush()
        principal.revoked_at = None
        await self._uow.keys.revoke_all(principal.id)
        return await self._give(principal, grant)

    async def issue_sandbox(self, known: Mapping[str, str]) -> dict[str, str]:
        """Return the keys of everybody in the sandbox; those in `known` that still open, stay."""
        valid = {name: key for name, key in known.items() if await self._opens_all(name, key)}
        return {
            member.name: valid.get(member.name) or await self.issue(member, UNBOUND)
            for member in SANDBOX
        }

    async def _opens_all(self, name: str, key: str) -> bool:
        """Tell whether a key opens something, and let it be of every scope."""
        row = await self._uow.keys.opening(name, self._keys.hash_of(key))
        if row is not None:
            row.scopes = sorted(UNBOUND.scopes)
        return row is not None

    async def _give(self, principal: Principal, grant: Grant) -> str:
        """Return a new key, which nobody sees again."""
        made = self._keys.make(principal.role)
        await self._uow.keys.add(principal.id, made, grant.scopes, grant.lasts)
        return made.text

    async def _principal(self, member: Member) -> Principal:
        organisation = await self._uow.access.organisation(member.organisation)
        if organisation is None:
            organisation = Organisation(
                name=member.organisation,
                kind=KINDS[member.role].value,
                agency=member.agency.value if member.agency else None,
                tax_code=member.tax_code,
                verified=member.verified or member.role is not Role.COMPANY,
            )
            self._uow.add(organisation)
            await self._uow.flush()
        return Principal(
            organisation_id=organisation.id,
            name=member.name,
            role=member.role.value,
            agency=member.agency.value if member.agency else None,
            supervisor=member.supervisor,
        )
