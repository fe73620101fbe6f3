"""From what the services gathered to what the wire carries, in the reader's language."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from app.api.schemas.calls import last_call_out
from app.api.schemas.entries import (
    BalanceOut,
    ChangeOut,
    ChargeLineOut,
    ChargeOut,
    CheckOut,
    DepartureOut,
    DriverOut,
    EntryBriefOut,
    EntryCountsOut,
    EntryOut,
    EstimateOut,
    ExceptionOut,
    FindingOut,
    HoldOut,
    NextStepOut,
    OrderOut,
    OwedOut,
    PlaceOut,
    RateOut,
    RefusalOut,
    RegisteredOut,
    StandingOut,
    SupersededOut,
    TrackingOut,
    VerdictOut,
)
from app.api.schemas.evidence import EvidenceOut, label_of
from app.api.schemas.inspections import found_out
from app.api.schemas.notices import notice_read_out
from app.api.schemas.quotes import KeptQuoteOut
from app.api.schemas.reductions import reduced_lines_out
from app.api.schemas.types import Amount
from app.api.texts import CATALOGUE, Language, moment
from app.domain.expected_wait import Estimate
from app.domain.findings import is_ready
from app.domain.next_steps import NextStep
from app.domain.questions import EntryCounts
from app.domain.vocabulary import Lane, State
from app.services.act import Today
from app.services.declarations.declaring import Driver
from app.services.declarations.kept_quotes import KeptView
from app.services.declarations.views import (
    Charge,
    Check,
    EntryView,
    Event,
    ExceptionCase,
    Hold,
    Order,
    Place,
    Standing,
)

HIDDEN = "***"
SHOWN = 3
LONG_ENOUGH = 6
SHOWN_ORDERS = frozenset({"due", "paid"})


def brief_out(view: EntryView, language: Language) -> EntryBriefOut:
    """Return an entry as a list shows it."""
    return EntryBriefOut(**_brief(view, language))


def entry_out(view: EntryView, language: Language) -> EntryOut:
    """Return an entry with everything that stands beside it."""
    return EntryOut(**_brief(view, language), **_beside(view, language))


def registered_out(view: EntryView, token: str, language: Language, base_url: str) -> RegisteredOut:
    """Return a new entry, with its place and the driver's link."""
    return RegisteredOut(
        **_brief(view, language),
        **_beside(view, language),
        place=place_out(view.place) if view.place else None,
        tracking=tracking_out(token, base_url),
    )


def entry_counts_out(counts: EntryCounts) -> EntryCountsOut:
    """Return how many entries are open."""
    return EntryCountsOut(
        open=sum(counts.states.values()),
        states=counts.states,
        unready=counts.unready,
        held=counts.held,
        orders_due=counts.orders_due,
        due=Amount.vnd(counts.due_vnd),
    )


def _brief(view: EntryView, language: Language) -> dict[str, Any]:
    entry = view.entry
    return {
        "id": entry.id,
        "reference": entry.reference,
        "gate": entry.gate_code,
        "direction": entry.direction,
        "route": entry.route_code,
        "journey": entry.journey,
        "plate": entry.tractor_plate,
        "state": entry.state,
        "version": entry.version,
        "client_reference": entry.client_reference,
        "registered_at": entry.registered_at,
        "changed_at": entry.changed_at,
        "planned_arrival_at": entry.planned_arrival_at,
        "unregistered": entry.organisation_id is None,
        "contested": entry.contested,
        "held": entry.held,
        "ready": is_ready(entry.findings),
        "in_position": entry.in_position,
        "findings": _findings(view, language),
        "lane": entry.lane,
        "confirmed_ground": entry.confirmed_ground,
        "verdict": verdict_out(entry.verdict, language),
        "charge": charge_out(view.charge) if view.charge else None,
        "orders": [order_out(order) for order in view.orders],
        "balance": balance_out(view.charge, view.orders),
        **_way(view),
        "driver": driver_out(view.driver),
        "declared": entry.declared,
        "inspected": found_out(entry.inspected) if entry.inspected else None,
    }


def _findings(view: EntryView, language: Language) -> list[FindingOut]:
    """Return what is wrong with an entry and with its papers."""
    papers = (one.document() for one in view.papers)
    return [finding_out(one, language) for one in (*view.entry.findings, *papers)]


def _way(view: EntryView) -> dict[str, Any]:
    """Return how far an entry has come."""
    entry = view.entry
    return {
        "call_number": entry.call_number,
        "presence_at": entry.presence_at,
        "arrived_at": entry.arrived_at,
        "ended_at": entry.ended_at,
        "end_reason": entry.end_reason,
        "yard": entry.yard_code,
    }


def _beside(view: EntryView, language: Language) -> dict[str, Any]:
    return {
        "superseded_charges": [superseded_out(charge) for charge in view.superseded],
        "checks": [check_out(check) for check in view.checks],
        "holds": [hold_out(hold) for hold in view.holds],
        "exceptions": [exception_out(case, language) for case in view.exceptions],
        "next_steps": [next_step_out(step, language) for step in view.next_steps],
    }


def driver_out(driver: Driver) -> DriverOut:
    """Return a driver of whom nothing can be read."""
    return DriverOut(
        name=masked_name(driver.name),
        document_number=masked_number(driver.document_number),
        phone=masked_number(driver.phone),
    )


def masked_name(name: str | None) -> str | None:
    """Return a name of which only the first letter of each word can be read."""
    if name is None:
        return None
    return " ".join(f"{word[0]}{HIDDEN}" for word in name.split())


def masked_number(number: str | None) -> str | None:
    """Return a number of which only the end can be read, and nothing where it is short."""
    if number is None:
        return None
    return HIDDEN + (number[-SHOWN:] if len(number) >= LONG_ENOUGH else "")


def standing_out(found: Standing, today: Today, language: Language) -> StandingOut:
    """Return where an entry stands: place, what is missing, what is due, what moved it last."""
    entry, place = found.entry, found.place
    return StandingOut(
        reference=entry.reference,
        gate=entry.gate_code,
        gate_label=label_of(today.reference.gates[entry.gate_code].names, language),
        direction=entry.direction,
        state=entry.state,
        lane=entry.lane,
        conditional=entry.verdict["conditional"],
        held=entry.held,
        version=entry.version,
        planned_arrival_at=entry.planned_arrival_at,
        call_number=entry.call_number,
        call_window_ends_at=_awaited_until(found),
        place=place.place if place else None,
        ahead=place.ahead if place else {},
        points=place.points if place else None,
        open_wait_seconds=place.open_wait_seconds if place else None,
        callable=place is not None and place.callable,
        expected_wait=estimate_out(place.expected) if place else None,
        next_steps=[next_step_out(step, language) for step in found.next_steps],
        due=orders_due(found.orders),
        orders=[owed_out(order) for order in found.orders if order.state in SHOWN_ORDERS],
        deferred_until=entry.deferred_until,
        departure=_departure_out(found, today, language),
        last_call=last_call_out(found.last_call, language) if found.last_call else None,
        notices=[notice_read_out(notice, language) for notice in found.notices],
        last_change=change_out(found.moved, language) if found.moved else None,
        as_of=today.now,
    )


def _awaited_until(found: Standing) -> datetime | None:
    awaited = found.last_call is not None and found.entry.state == State.CALLED
    return found.last_call.call.window_ends_at if found.last_call and awaited else None


def _departure_out(found: Standing, today: Today, language: Language) -> DepartureOut | None:
    if found.departure is None or found.entry.yard_code is None:
        return None
    yard, travel = today.reference.yards[found.entry.yard_code], found.departure.travel
    return DepartureOut(
        yard=yard.code,
        yard_label=label_of(yard.names, language),
        travel_minutes=travel.minutes,
        leave_from=found.departure.earliest_at,
        leave_by=found.departure.latest_at,
        basis=travel.evidence.basis,
        source=travel.evidence.source,
    )


def change_out(event: Event, language: Language) -> ChangeOut:
    """Return what moved an entry in its queue, with the rules behind a change of lane."""
    refused = event.data.get("refused", ())
    return ChangeOut(
        code=event.kind,
        at=event.occurred_at,
        message=CATALOGUE.say(f"change.{event.kind}", language, _told(event.data, language)),
        rules=[_refusal_out(code, language) for code in refused],
    )


def exception_out(case: ExceptionCase, language: Language) -> ExceptionOut:
    """Return what contradicted the rules, with its sentence."""
    return ExceptionOut(
        id=case.id,
        rule=case.rule,
        message=CATALOGUE.say(f"exception.{case.rule}", language, case.facts),
        opened_at=case.opened_at,
        settled_at=case.settled_at,
    )


def tracking_out(token: str, base_url: str) -> TrackingOut:
    """Return a driver's link; the token is all the link knows."""
    return TrackingOut(
        token=token,
        url=f"{base_url}/v1/tracking/{token}",
        page_url=page_address(base_url, token),
    )


def page_address(base_url: str, token: str) -> str:
    """Return where a driver looks at an entry."""
    return f"{base_url}/d/{token}"


def finding_out(finding: Mapping[str, Any], language: Language) -> FindingOut:
    """Return a stored finding with its sentence."""
    key = f"finding.{finding['rule']}"
    message = CATALOGUE.say(key, language, {"value": finding["value"]})
    return FindingOut(
        rule=finding["rule"],
        severity=finding["severity"],
        pointer=finding["pointer"],
        value=finding["value"],
        message=message,
    )


def verdict_out(verdict: Mapping[str, Any], language: Language) -> VerdictOut:
    """Return a stored verdict with the sentence of each refusal."""
    return VerdictOut(
        on=date.fromisoformat(verdict["on"]),
        provisional=verdict["provisional"],
        eligible=verdict["eligible"],
        lane=verdict["lane"],
        conditional=verdict["conditional"],
        considered=verdict["considered"],
        season=verdict["season"],
        season_message=_season_message(verdict, language),
        refused=[_refusal_out(code, language) for code in verdict["refused"]],
        basis=verdict["basis"],
    )


def _season_message(verdict: Mapping[str, Any], language: Language) -> str | None:
    if verdict["season"] is None:
        return None
    has_place = verdict["lane"] == Lane.GREEN_SEASON
    known = "taken" if has_place else "without"
    return CATALOGUE.say(f"season.{'awaited' if verdict['provisional'] else known}", language)


def _refusal_out(code: str, language: Language) -> RefusalOut:
    message = CATALOGUE.say(f"green-lane.{code}.refusal", language)
    return RefusalOut(rule=code, message=message)


def charge_out(charge: Charge) -> ChargeOut:
    """Return a frozen price with its lines."""
    quote = charge.quote
    return ChargeOut(
        id=charge.id,
        tariff=charge.tariff_code,
        official=quote["official"],
        priced_on=charge.priced_on,
        known_at=charge.known_at,
        quote=charge.quote_id,
        cause=charge.cause,
        goods_group=quote["goods_group"],
        goods_group_basis=_evidence_out(quote["goods_group_basis"]),
        vehicle_class=quote["vehicle_class"],
        vehicle_class_basis=EvidenceOut(**quote["class_basis"]),
        basis=quote["basis"],
        lines=[_charge_line_out(line) for line in quote["lines"]],
        reductions=reduced_lines_out(quote),
        total=Amount.vnd(charge.total_vnd),
    )


def _evidence_out(found: Mapping[str, Any] | None) -> EvidenceOut | None:
    return EvidenceOut(**found) if found else None


def kept_quote_out(kept: KeptView) -> KeptQuoteOut:
    """Return a kept quote with its lines, and what became of it."""
    row, quote = kept.quote, kept.quote.quote
    return KeptQuoteOut(
        id=row.id,
        gate=row.gate_code,
        tariff=row.tariff_code,
        official=quote["official"],
        on=row.priced_on,
        known_at=row.known_at,
        goods_group=quote["goods_group"],
        goods_group_basis=_evidence_out(quote["goods_group_basis"]),
        vehicle_class=quote["vehicle_class"],
        vehicle_class_basis=EvidenceOut(**quote["class_basis"]),
        basis=quote["basis"],
        lines=[_charge_line_out(line) for line in quote["lines"]],
        reductions=reduced_lines_out(quote),
        total=Amount.vnd(row.total_vnd),
        created_at=row.created_at,
        expires_at=row.expires_at,
        entry=kept.entry_id,
    )


def superseded_out(charge: Charge) -> SupersededOut:
    """Return a price that no longer holds."""
    assert charge.superseded_at is not None
    return SupersededOut(
        id=charge.id,
        tariff=charge.tariff_code,
        priced_on=charge.priced_on,
        cause=charge.cause,
        total=Amount.vnd(charge.total_vnd),
        superseded_at=charge.superseded_at,
    )


def balance_out(charge: Charge | None, orders: Sequence[Order]) -> BalanceOut:
    """Return what an entry costs against what was paid; an order asks less what was paid before."""
    charged = charge.total_vnd if charge else 0
    paid = sum(order.amount_vnd - order.refunded_vnd for order in orders if order.state == "paid")
    due = sum(order.amount_vnd for order in orders if order.state == "due")
    return BalanceOut(
        charged=Amount.vnd(charged),
        paid=Amount.vnd(paid),
        due=Amount.vnd(due),
        credit=Amount.vnd(max(0, paid + due - charged)),
    )


def _charge_line_out(line: Mapping[str, Any]) -> ChargeLineOut:
    return ChargeLineOut(
        vehicle=line["vehicle"],
        order_kind=line["order_kind"],
        vehicle_class=line["vehicle_class"],
        goods_group=line["goods_group"],
        cell=RateOut(**line["cell_vnd"]),
        multiplier_basis_points=RateOut(**line["multiplier_basis_points"]),
        share_basis_points=RateOut(**line["share_basis_points"]),
        amount=Amount.vnd(line["amount_vnd"]),
        basis=line["basis"],
    )


def order_out(order: Order) -> OrderOut:
    """Return what one payer owes of one kind."""
    return OrderOut(
        id=order.id,
        code=order.code,
        kind=order.kind,
        amount=Amount.vnd(order.amount_vnd),
        refunded=Amount.vnd(order.refunded_vnd or 0),
        state=order.state,
        paid_at=order.paid_at,
    )


def owed_out(order: Order) -> OwedOut:
    """Return an order as whoever holds the tracking link sees it."""
    return OwedOut(
        code=order.code,
        amount=Amount.vnd(order.amount_vnd),
        state=order.state,
        paid_at=order.paid_at,
    )


def next_step_out(step: NextStep, language: Language) -> NextStepOut:
    """Return one thing to do, told to whoever reads it."""
    facts = dict(step.facts)
    if "check" in facts:
        told = CATALOGUE.say(f"missing.{facts['check']}", language)
    else:
        said = {**_told(facts, language), "who": step.who}
        told = CATALOGUE.say(f"next.{step.code}", language, said)
    return NextStepOut(code=step.code, who=step.who, message=told, facts=facts)


def _told(facts: Mapping[str, Any], language: Language) -> Mapping[str, Any]:
    """Return facts with the instant they name as people at the gate write it."""
    if "until" not in facts:
        return facts
    return {**facts, "until": moment(datetime.fromisoformat(facts["until"]), language)}


def place_out(place: Place) -> PlaceOut:
    """Return a place in a queue."""
    return PlaceOut(
        place=place.place,
        ahead=place.ahead,
        points=place.points,
        open_wait_seconds=place.open_wait_seconds,
        callable=place.callable,
        expected_wait=estimate_out(place.expected),
    )


def estimate_out(expected: Estimate) -> EstimateOut:
    """Return an expected wait, or why there is none."""
    seconds = expected.seconds
    return EstimateOut(
        low_seconds=seconds.low if seconds else None,
        likely_seconds=seconds.likely if seconds else None,
        high_seconds=seconds.high if seconds else None,
        earliest_at=expected.earliest_at,
        likely_at=expected.likely_at,
        latest_at=expected.latest_at,
        method=expected.method,
        sample=expected.sample,
        reason=expected.reason,
    )


def check_out(check: Check) -> CheckOut:
    """Return an agency's word."""
    return CheckOut(
        id=check.id,
        kind=check.kind,
        agency=check.agency,
        result=check.result,
        reason=check.reason,
        occurred_at=check.occurred_at,
        recorded_at=check.recorded_at,
        backfilled=check.backfilled,
    )


def hold_out(hold: Hold) -> HoldOut:
    """Return a stop."""
    return HoldOut(
        id=hold.id,
        authority=hold.authority,
        reason=hold.reason,
        placed_at=hold.placed_at,
        scoped_hold=hold.scoped_hold_id,
        lift_agreed_at=hold.lift_agreed_at,
        lifted_at=hold.lifted_at,
        lift_reason=hold.lift_reason,
    )


def orders_due(orders: Sequence[Order]) -> Amount:
    """Return what is still to be paid, over all orders."""
    return Amount.vnd(sum(order.amount_vnd for order in orders if order.state == "due"))
