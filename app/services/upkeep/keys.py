"""API keys: 256 random bits, shown once; the database keeps only a keyed hash."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.core.ciphers import hash_of_key
from app.domain.vocabulary import Agency, Role
from app.models import Organisation, Principal
from app.repositories.unit_of_work import UnitOfWork

KEY_BYTES = 32
PREFIX_LENGTH = 12


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody to be given a key; an agency has its kind, a company the tax code it pays under.

    A supervisor is one of an agency.
    """

    name: str
    organisation: str
    role: Role
    agency: Agency | None = None
    tax_code: str | None = None
    supervisor: bool = False


SANDBOX: Sequence[Member] = (
    Member("company-1", "Sandbox company 1", Role.COMPANY, tax_code="9900123466"),
    Member("company-2", "Sandbox company 2", Role.COMPANY, tax_code="9900123473"),
    Member("officer-1", "Border Gate Management Centre", Role.OFFICER),
    Member("officer-2", "Border Gate Management Centre", Role.OFFICER),
    Member("board-1", "Management Board", Role.BOARD),
    Member("board-2", "Management Board", Role.BOARD),
    *(Member(agency.value, f"Agency {agency.value}", Role.AGENCY, agency) for agency in Agency),
    Member("yard", "Sandbox yards", Role.YARD),
    Member("bank", "Sandbox bank", Role.BANK),
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


class Keys:
    """Gives and revokes keys."""

    def __init__(self, uow: UnitOfWork, pepper: str) -> None:
        """Work within one transaction, hashing with `pepper`."""
        self._uow = uow
        self._pepper = pepper

    async def issue(self, member: Member) -> str:
        """Return a new key of a member, made if it is not there; the key before is void."""
        key = f"gate_{member.role.value}_{secrets.token_urlsafe(KEY_BYTES)}"
        digest, prefix = hash_of_key(key, self._pepper), key[: key.rindex("_")][:PREFIX_LENGTH]
        known = await self._uow.access.principal(member.name)
        if known is not None:
            known.key_hash, known.key_prefix, known.revoked_at = digest, prefix, None
        else:
            self._uow.add(await self._principal(member, digest, prefix))
        await self._uow.flush()
        return key

    async def issue_sandbox(self, known: Mapping[str, str]) -> dict[str, str]:
        """Return the keys of everybody in the sandbox; those in `known` that still open, stay."""
        valid = {name: key for name, key in known.items() if await self._opens(name, key)}
        return {
            member.name: valid.get(member.name) or await self.issue(member) for member in SANDBOX
        }

    async def _opens(self, name: str, key: str) -> bool:
        principal = await self._uow.access.principal(name)
        return (
            principal is not None
            and principal.revoked_at is None
            and secrets.compare_digest(principal.key_hash, hash_of_key(key, self._pepper))
        )

    async def _principal(self, member: Member, digest: bytes, prefix: str) -> Principal:
        organisation = await self._uow.access.organisation(member.organisation)
        if organisation is None:
            organisation = Organisation(name=member.organisation, tax_code=member.tax_code)
            self._uow.add(organisation)
            await self._uow.flush()
        return Principal(
            organisation_id=organisation.id,
            name=member.name,
            role=member.role.value,
            agency=member.agency.value if member.agency else None,
            supervisor=member.supervisor,
            key_prefix=prefix,
            key_hash=digest,
        )
