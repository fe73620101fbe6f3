"""The reference rows read into one consistent `Reference`; what is not confirmed stays out."""

from collections.abc import Iterable, Mapping
from datetime import date, tzinfo
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from app.domain.charges import (
    AnnouncedTariff,
    Reductions,
    Tariffs,
    parse_edition,
    parse_force,
    with_force,
)
from app.domain.editions import Announced, is_ruling, with_days
from app.domain.gates import parse_gate, parse_yard
from app.domain.green_lane import LaneRows, parse_lane_days, parse_products
from app.domain.lane_grounds import parse_lane_grounds
from app.domain.notices import Notices
from app.domain.open_clock import legal_day
from app.domain.overrides import parse_override_reasons
from app.domain.policy import Emergency, Policies, PolicyEdition, parse_policy
from app.domain.reference import Pending, Reference
from app.domain.required_checks import parse_required_checks
from app.domain.retention import Retention, parse_retention
from app.domain.stay_limits import parse_stay_limits
from app.domain.two_way import parse_two_way
from app.domain.validity import Validity
from app.domain.volumes import Volumes, parse_volume
from app.domain.yard_services import YardServices, parse_schedule
from app.repositories.unit_of_work import UnitOfWork
from app.services.upkeep.seeding import is_of_yards

CONFIRMATIONS_NEEDED = 2
Document = Mapping[str, Any]
Confirmations = Mapping[tuple[str, str], tuple[str, ...]]


async def read_reference(uow: UnitOfWork, *, unofficial_needs_confirmation: bool) -> Reference:
    """Return the reference data as the rows stand now, all of one revision.

    In production an edition that is not official is left out until two board members confirmed
    it; `pending` then names it.
    """
    while True:
        revision = await uow.reference.revision()
        found = await _read(uow, revision, strict=unofficial_needs_confirmation)
        # A change that was committed between two of the statements makes them read again.
        if await uow.reference.revision() == revision:
            return found


async def _read(uow: UnitOfWork, revision: int, *, strict: bool) -> Reference:
    announced = await uow.editions.announced()
    announced_tariffs = await uow.tariff_editions.announced()
    kept, shipped = await uow.reference.documents(), await uow.reference.tariffs()
    zone = _zone(kept)
    reductions = Reductions(await uow.reductions.announced())
    force = _force(shipped, announced_tariffs.values(), reductions, zone)
    documents = await _documents(uow, kept, announced, with_force(shipped, force, zone))
    confirmed = await uow.reference.confirmations() if strict else None
    tariffs, policies = documents["tariffs"].values(), documents["policies"].values()
    usable = _usable("policy", policies, confirmed)
    editions = {one["code"]: parse_policy(one) for one in usable if is_ruling(one, announced)}
    return Reference(
        revision=revision,
        gates={one["code"]: parse_gate(one, zone) for one in documents["gates"]["gates"]},
        yards={row["code"]: parse_yard(row) for row in documents["yards"]["yards"]},
        lane_rows=_lane_rows(documents["gates"]["gates"], documents["produce"]),
        required_checks=parse_required_checks(documents["required-checks"]),
        tariffs=force.having(map(parse_edition, _usable("tariff", tariffs, confirmed))),
        policies=_policies(editions, announced),
        announced=announced,
        announced_tariffs=announced_tariffs,
        policy_codes=editions,
        volumes=Volumes(parse_volume(row) for row in await uow.reference.volumes()),
        stay_limits=parse_stay_limits(documents["stay-limits"]["rows"]),
        two_way=parse_two_way(documents["two-way"]["rows"]),
        retention=Retention(parse_retention(documents["retention"]["rows"])),
        override_reasons=parse_override_reasons(documents["override-reasons"]["rows"]),
        lane_grounds=parse_lane_grounds(documents["lane-grounds"]["rows"]),
        yard_services=_yard_services(kept, strict=strict),
        pending=(*_pending("tariff", tariffs, confirmed), *_pending("policy", policies, confirmed)),
        documents=documents,
        zone=zone,
        notices=Notices(await uow.notices.counting()),
    )


async def read_force(uow: UnitOfWork, zone: tzinfo) -> Tariffs:
    """Return when each tariff edition is in force, as the rows stand now, without the editions.

    The reductions are with it: knowledge of both has one order.
    """
    announced = await uow.tariff_editions.announced()
    reductions = Reductions(await uow.reductions.announced())
    return _force(await uow.reference.tariffs(), announced.values(), reductions, zone)


def _force(
    shipped: Iterable[Document],
    announced: Iterable[AnnouncedTariff],
    reductions: Reductions,
    zone: tzinfo,
) -> Tariffs:
    rows = [row for document in shipped for row in parse_force(document, zone)]
    return Tariffs([], rows, [one.force for one in announced], reductions)


async def _documents(
    uow: UnitOfWork,
    kept: Mapping[str, Any],
    announced: Mapping[str, Announced],
    tariffs: Iterable[Document],
) -> Mapping[str, Any]:
    """Return every document by its name, with its rows as they stand; editions by their codes."""
    rows = uow.reference
    day_of = partial(legal_day, zone=_zone(kept))
    policies = with_days(await rows.policies(), announced, day_of)
    return {
        **kept,
        "gates": {**kept["gates"], "gates": await rows.gates()},
        "yards": {**kept["yards"], "yards": await rows.yards()},
        "produce": {**kept["produce"], "products": await rows.products()},
        "required-checks": {**kept["required-checks"], "rows": await rows.required_checks()},
        "stay-limits": {"rows": await rows.stay_limits()},
        "two-way": {"rows": await rows.two_way_rules()},
        "retention": {"rows": await rows.retention()},
        "override-reasons": {"rows": await rows.override_reasons()},
        "lane-grounds": {"rows": await rows.lane_grounds()},
        "tariffs": {document["code"]: document for document in tariffs},
        "policies": {document["code"]: document for document in policies},
    }


def _zone(documents: Mapping[str, Any]) -> ZoneInfo:
    return ZoneInfo(documents["gates"]["time_zone"])


def _policies(
    editions: Mapping[str, PolicyEdition], announced: Mapping[str, Announced]
) -> Policies:
    """Return the editions: by their days, and those of emergencies by their hours."""
    emergencies = [
        Emergency(one.starts_at, one.until, editions[code])
        for code, one in announced.items()
        if one.starts_at and one.until and code in editions
    ]
    over = {one.edition.code for one in emergencies}
    return Policies([one for code, one in editions.items() if code not in over], emergencies)


def _lane_rows(gates: Iterable[Document], produce: Document) -> LaneRows:
    return LaneRows(
        lane_days={gate["code"]: parse_lane_days(gate) for gate in gates},
        produce=parse_products(produce),
    )


def _yard_services(kept: Mapping[str, Any], *, strict: bool) -> YardServices:
    """Return what yards ask for; what is not official is nothing that production can confirm."""
    schedules = [parse_schedule(one) for name, one in kept.items() if is_of_yards(name)]
    return YardServices(one for one in schedules if one.official or not strict)


def _usable(
    kind: str, documents: Iterable[Document], confirmed: Confirmations | None
) -> Iterable[Document]:
    waiting = {pending.code for pending in _pending(kind, documents, confirmed)}
    return [document for document in documents if document["code"] not in waiting]


def _pending(
    kind: str, documents: Iterable[Document], confirmed: Confirmations | None
) -> tuple[Pending, ...]:
    if confirmed is None:
        return ()
    named = (
        Pending(kind, one["code"], confirmed.get((kind, one["code"]), ()), _rules_until(one))
        for one in documents
        if not one["official"]
    )
    return tuple(one for one in named if len(one.confirmed_by) < CONFIRMATIONS_NEEDED)


def _rules_until(document: Document) -> date | None:
    """Return the day from which an edition rules no more, as is known now; None: its end is open.

    A tariff's days stand in rows of force, a policy's on the edition itself.
    """
    rows = document.get("force", (document,))
    ends = [Validity.parse(row).end for row in rows if row.get("known_to") is None]
    return None if None in ends else max(filter(None, ends), default=date.min)
