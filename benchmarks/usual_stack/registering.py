"""What a usual service layer does to register an entry, one commit for each kind of row."""

import uuid
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import HTTPException
from sqlalchemy.ext.asyncio import AsyncSession

from app.api.schemas.answers import finding_out, next_step_out, tracking_out, verdict_out
from app.api.schemas.declarations import DriverIn, EntryIn
from app.api.texts import Language
from app.core.ciphers import Cipher, Tokens
from app.core.config import Settings
from app.core.ids import reference_of
from app.domain.charges import Quote, quote, quote_document
from app.domain.declaration import Declaration, read_declaration
from app.domain.findings import findings_of, findings_of_driver
from app.domain.green_lane import Verdict
from app.domain.next_steps import Progress, next_steps
from app.domain.reference import Reference
from app.domain.required_checks import needed
from app.domain.vocabulary import Queue, State
from app.services.declarations.situation import Situation
from app.services.declarations.views import check_facts
from app.services.fees import fee_facts
from app.services.green_lane import document_of, judge_declaration
from benchmarks.usual_stack import crud
from benchmarks.usual_stack.models import (
    Charge,
    ChargeLine,
    Consignment,
    Entry,
    Event,
    Finding,
    GoodsLine,
    Order,
    User,
)

SETTINGS = Settings()
CIPHER = Cipher(SETTINGS.encryption_keys, SETTINGS.pepper.get_secret_value())
TOKENS = Tokens(SETTINGS.token_secret.get_secret_value())
LANGUAGE = Language.VI
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
GOODS = ("goods_group", "product", "hs_code", "name", "gross_kg", "customs_value_vnd")


async def register(db: AsyncSession, user: User, body: EntryIn, reference: Reference) -> Entry:
    """Store an entry with everything beside it."""
    declaration = read_declaration(body.document())
    await _ensure_acceptable(db, user, declaration)
    quoted = await _priced(db, declaration, reference)
    entry = _entry(user, body, declaration, reference)
    await crud.create(db, entry)
    charge = _charge(entry, quoted, reference)
    await crud.create(db, charge)
    orders = _orders(entry, charge, quoted)
    event = Event(
        entry_id=entry.id, user_id=user.id, kind="entry.registered",
        occurred_at=entry.registered_at, data={"lane": entry.lane, "charge": str(charge.id)},
    )  # fmt: skip
    await crud.create(db, *orders, event)
    return entry


def completed(entry: Entry, reference: Reference) -> Entry:
    """Give an entry what its answer shows beside columns."""
    beside = {
        "unregistered": False,
        "plate": entry.tractor_plate,
        "place": None,
        "superseded_charges": [],
        "checks": [],
        "holds": [],
        "exceptions": [],
        "driver": _driver(entry),
        "balance": _balance(entry),
        "next_steps": _next_steps(entry, reference),
        "tracking": tracking_out(TOKENS.tracking(entry.id, 1), SETTINGS.base_url),
    }
    for name, value in beside.items():
        setattr(entry, name, value)
    return entry


async def _ensure_acceptable(db: AsyncSession, user: User, declaration: Declaration) -> None:
    if await crud.gate_by_code(db, declaration.gate) is None:
        raise HTTPException(422, "unknown gate")
    if declaration.tractor_plate is None:
        raise HTTPException(422, "no plate")
    others = await crud.open_entries(db, declaration.tractor_plate, declaration.direction)
    if any(other.organisation_id == user.organisation_id for other in others):
        raise HTTPException(409, "plate already registered")
    for other in others:
        other.contested = True


async def _priced(db: AsyncSession, declaration: Declaration, reference: Reference) -> Quote:
    """Return the price; the edition of the day and its cell are asked of the database."""
    on = (declaration.planned_arrival_at or datetime.now(UTC)).astimezone(ZONE).date()
    edition = await crud.edition_on(db, on)
    if edition is None:
        raise HTTPException(422, "no tariff in force")
    facts = fee_facts(reference, declaration)
    priced = quote(reference.tariffs.editions[edition.code], facts)
    if await crud.cell(db, edition.id, priced.goods_group, priced.vehicle_class) is None:
        raise HTTPException(422, "no price")
    return priced


def _entry(user: User, body: EntryIn, declaration: Declaration, reference: Reference) -> Entry:
    identity, now = uuid.uuid4(), datetime.now(UTC).replace(microsecond=0)
    driver = body.driver or DriverIn()
    findings = _findings(declaration, driver, reference, now)
    situation = Situation(declared_at=now)
    verdict = judge_declaration(reference, declaration, now=now, situation=situation)
    return Entry(
        id=identity,
        reference=reference_of(uuid.uuid4()),
        gate=declaration.gate,
        direction=declaration.direction.value,
        journey=declaration.journey.value,
        route=declaration.route,
        state="registered",
        version=1,
        client_reference=body.client_reference,
        organisation_id=user.organisation_id,
        registered_at=now,
        changed_at=now,
        planned_arrival_at=declaration.planned_arrival_at,
        tractor_plate=declaration.tractor_plate,
        contested=False,
        held=False,
        ready=all(finding.severity != "blocking" for finding in findings),
        in_position=False,
        lane=verdict.lane.value,
        declared=body.document(),
        verdict=_verdict(verdict),
        driver_name=_sealed(driver.name),
        driver_document=_sealed(driver.document_number),
        driver_phone=_sealed(driver.phone),
        findings=findings,
        consignments=_consignments(body),
    )


def _findings(
    declaration: Declaration, driver: DriverIn, reference: Reference, now: datetime
) -> list[Finding]:
    mode = reference.mode(Queue(declaration.gate, declaration.direction), reference.day(now))
    found = [*findings_of(declaration, mode), *findings_of_driver(driver.name)]
    told = [finding_out(one.document(), LANGUAGE).model_dump(mode="json") for one in found]
    return [Finding(**one) for one in told]


def _verdict(verdict: Verdict) -> dict[str, Any]:
    document = document_of(verdict, verdict.lane, provisional=True)
    return verdict_out(document, LANGUAGE).model_dump(mode="json")


def _sealed(text: str | None) -> bytes | None:
    return CIPHER.encrypt(text) if text else None


def _consignments(body: EntryIn) -> list[Consignment]:
    return [
        Consignment(
            declaration_number=one.declaration_number,
            regime=one.regime,
            lines=[
                GoodsLine(**{name: getattr(line, name) for name in GOODS}) for line in one.lines
            ],
        )
        for one in body.consignments
    ]


def _charge(entry: Entry, quoted: Quote, reference: Reference) -> Charge:
    document = quote_document(quoted)
    return Charge(
        entry_id=entry.id,
        tariff=document["tariff"],
        official=document["official"],
        priced_on=(entry.planned_arrival_at or entry.registered_at).astimezone(ZONE).date(),
        known_at=reference.tariffs.known_at,
        cause="registered",
        goods_group=document["goods_group"],
        goods_group_basis=document["goods_group_basis"],
        vehicle_class=document["vehicle_class"],
        vehicle_class_basis=document["class_basis"],
        basis=document["basis"],
        total_vnd=document["total_vnd"],
        lines=[_charge_line(line) for line in document["lines"]],
    )


def _charge_line(line: dict[str, Any]) -> ChargeLine:
    same = ("vehicle", "order_kind", "vehicle_class", "goods_group", "amount_vnd", "basis")
    shares = ("multiplier_basis_points", "share_basis_points")
    return ChargeLine(cell=line["cell_vnd"], **{name: line[name] for name in (*same, *shares)})


def _orders(entry: Entry, charge: Charge, quoted: Quote) -> list[Order]:
    return [
        Order(
            entry_id=entry.id,
            charge_id=charge.id,
            code=f"{entry.registered_at:%Y%m%d}-{uuid.uuid4().hex[:9].upper()}",
            kind=kind,
            amount_vnd=amount,
            state="due",
        )
        for kind, amount in quoted.amounts_vnd.items()
        if amount
    ]


def _driver(entry: Entry) -> dict[str, str | None]:
    name, number, phone = (
        CIPHER.decrypt(sealed) if sealed else None
        for sealed in (entry.driver_name, entry.driver_document, entry.driver_phone)
    )
    return {
        "name": " ".join(f"{word[0]}***" for word in name.split()) if name else None,
        "document_number": f"***{number[-3:]}" if number else None,
        "phone": f"***{phone[-3:]}" if phone else None,
    }


def _balance(entry: Entry) -> dict[str, Any]:
    charged = entry.charge.total if entry.charge else {"amount": 0, "currency": "VND"}
    nothing = {"amount": 0, "currency": "VND"}
    return {"charged": charged, "paid": nothing, "due": charged, "credit": nothing}


def _next_steps(entry: Entry, reference: Reference) -> list[Any]:
    declaration = read_declaration(entry.declared)
    on = reference.day(entry.registered_at)
    facts = check_facts(reference, declaration, was_in_yard=False)
    progress = Progress(
        state=State(entry.state),
        mode=reference.mode(Queue(declaration.gate, declaration.direction), on),
        in_position=False,
        findings=[{"severity": one.severity, "rule": one.rule, "pointer": one.pointer}
                  for one in entry.findings],
        needed=needed(facts, reference.required_checks, on),
        passed=frozenset(),
        due={order.code: order.amount_vnd for order in entry.orders},
    )  # fmt: skip
    return [
        next_step_out(step, LANGUAGE) for step in next_steps(progress, reference.required_checks)
    ]
