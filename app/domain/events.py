"""What events tell to whom: every kind with its sentence, its data, and who may see it.

What is not in this table is not published: neither a kind nor a field of its data. Events name
pointers and ids, never what a person declared.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Any, Final
from uuid import UUID

from app.domain.vocabulary import Role

TEST: Final = "webhook.test"


class Audience(StrEnum):
    """Who is told beside the authorities: all who may ask, the entry's parties, who reported it.

    The parties are its declarant and all who may read it. `ORGANISATION` is the organisation that
    the event is about, `SIDES` that one and the one that lets it in.
    """

    EVERYBODY = "everybody"
    PARTIES = "parties"
    REPORTER = "reporter"
    ORGANISATION = "organisation"
    SIDES = "sides"
    AUTHORITIES = "authorities"


class Shape(StrEnum):
    """What a field of the data is, as JSON writes it."""

    ID = "id"
    CODE = "code"
    INSTANT = "instant"
    NUMBER = "number"
    FLAG = "flag"
    CODES = "codes"
    FINDINGS = "findings"
    RATES = "rates"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an event's data; it may be left out or null."""

    shape: Shape
    sentence: str


Fields = Mapping[str, Field]


@dataclass(frozen=True, slots=True)
class EventKind:
    """One kind of event: its sentence, the fields that are published, and to whom.

    `withheld` fields are kept for the log and name entries of others.
    """

    sentence: str
    fields: Fields
    audience: Audience = Audience.PARTIES
    withheld: frozenset[str] = frozenset()


_id = partial(Field, Shape.ID)
_code = partial(Field, Shape.CODE)
_codes = partial(Field, Shape.CODES)
_number = partial(Field, Shape.NUMBER)
_instant = partial(Field, Shape.INSTANT)
_flag = partial(Field, Shape.FLAG)

CLOCK = {"clock": _number("Seconds on the queue's open clock.")}
CARRIED = {"carried": _number("Points that the entry carries.")}
INSIDE = {
    "route": _code("The route that the entry is bound to."),
    "inside": _flag("Whether it stands in a yard inside the zone."),
}
BACKFILLED = {"backfilled": _flag("Whether it was recorded more than ten minutes late.")}
PASSED = {
    "before": _code("The state before."),
    "state": _code("The state after."),
    **BACKFILLED,
}
CALL = {"call": _id("The call.")}
CHARGED = {**CLOCK, "charges": _number("Points that it costs."), **CALL}
MISSED = {
    **CHARGED,
    "number": _number("Which miss of the entry it is; null: it does not count."),
    "faults": _codes("What stood in the vehicle's way, so that the miss costs nothing."),
}
EDITION = {
    "edition_kind": _code("Tariff or policy."),
    "edition": _code("The edition."),
    "emergency": _flag("Whether it rules for some hours, over another."),
    "starts_on": _code("The first legal day on which it rules; null: an emergency."),
    "starts_at": _instant("From when an emergency rules."),
    "ends_at": _instant("Until when."),
}
REDUCTION = {
    "reduction": _code("The reduction."),
    "basis_points": _number("What it takes off the full price; 10,000 are all of it."),
    "starts_on": _code("The first legal day on which it rules."),
    "ends_on": _code("The first on which it rules no more; null: no end is known."),
}
OVERRIDE = {
    "override": _id("The override."),
    "reason": _code("For what."),
}
SUBSTITUTION = {
    "substitution": _id("The substitution."),
    "pointers": _codes("JSON pointers to what changes."),
}
MESSAGE = {
    "message": _id("The message."),
    "reason": _code("Why it was put into quarantine."),
}
SOURCE = {
    "source": _code("The source."),
    "adapter": _code("The form of its messages."),
    "least_confidence": _number("How sure a camera must be, in percent."),
    "retired": _flag("Whether it may send no more."),
}
VERSION = {"version": _number("The entry's version from now on.")}
RECEIPT = {
    "receipt": _id("The receipt."),
    "series": _code("Its series."),
    "number": _number("Its number in that series."),
}
REFUND = {
    "refund": _id("The refund."),
    "amount_vnd": _number("Its amount in whole dong."),
    "cause": _code("What made it due."),
}
REFUSED = {"refused": _codes("Rules of the green lane that refuse it.")}
GROUND = {
    **CLOCK,
    "ground": _code("The ground."),
    "authority": _code("Who said so, or declares otherwise."),
}
HOLD = {"hold": _id("The hold."), "authority": _code("Who placed it.")}
SCOPED = {
    **HOLD,
    "scope": _code("What it stops: a plate, a container, a declaration."),
    "entries": _number("How many entries that concerns now."),
}
CHECK = {
    "check": _code("The kind of check."),
    "result": _code("Its result."),
    "certificate": _code("What became of the certificate."),
}
EXCEPTION = {"exception": _id("The exception."), "rule": _code("The rule that it contradicts.")}
SHIFT = {"shift": _id("The shift."), "gate": _code("The gate of its desk.")}
STRIKE = {"strike": _id("The strike.")}
DIFFICULTY = {
    "difficulty": _id("The difficulty."),
    "gate": _code("The gate that it is about."),
    "rule": _code("The rule that it is about."),
}
CAUSE = {"cause": _code("`retention`: its time was over. `subject-request`: its person asked.")}
OUTAGE = {
    "outage": _id("The outage."),
    "starts_at": _instant("When it began."),
    "ends_at": _instant("When it ended."),
}

ORGANISATION = {"organisation": _id("The organisation.")}
PARTY = {
    "delegation": _id("The delegation."),
    "party": _code("What the company is to the entry, or to all entries of the grantor."),
    "grantor": _id("Whose entries they are."),
    **ORGANISATION,
}
MADE = {**ORGANISATION, "organisation_kind": _code("What it is.")}
CLIENT = {**ORGANISATION, "client": _id("The client.")}
MEMBER = {**ORGANISATION, "member": _id("The member.")}
MEMBER_ROLE = {
    **MEMBER,
    "role": _code("What it does in the organisation."),
    "personal": _flag("Whether it may read personal data in full."),
}
SESSION = {**MEMBER, "session": _id("The session.")}
KEY = {**CLIENT, "key": _id("The key.")}

EVENTS: Final[Mapping[str, EventKind]] = {
    "entry.registered": EventKind(
        "A company has registered the entry, or completed one that was seen unregistered.",
        {
            "lane": _code("The lane of the provisional verdict."),
            **REFUSED,
            "findings": Field(Shape.FINDINGS, "What is wrong: rule and JSON pointer of each."),
            "charge": _id("The charge that was made."),
            "completed": _flag("Whether the vehicle had been seen before."),
        },
    ),
    "entry.opened-unregistered": EventKind(
        "A vehicle was seen that nobody had registered.", {}, Audience.AUTHORITIES
    ),
    "entry.amended": EventKind(
        "Declared data of the entry have changed.",
        {"pointers": _codes("JSON pointers to what changed."), **VERSION},
    ),
    "entry.driver_changed": EventKind("Another driver was declared.", {}),
    "entry.driver_erased": EventKind(
        "Data of the driver were erased: nothing keeps them any more.",
        {"fields": _codes("Names of the fields that were erased."), **CAUSE},
    ),
    "entry.erasure_asked": EventKind(
        "The driver asked to be forgotten.",
        {"kept": _codes("Names of the fields that something still keeps.")},
        Audience.AUTHORITIES,
    ),
    "entry.contested": EventKind("Another company has registered the same plate.", {}),
    "entry.uncontested": EventKind("The plate is the entry's alone again.", {}),
    "entry.limited": EventKind(
        "The entry does not begin to wait: its company has as many waiting as its limit lets.",
        {
            **CLOCK,
            "until": _instant("When the limit ends."),
            "to": _number("How many may wait at a time."),
        },
    ),
    "entry.deferred": EventKind(
        "The company has put the entry off.", {"until": _instant("Until when.")}
    ),
    "entry.substituted": EventKind(
        "Another vehicle goes on under the entry.", {**SUBSTITUTION, **VERSION}
    ),
    "substitution.proposed": EventKind(
        "The company has proposed another vehicle; somebody must see it.", SUBSTITUTION
    ),
    "substitution.refused": EventKind("The vehicle was not as proposed.", SUBSTITUTION),
    "substitution.withdrawn": EventKind("The company took its proposal back.", SUBSTITUTION),
    "entry.diverted": EventKind(
        "The entry has left this gate for another one.",
        {
            **CLOCK,
            "to": _code("The gate that it goes to."),
            "earned": _number("Points earned here."),
            **CARRIED,
            "by": _code("Who diverted it."),
        },
    ),
    "entry.joined": EventKind(
        "The entry was diverted to this gate.",
        {
            **CLOCK,
            "from": _code("The gate that it left."),
            **CARRIED,
            "holds": _codes("Holds that come with it."),
            "waits_from": _instant("From when its wait counts here; null: it has not begun."),
            "by_ground": _code("The lane that its confirmed ground gives; null: it has none."),
        },
    ),
    "entry.expired": EventKind(
        "The entry was never ready in time, and has ended.",
        {
            "reason": _code("Why."),
            "since": _instant("When something last spoke for it."),
            "days": _number("How many legal days it had."),
            "policy": _code("The policy edition that says so."),
        },
    ),
    "entry.cancelled": EventKind("The company has cancelled the entry.", {}),
    "entry.revoked": EventKind("An authority has ended the entry.", {}),
    "entry.no_show": EventKind(
        "The entry missed its last call, and has ended.",
        {**CALL, "number": _number("Which miss it was.")},
    ),
    "movement.recorded": EventKind(
        "The vehicle was recorded at a yard.",
        {"yard": _code("The yard."), "way": _code("In or out."), **BACKFILLED},
    ),
    "plate.contested": EventKind(
        "A vehicle came whose plate several have registered: somebody must name its entry.",
        {"sighting": _id("The observation.")},
        Audience.AUTHORITIES,
    ),
    "waiting.started": EventKind(
        "The entry waits: it is ready and in position.",
        {
            **CLOCK,
            "lane": _code("The lane that it waits in."),
            "rate": _number("Points that the lane earns each open second."),
            **CARRIED,
            "waits_from": _instant("From when its wait counts."),
            "call_number": _code("The number that it will be called by."),
            "sighting": _id("The sighting of a contested plate from which its wait counts."),
            **INSIDE,
        },
    ),
    "waiting.stopped": EventKind(
        "The entry waits no more; it keeps the points that it has earned.",
        {**CLOCK, **CARRIED, "why": _code("Why.")},
    ),
    "waiting.moved": EventKind(
        "The entry waits at another place or for another route.", {**CLOCK, **INSIDE}
    ),
    "lane.changed": EventKind(
        "The verdict, a ground or an edition has moved the entry to another lane.",
        {
            **CLOCK,
            "lane": _code("The lane from now on."),
            "before": _code("The lane before."),
            "rate": _number("Points that the lane earns each open second."),
            **CARRIED,
            **REFUSED,
            "ground": _code("The confirmed ground that gives the lane; null: its goods do."),
        },
    ),
    "ground.confirmed": EventKind(
        "An authority has confirmed for what the entry belongs to a lane not of its goods.",
        {**GROUND, "lane": _code("The lane that it gives where the policy edition has it.")},
    ),
    "ground.withdrawn": EventKind("An authority has taken the ground back.", GROUND),
    "ground.lapsed": EventKind(
        "The ground counts no more: what is declared now is not what was confirmed.", GROUND
    ),
    "call.made": EventKind(
        "The entry is called; the call tells its window and why it was chosen.",
        {
            **CLOCK,
            **CALL,
            "points": _number("The points with which it was chosen."),
            "policy": _code("The policy edition that chose."),
            "call_number": _code("The number that is shown."),
            "override": _id("The override by which it is called out of its turn; null: none."),
        },
        withheld=frozenset({"heads", "skips"}),
    ),
    "override.proposed": EventKind(
        "An officer proposes to call the entry out of its turn.", OVERRIDE, Audience.AUTHORITIES
    ),
    "override.confirmed": EventKind(
        "A second officer confirms it; past the week's budget the board must approve too.",
        OVERRIDE,
        Audience.AUTHORITIES,
    ),
    "override.approved": EventKind(
        "A member of the board approves it.", OVERRIDE, Audience.AUTHORITIES
    ),
    "override.made": EventKind(
        "The entry is called out of its turn; its call follows.",
        {
            **CLOCK,
            **OVERRIDE,
            "week": _code("The Monday of its week."),
            "number": _number("Which one of its week and queue it is."),
            "budget": _number("How many a week two officers may make without the board."),
        },
        withheld=frozenset({"due", "proposed_by", "confirmed_by", "approved_by"}),
    ),
    "call.reminded": EventKind(
        "The window of the call ends soon.",
        {**CALL, "window_ends_at": _instant("When it ends.")},
    ),
    "call.missed": EventKind("The call was not followed; the entry waits at a charge.", MISSED),
    "call.excused": EventKind("The call was not followed, and that costs nothing.", MISSED),
    "call.withdrawn": EventKind("An officer took the call back; that costs nothing.", CHARGED),
    "calls.stopped": EventKind(
        "Calls were asked for and stopped, for nobody else could be called.",
        {
            **CLOCK,
            "reason": _code("What stopped them."),
            "route": _code("The route that it is about; null: all."),
            "posted_by": _code("Who said so."),
            "cause": _code("What that was."),
            "notice": _id("The notice."),
        },
        Audience.AUTHORITIES,
        frozenset({"entry", "call_number", "lane", "points"}),
    ),
    "entry.arrived": EventKind(
        "The vehicle is at the gate.", {"gate": _code("The gate."), **BACKFILLED}
    ),
    "entry.admitted": EventKind("The vehicle is in the gate.", PASSED),
    "entry.released": EventKind("The vehicle may leave: everything is confirmed and paid.", {}),
    "entry.release_taken_back": EventKind("Something came up; the release counts no more.", {}),
    "entry.crossed": EventKind("The vehicle has left the gate.", PASSED),
    "entry.accepted": EventKind(
        "The other side has taken the vehicle in.",
        {**PASSED, "number": _code("The number that the other side gave it.")},
    ),
    "entry.turned_back": EventKind("The vehicle was turned back.", PASSED),
    "receiving_vehicle.passed": EventKind(
        "A vehicle that receives the goods came or went.",
        {
            "reception": _id("The record of it."),
            "way": _code("In or out."),
            "authority": _code("Who recorded it."),
        },
    ),
    "stay.over_limit": EventKind(
        "A vehicle from abroad has stayed longer than it may.",
        {"hours": _number("How many hours it may."), "until": _instant("Until when it could.")},
    ),
    "check.requested": EventKind("An agency asks for a check.", CHECK),
    "entry.inspected": EventKind(
        "An authority has found what is otherwise than declared; the fee follows.",
        {
            "inspection": _id("The inspection."),
            "payload_kg": _number("The payload that counts; null: as declared."),
            "container_length_ft": _number(
                "The length of containers that counts; null: as declared."
            ),
            "goods_group": _code("The goods group that counts; null: as declared."),
        },
    ),
    "check.recorded": EventKind("An authority has recorded a check.", CHECK),
    "check.waived": EventKind("The entry goes on without a check.", CHECK),
    "hold.placed": EventKind("An authority stops the entry.", HOLD),
    "hold.lift_agreed": EventKind("One of two has agreed to lift the hold.", HOLD),
    "hold.lifted": EventKind("The hold is lifted.", HOLD),
    "scoped_hold.placed": EventKind(
        "An authority stops a plate, a container or a declaration.", SCOPED, Audience.AUTHORITIES
    ),
    "scoped_hold.lift_agreed": EventKind(
        "One of two has agreed to lift such a hold.", SCOPED, Audience.AUTHORITIES
    ),
    "scoped_hold.lifted": EventKind("Such a hold is lifted.", SCOPED, Audience.AUTHORITIES),
    "exception.opened": EventKind("An observation contradicts the rules.", EXCEPTION),
    "exception.assigned": EventKind(
        "It is somebody's turn to settle the exception.", EXCEPTION, Audience.AUTHORITIES
    ),
    "exception.settled": EventKind("The exception is settled.", EXCEPTION),
    "message.quarantined": EventKind(
        "Nobody can say yet whom a partner's message is about.", MESSAGE, Audience.AUTHORITIES
    ),
    "message.settled": EventKind(
        "A partner's message waits no more.",
        {**MESSAGE, "state": _code("What came of it.")},
        Audience.AUTHORITIES,
    ),
    "source.registered": EventKind(
        "A partner's system may send messages.", SOURCE, Audience.AUTHORITIES
    ),
    "source.changed": EventKind(
        "A partner's system is trusted otherwise.", SOURCE, Audience.AUTHORITIES
    ),
    "charge.made": EventKind(
        "The entry was priced.",
        {
            "charge": _id("The charge."),
            "tariff": _code("The tariff edition."),
            "total_vnd": _number("The total in whole dong."),
            "change_vnd": _number("By how much it is more than the one before; null: none was."),
            "changes": _codes("What makes it another price than the one before."),
            "cause": _code("What made the price."),
            "supersedes": _id("The charge that counts no more."),
        },
    ),
    "order.paid": EventKind(
        "An order is paid in full.",
        {
            "order": _id("The order."),
            "order_kind": _code("What it is for."),
            "amount_vnd": _number("Its amount in whole dong."),
        },
    ),
    "order.payer_named": EventKind(
        "Somebody else than declared was named as who pays an order.",
        {"order": _id("The order.")},
    ),
    "bundle.made": EventKind(
        "Orders of one payer can be paid by one code.",
        {
            **ORGANISATION,
            "bundle": _id("The bundle."),
            "orders": _number("How many orders it has."),
            "amount_vnd": _number("What they ask for together, in whole dong."),
        },
        Audience.ORGANISATION,
    ),
    "shift.opened": EventKind(
        "A cashier's till was opened.",
        {**SHIFT, "float_vnd": _number("The change in it, in whole dong.")},
        Audience.AUTHORITIES,
    ),
    "shift.closed": EventKind(
        "A cashier's till was counted and closed.",
        {
            **SHIFT,
            "expected_vnd": _number("The cash that it should hold, in whole dong."),
            "counted_vnd": _number("The cash that was counted."),
        },
        Audience.AUTHORITIES,
    ),
    "payment.set_aside": EventKind(
        "Money came in that pays nothing by itself; somebody decides.",
        {
            "payment": _id("The payment."),
            "review": _code("Why."),
            "amount_vnd": _number("Its amount in whole dong."),
        },
        Audience.AUTHORITIES,
    ),
    "receipt.issued": EventKind(
        "A receipt was given for an order; a payment confirmation until a provider numbers it.",
        {
            **RECEIPT,
            "order": _id("The order."),
            "amount_vnd": _number("Its amount in whole dong."),
            "replaces": _id("The receipt that counts no more; null: none."),
        },
    ),
    "payment.settled": EventKind(
        "Somebody has decided about money under review.",
        {
            "payment": _id("The payment."),
            "settlement": _code("What was done with it: applied, refunded, or a part of it each."),
            "refund_vnd": _number("How much of it goes back, in whole dong."),
        },
        Audience.AUTHORITIES,
    ),
    "bank_secret.made": EventKind(
        "A bank has a new secret to sign its notifications with.",
        {**ORGANISATION, "rotated": _flag("Whether one before it holds for a while.")},
        Audience.ORGANISATION,
    ),
    "budget.remitted": EventKind(
        "The budget's part of closed book days was paid to the state treasury.",
        {
            "remittance": _id("The payment."),
            "amount_vnd": _number("Its amount in whole dong."),
            "before": _code("The day before which all that is due is paid."),
        },
        Audience.AUTHORITIES,
    ),
    "book_day.closed": EventKind(
        "A day of the books is closed.",
        {
            "gate": _code("Whose books; `centre`: the Centre's own."),
            "day": _code("The book day."),
        },
        Audience.AUTHORITIES,
    ),
    "receipt.numbered": EventKind(
        "A provider has numbered a receipt: it is a payment confirmation no more.", RECEIPT
    ),
    "receipt.correction_asked": EventKind(
        "Somebody asks that a receipt name another payer.", RECEIPT, Audience.AUTHORITIES
    ),
    "receipt.correction_refused": EventKind(
        "Another has refused that; the receipt stays as it is.", RECEIPT, Audience.AUTHORITIES
    ),
    "receipt.correction_overtaken": EventKind(
        "A refund has voided the receipt before anybody decided.", RECEIPT, Audience.AUTHORITIES
    ),
    "receipt.voided": EventKind(
        "A receipt counts no more: it was wrong, or money went back.",
        {**RECEIPT, "order": _id("The order."), "why": _code("Why.")},
    ),
    "refund.due": EventKind("Money is to go back.", REFUND),
    "refund.asked": EventKind("Somebody asks for a refund, with its dossier.", REFUND),
    "refund.approved": EventKind("Another has approved a refund.", REFUND),
    "refund.refused": EventKind("Another has refused a refund; it stays due.", REFUND),
    "refund.paid": EventKind("A refund was paid.", REFUND),
    "refund.payee_erased": EventKind(
        "Name and account of who was paid back were erased.",
        {"refund": _id("The refund."), **CAUSE},
        Audience.AUTHORITIES,
    ),
    "refund.cancelled": EventKind(
        "A refund that nobody had approved is not due any more: the price has changed again.",
        {"refund": _id("The refund.")},
    ),
    "strike.given": EventKind("A missed call counts against the company.", {**STRIKE, **CALL}),
    "strike.appealed": EventKind("The company has appealed the strike.", STRIKE),
    "strike.upheld": EventKind("The strike counts as before.", STRIKE),
    "strike.lifted": EventKind("The strike counts no more.", STRIKE),
    "strike.erased": EventKind("What both sides said was erased.", {**STRIKE, **CAUSE}),
    "difficulty.reported": EventKind("A difficulty was reported.", DIFFICULTY, Audience.REPORTER),
    "difficulty.assigned": EventKind(
        "It is somebody's turn to answer it.", DIFFICULTY, Audience.REPORTER
    ),
    "difficulty.answered": EventKind("The difficulty was answered.", DIFFICULTY, Audience.REPORTER),
    "difficulty.erased": EventKind(
        "What was said was erased.",
        {"difficulty": _id("The difficulty."), **CAUSE},
        Audience.REPORTER,
    ),
    "difficulty.published": EventKind(
        "It was published without names.", DIFFICULTY, Audience.REPORTER
    ),
    "notice.posted": EventKind(
        "A notice was posted: it closes, pauses, limits or advises.",
        {
            "notice": _id("The notice."),
            "notice_kind": _code("Its kind."),
            "starts_at": _instant("When it begins."),
            "ends_at": _instant("When it ends; null: nobody knows."),
            "route": _code("The route that it is for; null: all."),
            "goods_group": _code("The goods that it is for; null: all."),
            "per_hour": _number("How many vehicles an hour."),
            "per_day": _number("How many vehicles a day."),
        },
        Audience.EVERYBODY,
    ),
    "notice.lifted": EventKind(
        "A notice was lifted.",
        {"notice": _id("The notice."), "lifted_at": _instant("When.")},
        Audience.EVERYBODY,
    ),
    "outage.reported": EventKind("A gate could record nothing.", OUTAGE, Audience.AUTHORITIES),
    "outage.signed": EventKind(
        "A second officer confirms it.",
        OUTAGE,
        Audience.AUTHORITIES,
        frozenset({"first_officer"}),
    ),
    "rates.changed": EventKind(
        "Another policy edition rules the queue.",
        {
            **CLOCK,
            "policy": _code("The policy edition."),
            "document": _code("SHA-256 of the edition's canonical JSON."),
            "rates": Field(Shape.RATES, "Points of each lane in an open second."),
            "strict": _codes("Lanes that go first."),
            "overrides": _number(
                "How many a week two officers may call out of turn by themselves."
            ),
        },
        Audience.EVERYBODY,
    ),
    "batch.ended": EventKind(
        "A batch of vehicles has ended.",
        {
            **ORGANISATION,
            "batch": _id("The batch."),
            "state": _code("How it ended: completed, refused or cancelled."),
            "rows": _number("How many vehicles it had."),
            "registered": _number("How many of them are registered."),
            "refused": _number("How many of them were refused."),
        },
        Audience.ORGANISATION,
    ),
    "party.granted": EventKind("A company is let be a party.", PARTY, Audience.SIDES),
    "party.revoked": EventKind("A company is a party no more.", PARTY, Audience.SIDES),
    "party.refused": EventKind("A company does not want to be a party.", PARTY, Audience.SIDES),
    "organisation.made": EventKind("An organisation was made.", MADE, Audience.ORGANISATION),
    "organisation.verified": EventKind(
        "The board has confirmed a company.", MADE, Audience.ORGANISATION
    ),
    "organisation.doubted": EventKind(
        "The board does not confirm a company, or no longer.", MADE, Audience.ORGANISATION
    ),
    "client.made": EventKind("A client was made.", CLIENT, Audience.ORGANISATION),
    "client.disabled": EventKind("A client acts no more.", CLIENT, Audience.ORGANISATION),
    "client.enabled": EventKind("A client acts again.", CLIENT, Audience.ORGANISATION),
    "key.given": EventKind(
        "A client was given a key.",
        {**KEY, "scopes": _codes("What it may be used for.")},
        Audience.ORGANISATION,
    ),
    "key.rotated": EventKind(
        "Another key takes the place of one.",
        {**KEY, "by": _id("The new key.")},
        Audience.ORGANISATION,
    ),
    "key.revoked": EventKind("A key opens nothing any more.", KEY, Audience.ORGANISATION),
    "member.invited": EventKind(
        "A person was invited into an organisation.", MEMBER_ROLE, Audience.ORGANISATION
    ),
    "member.changed": EventKind("A member has another role.", MEMBER_ROLE, Audience.ORGANISATION),
    "member.disabled": EventKind("A member acts no more.", MEMBER, Audience.ORGANISATION),
    "member.erased": EventKind(
        "Name and address of a member who was disabled were erased.",
        {**MEMBER, **CAUSE},
        Audience.ORGANISATION,
    ),
    "member.enabled": EventKind("A member may sign in again.", MEMBER, Audience.ORGANISATION),
    "member.signed_in": EventKind(
        "A member has signed in.",
        {**SESSION, "first": _flag("Whether it was the first time.")},
        Audience.ORGANISATION,
    ),
    "member.signed_out": EventKind(
        "A session of a member was ended, by whom it belongs to.", SESSION, Audience.ORGANISATION
    ),
    "edition.proposed": EventKind(
        "A member of the board proposes an edition.", EDITION, Audience.AUTHORITIES
    ),
    "edition.announced": EventKind(
        "The board announces an edition: from which day, or for which hours, it rules.",
        EDITION,
        Audience.EVERYBODY,
    ),
    "edition.proposal_withdrawn": EventKind(
        "The board takes a proposal back that was not announced.", EDITION, Audience.AUTHORITIES
    ),
    "edition.withdrawn": EventKind(
        "The board takes an edition back before its day, or ends an emergency.",
        EDITION,
        Audience.EVERYBODY,
    ),
    "reduction.proposed": EventKind(
        "A member of the board proposes a reduction of the fee.", REDUCTION, Audience.AUTHORITIES
    ),
    "reduction.announced": EventKind(
        "The board announces a reduction of the fee.", REDUCTION, Audience.EVERYBODY
    ),
    "reduction.proposal_withdrawn": EventKind(
        "The board takes a reduction back that was not announced.", REDUCTION, Audience.AUTHORITIES
    ),
    "reduction.withdrawn": EventKind(
        "The board takes a reduction back before its day, or ends it.",
        REDUCTION,
        Audience.EVERYBODY,
    ),
    "edition.confirmed": EventKind(
        "A board member has confirmed an edition.",
        {"edition_kind": _code("Tariff or policy."), "edition": _code("The edition.")},
        Audience.EVERYBODY,
    ),
}
"""Every kind that is written, by its code; none is ever reused for something else."""


def of(*audiences: Audience) -> frozenset[str]:
    """Return the kinds that are told to any of these."""
    return frozenset(code for code, kind in EVENTS.items() if kind.audience in audiences)


FOR_ALL: Final = of(Audience.EVERYBODY)
FOR_REPORTERS: Final = of(Audience.REPORTER)
FOR_ORGANISATIONS: Final = of(Audience.ORGANISATION)
FOR_SIDES: Final = of(Audience.SIDES)
OF_ENTRIES: Final = of(Audience.EVERYBODY, Audience.PARTIES)
"""What a company finds in the history of its own entry."""
MONEY: Final = frozenset(
    {
        "charge", "order", "bundle", "shift", "payment", "receipt", "refund", "budget", "book_day",
    }
)  # fmt: skip
"""What kinds of money are about, as their codes begin."""
FOR_COLLECTORS: Final = FOR_ALL | {code for code in EVENTS if code.partition(".")[0] in MONEY}
FOR_COMPANIES: Final = OF_ENTRIES | FOR_REPORTERS | FOR_ORGANISATIONS | FOR_SIDES


def kinds_for(role: Role) -> frozenset[str] | None:
    """Return the kinds that an authority is told of every entry; None where that is all of them."""
    return FOR_COLLECTORS if role is Role.COLLECTOR else None


def published(kind: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """Return of an event's data what may be told; of an unknown kind, nothing."""
    known = EVENTS.get(kind)
    return {name: value for name, value in data.items() if known and name in known.fields}


@dataclass(frozen=True, slots=True)
class Concerned:
    """Whom an event may concern: who may read its entry, whom it names, and who let that one in.

    Named is who reported the difficulty, or the organisation that the event is about.
    """

    parties: frozenset[UUID] = frozenset()
    named: UUID | None = None
    grantor: UUID | None = None


def told_to(kind: str, concerned: Concerned) -> frozenset[UUID]:
    """Return the companies that may see an event beside authorities; none for nobody in particular.

    This is the one place that says who may see what.
    """
    audience = EVENTS[kind].audience if kind in EVENTS else Audience.AUTHORITIES
    if audience is Audience.PARTIES:
        return concerned.parties
    sides = {Audience.REPORTER, Audience.ORGANISATION, Audience.SIDES}
    named = {concerned.named} if audience in sides else set()
    grantor = {concerned.grantor} if audience is Audience.SIDES else set()
    return frozenset(one for one in named | grantor if one is not None)
