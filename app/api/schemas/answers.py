"""From what the services gathered to what the wire carries, in the reader's language."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from app.api.schemas.entries import (
    ChargeLineOut,
    ChargeOut,
    CheckOut,
    DriverOut,
    EntryOut,
    EstimateOut,
    FindingOut,
    HoldOut,
    NextStepOut,
    OrderOut,
    PlaceOut,
    RateOut,
    RefusalOut,
    TrackingOut,
    VerdictOut,
)
from app.api.schemas.types import Amount
from app.api.texts import CATALOGUE, Language
from app.domain.next_steps import NextStep
from app.services.views import Charge, Check, EntryView, Hold, Order, Place


def entry_out(view: EntryView, language: Language, base_url: str) -> EntryOut:
    """Return an entry as it is answered."""
    entry, token = view.entry, view.tracking_token
    findings = [finding_out(finding, language) for finding in entry.findings]
    return EntryOut(
        id=entry.id,
        reference=entry.reference,
        gate=entry.gate_code,
        direction=entry.direction,
        journey=entry.journey,
        state=entry.state,
        version=entry.version,
        client_reference=entry.client_reference,
        registered_at=entry.registered_at,
        changed_at=entry.changed_at,
        planned_arrival_at=entry.planned_arrival_at,
        unregistered=entry.organisation_id is None,
        contested=entry.contested,
        held=entry.held,
        ready=all(finding["severity"] != "blocking" for finding in entry.findings),
        findings=findings,
        verdict=verdict_out(entry.verdict, language),
        charge=charge_out(view.charge) if view.charge else None,
        orders=[order_out(order) for order in view.orders],
        next_steps=[next_step_out(step, language) for step in view.next_steps],
        place=place_out(view.place) if view.place else None,
        call_number=entry.call_number,
        presence_at=entry.presence_at,
        arrived_at=entry.arrived_at,
        ended_at=entry.ended_at,
        yard=entry.yard_code,
        driver=DriverOut(name=masked(view.driver_name)),
        declared=entry.declared,
        tracking=tracking_out(token, base_url) if token else None,
    )


def masked(name: str | None) -> str | None:
    """Return a name of which only the first letter of each word can be read."""
    if name is None:
        return None
    return " ".join(f"{word[0]}***" for word in name.split())


def tracking_out(token: str, base_url: str) -> TrackingOut:
    """Return a driver's link; the token is all the link knows."""
    return TrackingOut(token=token, url=f"{base_url}/v1/tracking/{token}")


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
        refused=[
            RefusalOut(rule=code, message=CATALOGUE.say(f"green-lane.{code}.refusal", language))
            for code in verdict["refused"]
        ],
        basis=verdict["basis"],
    )


def charge_out(charge: Charge) -> ChargeOut:
    """Return a frozen price with its lines."""
    quote = charge.quote
    return ChargeOut(
        id=charge.id,
        tariff=charge.tariff_code,
        official=quote["official"],
        priced_on=charge.priced_on,
        cause=charge.cause,
        goods_group=quote["goods_group"],
        vehicle_class=quote["vehicle_class"],
        basis=quote["basis"],
        lines=[_charge_line_out(line) for line in quote["lines"]],
        total=Amount.vnd(charge.total_vnd),
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
        state=order.state,
        paid_at=order.paid_at,
    )


def next_step_out(step: NextStep, language: Language) -> NextStepOut:
    """Return one thing to do, told to whoever reads it."""
    facts = dict(step.facts)
    if "check" in facts:
        told = CATALOGUE.say(f"missing.{facts['check']}", language)
    else:
        told = CATALOGUE.say(f"next.{step.code}", language, {**facts, "who": step.who})
    return NextStepOut(code=step.code, who=step.who, message=told, facts=facts)


def place_out(place: Place) -> PlaceOut:
    """Return a place in a queue."""
    expected = place.expected
    return PlaceOut(
        place=place.place,
        ahead=place.ahead,
        points=place.points,
        open_wait_seconds=place.open_wait_seconds,
        callable=place.callable,
        expected_wait=EstimateOut(
            seconds=expected.seconds,
            method=expected.method,
            sample=expected.sample,
            reason=expected.reason,
        ),
    )


def check_out(check: Check) -> CheckOut:
    """Return an agency's word."""
    return CheckOut(
        id=check.id,
        kind=check.kind,
        agency=check.agency,
        result=check.result,
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
        lifted_at=hold.lifted_at,
    )


def orders_due(orders: Sequence[Order]) -> Amount:
    """Return what is still to be paid, over all orders."""
    return Amount.vnd(sum(order.amount_vnd for order in orders if order.state == "due"))
