"""What `gate doctor` finds in a database that this release can read."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from cryptography.exceptions import InvalidTag

from app.core.ciphers import Cipher
from app.domain.checkup import (
    Condition,
    Finding,
    PricesChecked,
    judge_books,
    judge_editions,
    judge_keys,
    judge_logs,
    judge_prices,
    judge_receipts,
    judge_sealed,
    judge_workers,
)
from app.domain.errors import NoTariffInForceError
from app.domain.gates import ZONE
from app.domain.open_clock import legal_day
from app.domain.reference import Reference
from app.repositories.unit_of_work import UnitOfWork
from app.services.money.bookkeeping import found_differences
from app.services.upkeep.reference_data import read_reference


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the edge knows: keys, the machine's time, the jobs that workers must do."""

    cipher: Cipher
    machine: datetime
    jobs: Collection[str]
    is_production: bool


async def examine(uow: UnitOfWork, at: Surroundings) -> list[Finding]:
    """Return what is found of reference data, editions, keys and workers."""
    findings = [await _sealed(uow, at.cipher), judge_keys(await uow.keys.given())]
    clock = None if at.is_production else (await uow.access.pulse()).clock
    now = clock.at(at.machine) if clock else at.machine
    if not await uow.reference.documents():
        none = Finding("reference data", Condition.FAIL, "there are none", "Load them: gate seed.")
        findings.append(none)
    else:
        reference = await read_reference(uow, unofficial_needs_confirmation=at.is_production)
        findings += _reference(reference, reference.day(now))
    pulses, oldest = await uow.upkeep.pulses()
    findings.append(judge_workers(at.jobs, pulses, oldest.lags(now), at.machine))
    findings.append(judge_logs(oldest.stopped))
    findings.append(judge_books(await found_differences(uow)))
    gaps, uncovered = await uow.receipts.gaps(), await uow.receipts.uncovered()
    findings.append(judge_receipts(gaps, uncovered, await uow.dispatches.counted()))
    findings.append(judge_prices(await _prices(uow), legal_day(now, ZONE)))
    return findings


async def _prices(uow: UnitOfWork) -> PricesChecked | None:
    last = await uow.prices.last_check()
    if last is None:
        return None
    named = [one["charge"] for one in last.differences]
    is_finished = last.finished_at is not None
    return PricesChecked(last.day, is_finished, last.checked, last.differing, named)


async def _sealed(uow: UnitOfWork, cipher: Cipher) -> Finding:
    found = await uow.resealing.counted()
    lost = [name for name, (_, sample) in found.items() if not _opens(cipher, sample)]
    sealed = {name: count for name, (count, _) in found.items()}
    return judge_sealed(sealed, await uow.resealing.hashes_counted(), lost, cipher.names)


def _opens(cipher: Cipher, sealed: bytes) -> bool:
    try:
        cipher.decrypt(sealed)
    except (KeyError, InvalidTag):
        return False
    return True


def _reference(reference: Reference, day: date) -> Iterator[Finding]:
    found = (
        f"{len(reference.gates)} gates, {len(reference.yards)} yards,"
        f" {len(reference.documents['produce']['products'])} products"
    )
    yield Finding("reference data", Condition.OK, found)

    def tariff_on(on: date) -> str | None:
        try:
            return reference.tariffs.in_force(on).code
        except NoTariffInForceError:
            return None

    def policy_on(on: date) -> str | None:
        edition = reference.policies.get(on)
        return edition.code if edition else None

    for kind, edition_on in (("tariff", tariff_on), ("policy", policy_on)):
        pending = [one.code for one in reference.pending if one.kind == kind]
        yield judge_editions(kind, day, edition_on, pending)
