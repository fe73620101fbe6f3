"""The people of a sandbox: somebody of each kind to sign in as, with no address of anybody."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.core.ciphers import Cipher
from app.domain.members import MemberRole
from app.domain.organisations import ROLES, OrganisationKind
from app.domain.principal import PrincipalKind
from app.domain.vocabulary import Agency
from app.models import Member, Organisation, Principal
from app.repositories.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Someone:
    """A person of a sandbox's organisation."""

    name: str
    organisation: str
    role: MemberRole
    personal: bool = False
    supervisor: bool = False


def _someone() -> Iterator[Someone]:
    yield Someone("company-1-manager", "Sandbox company 1", MemberRole.MANAGER, personal=True)
    yield Someone("company-1-clerk", "Sandbox company 1", MemberRole.CLERK)
    yield Someone("company-1-viewer", "Sandbox company 1", MemberRole.VIEWER)
    yield Someone("company-2-manager", "Sandbox company 2", MemberRole.MANAGER, personal=True)
    for number in (1, 2):
        centre = "Border Gate Management Centre"
        yield Someone(f"officer-{number}-clerk", centre, MemberRole.CLERK, personal=True)
        yield Someone(f"board-{number}-manager", "Management Board", MemberRole.MANAGER)
        collection = "Fee collection of the Management Centre"
        yield Someone(f"collector-{number}-clerk", collection, MemberRole.CLERK)
    for agency in Agency:
        name, office = f"{agency.value}-clerk", f"Agency {agency.value}"
        yield Someone(name, office, MemberRole.CLERK, personal=True)
        name, office = f"{agency.value}-chief", f"Office of {agency.value}"
        yield Someone(name, office, MemberRole.MANAGER, personal=True, supervisor=True)
    yield Someone("yard-clerk", "Sandbox yards", MemberRole.CLERK)
    yield Someone("auditor-viewer", "Sandbox auditor", MemberRole.VIEWER)


PEOPLE: Final[Sequence[Someone]] = tuple(_someone())
"""Who can sign in to a sandbox; their organisations are those of its keys."""


async def invite_sandbox_people(uow: UnitOfWork, cipher: Cipher, at: datetime) -> None:
    """Let everybody of `PEOPLE` sign in who is not a member yet."""
    for someone in PEOPLE:
        if await uow.access.principal(someone.name) is None:
            owner = await uow.access.organisation(someone.organisation)
            assert owner is not None, someone.organisation
            await uow.members.add(*_rows(someone, owner, cipher, at))


def _rows(
    someone: Someone, owner: Organisation, cipher: Cipher, at: datetime
) -> tuple[Principal, Member]:
    """Return the rows of somebody new; a principal's id is made by the database."""
    principal = Principal(
        organisation_id=owner.id,
        kind=PrincipalKind.PERSON.value,
        name=someone.name,
        role=ROLES[OrganisationKind(owner.kind)].value,
        agency=owner.agency,
        supervisor=someone.supervisor,
    )
    email = f"{someone.name}@sandbox.invalid"
    member = Member(
        organisation_id=owner.id,
        role=someone.role.value,
        personal=someone.personal,
        display_name=cipher.encrypt(someone.name),
        email=cipher.encrypt(email),
        email_hash=cipher.hash_to_find(email),
        invited_at=at,
    )
    return principal, member
