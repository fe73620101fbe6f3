"""Who may do what with one entry, order, strike or difficulty: two tables, asked by one function.

A route says which roles and scopes may call it at all (`app.api.deps.May`); this says whether
whoever got that far may do it with this one thing. What stands in neither table is refused. No
published text says what a carrier or an owner may do: it is our decision, ADR 46.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from uuid import UUID

from app.domain.principal import Principal
from app.domain.vocabulary import Party, Role


class Action(StrEnum):
    """What somebody does with one thing that belongs to a company."""

    READ = "read"
    """Everything of an entry that lists and answers show: facts, price, place, events, moves."""
    ORDERS = "orders"
    """An order with the payments that came in for it."""
    PAYER = "payer"
    """Naming who pays an order."""
    TRACK = "track"
    """What opens an entry without a key: the tracking link."""
    SHOW = "show"
    """The signed pass that is shown at gates."""
    AMEND = "amend"
    AMEND_VEHICLE = "amend-vehicle"
    """Amending what is declared of the vehicle and its driver, and nothing else."""
    SUBSTITUTE = "substitute"
    DEFER = "defer"
    DIVERT = "divert"
    CANCEL = "cancel"
    REPORT = "report"
    """Reporting a difficulty with an entry."""
    PERSONAL = "personal"
    """The driver's data in full, for a purpose."""
    READINGS = "readings"
    """Who read the driver's data in full."""
    OPEN = "open"
    """What opens the commitments of an entry in the public log."""
    RECORD = "record"
    """What authorities see, check, stop, release and settle."""
    PAY = "pay"
    """Recording money that came in."""
    MONEY = "money"
    """Looking at money that came in, and at what became of it."""
    TILL = "till"
    """Taking money at a desk, and counting it."""
    SETTLE = "settle"
    """Deciding about money that pays nothing by itself."""
    REFUND = "refund"
    """Sending money back."""
    RECEIPT = "receipt"
    """Having receipts corrected, and numbered by a provider."""
    STRIKES = "strikes"
    APPEAL = "appeal"
    DIFFICULTY = "difficulty"
    """Reading a difficulty, its words included."""
    KEEP = "keep"
    """Following and ending what an organisation keeps for itself alone: batches, webhooks."""
    HOUSE = "house"
    """Looking at an organisation."""
    DELEGATE = "delegate"
    """Letting somebody be a party, and ending that."""
    REFUSE = "refuse"
    """Refusing to be the party that one was let be."""
    MANAGE = "manage"
    """Making and ending the members, clients, keys and webhooks of an organisation."""


class Tie(StrEnum):
    """What binds somebody to a difficulty, a delegation, or an organisation: `house` is its own."""

    GRANTOR = "grantor"
    GRANTEE = "grantee"
    REPORTER = "reporter"
    ASSIGNEE = "assignee"
    HOUSE = "house"


Relation = Party | Tie
Relations = Iterable[Relation]
NOBODY: Final[frozenset[Relation]] = frozenset()

_OF_DECLARANTS: Final = frozenset(Action) - {
    Action.RECORD, Action.PAY, Action.MONEY, Action.TILL, Action.SETTLE, Action.REFUND,
    Action.RECEIPT,
    Action.DIFFICULTY, Action.HOUSE, Action.MANAGE, Action.REFUSE, Action.KEEP,
}  # fmt: skip

OF_RELATION: Final[Mapping[Relation, frozenset[Action]]] = MappingProxyType(
    {
        Party.DECLARANT: _OF_DECLARANTS,
        Party.CARRIER: frozenset(
            {
                Action.READ,
                Action.TRACK,
                Action.SHOW,
                Action.AMEND_VEHICLE,
                Action.SUBSTITUTE,
                Action.DEFER,
                Action.REPORT,
                Action.OPEN,
            }
        ),
        Party.OWNER: frozenset({Action.READ, Action.REPORT, Action.OPEN}),
        Party.PAYER: frozenset(
            {Action.READ, Action.ORDERS, Action.PAYER, Action.REPORT, Action.OPEN}
        ),
        Tie.GRANTOR: frozenset({Action.DELEGATE}),
        Tie.GRANTEE: frozenset({Action.REFUSE}),
        Tie.REPORTER: frozenset({Action.DIFFICULTY}),
        Tie.ASSIGNEE: frozenset({Action.DIFFICULTY}),
        Tie.HOUSE: frozenset({Action.HOUSE, Action.MANAGE, Action.KEEP, Action.ORDERS}),
    }
)
"""What a company's principal may do with what its organisation has this relation to."""

OF_ROLE: Final[Mapping[Role, frozenset[Action]]] = MappingProxyType(
    {
        Role.OFFICER: frozenset(
            {
                Action.READ,
                Action.ORDERS,
                Action.TRACK,
                Action.SHOW,
                Action.DIVERT,
                Action.CANCEL,
                Action.PERSONAL,
                Action.RECORD,
                Action.STRIKES,
                Action.DIFFICULTY,
                Action.DELEGATE,
            }
        ),
        Role.AGENCY: frozenset({Action.READ, Action.SHOW, Action.PERSONAL, Action.RECORD}),
        Role.YARD: frozenset({Action.READ, Action.SHOW, Action.RECORD}),
        Role.BANK: frozenset({Action.ORDERS, Action.PAY}),
        Role.COLLECTOR: frozenset(
            {
                Action.ORDERS,
                Action.PAYER,
                Action.MONEY,
                Action.TILL,
                Action.SETTLE,
                Action.REFUND,
                Action.RECEIPT,
            }
        ),
        Role.BOARD: frozenset(
            {
                Action.READ,
                Action.SHOW,
                Action.ORDERS,
                Action.MONEY,
                Action.REFUND,
                Action.RECEIPT,
                Action.PERSONAL,
                Action.READINGS,
                Action.RECORD,
                Action.STRIKES,
                Action.DIFFICULTY,
                Action.HOUSE,
                Action.MANAGE,
            }
        ),
        Role.AUDITOR: frozenset(
            {
                Action.READ,
                Action.SHOW,
                Action.ORDERS,
                Action.MONEY,
                Action.READINGS,
                Action.OPEN,
                Action.STRIKES,
                Action.DIFFICULTY,
                Action.HOUSE,
            }
        ),
        Role.ADMIN: frozenset({Action.HOUSE, Action.MANAGE}),
    }
)
"""What authorities may do with every such thing, whosever it is; companies nothing."""


def decide(principal: Principal, action: Action, relations: Relations = NOBODY) -> bool:
    """Tell whether a principal may do something with a thing it has these relations to.

    Without relations it is what the principal may do with every such thing.
    """
    return decide_for(principal.role, action, relations)


def decide_for(role: Role, action: Action, relations: Relations = NOBODY) -> bool:
    """Tell the same of an organisation of a role where nobody asks: its webhooks are told."""
    if action in OF_ROLE.get(role, ()):
        return True
    return any(action in OF_RELATION.get(one, ()) for one in relations)


def parties_who(action: Action) -> tuple[Party, ...]:
    """Return the parties that may do something with an entry."""
    return tuple(party for party in Party if action in OF_RELATION[party])


def relations_to(
    principal: Principal,
    declarant: UUID | None,
    payer_tax_code: str | None = None,
    granted: Iterable[Party] = (),
) -> frozenset[Relation]:
    """Return what the organisation of a principal is to an entry of `declarant`.

    `granted` is what the declarant lets it be. Who is named as payer by its tax code is one, too.
    """
    found: set[Relation] = set(granted)
    if principal.organisation_id == declarant:
        found.add(Party.DECLARANT)
    if payer_tax_code is not None and principal.tax_code == payer_tax_code:
        found.add(Party.PAYER)
    return frozenset(found)


def sides_of(principal: Principal, grantor: UUID, grantee: UUID) -> frozenset[Relation]:
    """Return what a principal is to a delegation of `grantor` to `grantee`."""
    sides = {grantor: Tie.GRANTOR, grantee: Tie.GRANTEE}
    return frozenset({sides[one] for one in sides if one == principal.organisation_id})


def house(principal: Principal, organisation_id: UUID) -> frozenset[Relation]:
    """Return what a principal is to an organisation."""
    return frozenset({Tie.HOUSE}) if principal.organisation_id == organisation_id else NOBODY
