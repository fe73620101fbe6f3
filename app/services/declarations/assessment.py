"""Everything the rules say of a declaration at one moment: findings, verdict, price."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from app.domain.charges import Quote
from app.domain.declaration import Declaration, read_declaration
from app.domain.discrepancies import findings_of_discrepancies
from app.domain.findings import (
    Finding,
    blocking,
    findings_of,
    findings_of_driver,
    findings_of_products,
    findings_of_route,
    warning,
)
from app.domain.green_lane import Verdict
from app.domain.inspections import Found
from app.domain.lane_grounds import findings_of_ground, standing
from app.domain.stay_limits import OVERSTAYED, limit_for, stays_until
from app.domain.two_way import findings_of_two_way
from app.domain.vocabulary import Lane, Queue
from app.models import Entry
from app.services.act import Act
from app.services.declarations.declaring import Driver
from app.services.declarations.situation import Situation
from app.services.fees import price_or_finding
from app.services.green_lane import document_of, judge_declaration


@dataclass(frozen=True, slots=True)
class Assessment:
    """Findings as stored, the verdict, and the price of `priced_on` where there is one."""

    findings: list[dict[str, Any]]
    verdict: Verdict
    quote: Quote | None
    priced_on: date

    @property
    def likely_lane(self) -> Lane:
        """The lane before anybody is in position: a season counts as if it had a place left."""
        season = self.verdict.season
        return season.lane if season and self.verdict.eligible else self.verdict.lane

    def verdict_document(self, lane: Lane, *, provisional: bool) -> dict[str, Any]:
        """Return the verdict as stored with an entry in `lane`."""
        return dict(document_of(self.verdict, lane, provisional=provisional))


def assess(
    act: Act,
    declaration: Declaration,
    driver_name: str | None,
    situation: Situation,
    known_at: datetime | None = None,
) -> Assessment:
    """Return what the rules say now; arrival decides the price's day, presence the verdict's.

    It is priced by what is known now, or was at `known_at`.
    """
    planned = declaration.planned_arrival_at
    on = act.reference.day(situation.arrived_at or planned or act.now)
    quote, refusal = price_or_finding(act.reference, declaration, on, known_at, situation.found)
    verdict = judge_declaration(
        act.reference,
        declaration,
        now=act.now,
        situation=situation,
    )
    found = [*_findings(act, declaration, driver_name, situation, verdict.on), *refusal]
    return Assessment([finding.document() for finding in found], verdict, quote, on)


def _findings(
    act: Act, declaration: Declaration, driver_name: str | None, situation: Situation, on: date
) -> Iterator[Finding]:
    gate, produce = act.reference.gates[declaration.gate], act.reference.lane_rows.produce
    mode = act.reference.mode(Queue(declaration.gate, declaration.direction), act.day)
    yield from findings_of(declaration, mode)
    yield from findings_of_route(declaration, gate)
    yield from findings_of_products(declaration, produce)
    routes = [route.code for route in gate.routes]
    yield from findings_of_two_way(declaration, act.reference.two_way, on, routes, produce)
    yield from findings_of_driver(driver_name)
    yield from _of_stay(act, declaration, situation.presence_at)
    if situation.declared_at is None:
        yield blocking("unregistered", "")
    yield from findings_of_discrepancies(situation.discrepancies)
    edition = act.reference.policies.get(on)
    yield from findings_of_ground(
        declaration, situation.ground, act.reference.lane_grounds, on,
        edition.rates if edition else (),
    )  # fmt: skip
    if situation.contested:
        yield warning("plate-contested", "/vehicle/tractor_plate")


def _of_stay(act: Act, declaration: Declaration, came_at: datetime | None) -> Iterator[Finding]:
    if came_at is None:
        return
    limit = limit_for(act.reference.stay_limits, declaration, act.reference.day(came_at))
    if limit is not None and act.now >= stays_until(limit, came_at):
        yield warning(OVERSTAYED, "", limit.hours)


def reassess(act: Act, entry: Entry, driver_name: str | None) -> Assessment:
    """Return what the rules say now of a stored entry; an unregistered one has no declarant."""
    declaration = read_declaration(entry.declared)
    situation = Situation(
        declared_at=entry.registered_at if entry.organisation_id else None,
        presence_at=entry.presence_at,
        arrived_at=entry.arrived_at,
        contested=entry.contested,
        discrepancies=entry.discrepancies,
        ground=standing(entry.confirmed_ground, declaration),
        found=Found.parse(entry.inspected),
    )
    return assess(act, declaration, driver_name, situation)


def driver_of(act: Act, entry: Entry) -> Driver:
    """Return the driver in clear, to be judged or masked, never to be passed on."""
    return Driver(
        name=_opened(act, entry.driver_name),
        document_number=_opened(act, entry.driver_document),
        phone=_opened(act, entry.driver_phone),
    )


def driver_name_of(act: Act, entry: Entry) -> str | None:
    """Return the driver's name in clear, all that the rules ask of a driver."""
    return _opened(act, entry.driver_name)


def _opened(act: Act, sealed: bytes | None) -> str | None:
    return act.tools.cipher.decrypt(sealed) if sealed else None
