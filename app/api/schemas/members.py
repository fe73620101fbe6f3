"""Members on the wire: names and addresses are personal data."""

from dataclasses import replace
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from app.api.paging import Page
from app.api.schemas.types import PERSONAL, Choice, Code, In, Instant, Label, Open, Out
from app.domain.members import MemberRole, MemberState, masked, state_of
from app.domain.vocabulary import Agency, Role
from app.services.access.members import Known, Person

Email = Annotated[
    str,
    StringConstraints(max_length=254, pattern=r"^[!-?A-~]+@[!-?A-~]+$"),
    PERSONAL,
    Field(examples=["lan@vidu.example"]),
]


class MemberIn(In):
    """Who is invited, and what for."""

    name: Annotated[Code, Field(examples=["desk-lan"])]
    """By which acts are told and work is assigned; nobody else has it. Not the person's name."""
    display_name: Annotated[Label, PERSONAL, Field(examples=["Nguyễn Thị Lan"])]
    """The person's name, kept encrypted, for colleagues."""
    email: Email
    """Where the person signs in from; one member of an organisation has it."""
    role: Choice[MemberRole]
    """`viewer` reads, `clerk` acts as well, `manager` manages the organisation, too."""
    personal: bool = False
    """Whether drivers' personal data may be read in full, for a purpose."""
    supervisor: bool = False
    """Of an agency: it answers for the agency's other desks, too. The board makes those."""


class MemberRoleIn(In):
    """What a member does from now on."""

    role: Choice[MemberRole]
    personal: bool = False
    """Whether drivers' personal data may be read in full, for a purpose."""


class MemberOut(Out):
    """A person who acts for an organisation."""

    id: UUID
    organisation: UUID
    name: Annotated[str, Field(examples=["desk-lan"])]
    display_name: Annotated[str, PERSONAL]
    """Its first letter only in answers to a POST, which are kept for retries."""
    email: Annotated[str, PERSONAL]
    """Masked, but where one member is read."""
    role: Annotated[MemberRole, Open]
    personal: bool
    acts_as: Annotated[Role, Open]
    """The role that goes with the organisation."""
    agency: Annotated[Agency, Open] | None
    supervisor: bool
    state: Annotated[MemberState, Open]
    """`invited` until the first sign-in."""
    invited_at: Instant


class MembersOut(Page[MemberOut]):
    """One page of members, newest first."""


def person(body: MemberIn) -> Person:
    """Return who is invited."""
    return Person(
        name=body.name,
        display_name=body.display_name,
        email=body.email,
        role=body.role,
        personal=body.personal,
        supervisor=body.supervisor,
    )


def listed_out(known: Known) -> MemberOut:
    """Return a member as lists show one."""
    return member_out(replace(known, email=masked(known.email)))


def kept_out(known: Known) -> MemberOut:
    """Return a member for an answer that may be kept for a retry, where nothing is encrypted."""
    return listed_out(replace(known, display_name=f"{known.display_name[:1]}…"))


def member_out(known: Known) -> MemberOut:
    """Return a member."""
    principal, member = known.principal, known.member
    return MemberOut(
        id=member.id,
        organisation=member.organisation_id,
        name=principal.name,
        display_name=known.display_name,
        email=known.email,
        role=MemberRole(member.role),
        personal=member.personal,
        acts_as=Role(principal.role),
        agency=Agency(principal.agency) if principal.agency else None,
        supervisor=principal.supervisor,
        state=state_of(member.activated_at, principal.revoked_at),
        invited_at=member.invited_at,
    )
