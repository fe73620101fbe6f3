"""Receipts on the wire: to whoever has the lookup code what its paper says, to parties the rest."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from app.api.paging import Page
from app.api.schemas.evidence import label_of
from app.api.schemas.orders import PayerNamedIn
from app.api.schemas.types import Amount, In, Instant, Label, Open, Out
from app.api.texts import CATALOGUE, Language
from app.domain.charges import Edition
from app.domain.receipts.numbering import DispatchState
from app.domain.receipts.receipt import (
    CorrectionState,
    ReceiptKind,
    ReceiptState,
    VoidCause,
    shown_lookup,
    shown_number,
)
from app.domain.receipts.words import in_words
from app.domain.reference import Reference
from app.services.money.correcting import ShownCorrection
from app.services.money.receipts import Receipt, Shown

Name = Annotated[str | None, Field(examples=["collector-2"])]
Number = Annotated[str, Field(examples=["TT-2026-0000147"])]


class ReceiptPartyOut(Out):
    """Who collects, or who paid, as it was when the receipt was given."""

    name: str | None
    tax_code: Annotated[str | None, Field(examples=["9900123459"])]


class ReceiptLineOut(Out):
    """What one vehicle paid."""

    vehicle: Annotated[str | None, Field(examples=["12C-000.17"])]
    """Plate or unit id as declared."""
    vehicle_class: str
    vehicle_class_label: str
    goods_group: str
    goods_group_label: str
    share_basis_points: Annotated[int, Field(examples=[10000])]
    amount: Amount


class InWordsOut(Out):
    """The amount in words, as papers have it."""

    vi: Annotated[str, Field(examples=["tám trăm nghìn đồng"])]
    en: Annotated[str, Field(examples=["eight hundred thousand Vietnamese dong"])]
    zh: Annotated[str, Field(examples=["捌拾万越南盾整"])]


class BudgetLineOut(Out):
    """Where the fee stands in the state budget."""

    item: Annotated[str, Field(examples=["2250"])]
    sub_item: Annotated[str, Field(examples=["2267"])]


class ProviderNumberOut(Out):
    """What a provider of electronic receipts gave: with it this is a receipt."""

    series: str
    number: str
    authority_code: str
    numbered_at: Instant


class ReceiptOut(Out):
    """What the paper says."""

    kind: Annotated[ReceiptKind, Open]
    """A `payment-confirmation` until a provider of electronic receipts has numbered it."""
    title: Annotated[str, Field(examples=["Payment confirmation"])]
    message: str
    """What it is and whether it counts."""
    name: Number
    series: Annotated[str, Field(examples=["TT-2026"])]
    number: Annotated[int, Field(examples=[147])]
    """Without gaps in its series."""
    state: Annotated[ReceiptState, Open]
    amount: Amount
    in_words: InWordsOut
    fee_label: str
    legal_reference: Annotated[str | None, Field(examples=["09/2025/NQ-HĐND"])]
    budget_line: BudgetLineOut
    order_code: str
    order_kind: str
    order_kind_label: str
    gate: str
    gate_label: str
    collector: ReceiptPartyOut
    payer: ReceiptPartyOut
    lines: list[ReceiptLineOut]
    elsewhere: Amount
    """With the lines it comes to the amount: below 0, what other receipts have of them."""
    paid_at: Instant
    issued_at: Instant
    lookup: Annotated[str, Field(examples=["7K3QX-9MPM2-0V4TD-HB6RC"])]
    provider: ProviderNumberOut | None
    replaces: Number | None
    """The receipt that counts no more since this one was given."""
    replaced_by: Number | None
    voided_at: Instant | None
    void_cause: Annotated[VoidCause, Open] | None


class NumberingOut(Out):
    """How far a provider is told of a receipt."""

    state: Annotated[DispatchState, Open]
    """`pending` is tried again by itself; `refused` waits for somebody who looks."""
    attempts: int
    status: int | None
    error: Annotated[str | None, Field(examples=["timeout"])]


class ReceiptDetailOut(ReceiptOut):
    """The same, with what it belongs to and who voided it."""

    id: UUID
    entry: UUID
    reference: str
    order: UUID
    payment: UUID
    void_reason: str | None
    voided_by: Name
    void_approved_by: Name
    numbering: NumberingOut | None


class CorrectionIn(In):
    """Who paid, as the receipt should have said, and why."""

    reason: Annotated[Label, Field(examples=["The name of the branch was left out"])]
    payer: PayerNamedIn


class CorrectionOut(Out):
    """A correction, and the receipt that it is about as it is now."""

    id: UUID
    state: Annotated[CorrectionState, Open]
    reason: str
    payer: ReceiptPartyOut
    asked_at: Instant
    asked_by: Name
    settled_at: Instant | None
    settled_by: Name
    """Who approved or refused it: never who asked."""
    receipt: ReceiptDetailOut


class CorrectionsOut(Page[CorrectionOut]):
    """One page of corrections."""


class ReceiptsOut(Page[ReceiptDetailOut]):
    """One page of receipts."""


def receipt_out(shown: Shown, reference: Reference, language: Language) -> ReceiptOut:
    """Return what a receipt says, in the language of the reader."""
    one, edition = shown.receipt, reference.tariffs.editions[shown.tariff_code]
    kind = kind_of(one)
    return ReceiptOut(
        kind=kind,
        title=CATALOGUE.say(f"receipt.{kind}", language),
        message=message_of(shown, language),
        name=shown_number(one.series, one.number),
        series=one.series,
        number=one.number,
        state=ReceiptState.VOIDED if one.voided_at else ReceiptState.ISSUED,
        amount=Amount.vnd(one.amount_vnd),
        in_words=InWordsOut(**{each.value: in_words(one.amount_vnd, each) for each in Language}),
        fee_label=label_of(edition.title, language),
        legal_reference=edition.legal_reference.get("number"),
        budget_line=_budget_line(edition),
        order_code=shown.order_code,
        order_kind=shown.order_kind,
        order_kind_label=label_of(edition.order_kinds[shown.order_kind], language),
        gate=one.gate_code,
        gate_label=label_of(reference.gates[one.gate_code].names, language),
        collector=_party(label_of(edition.collector, language), one.collector_tax_code),
        payer=_party(one.payer_name, one.payer_tax_code),
        lines=_lines(one, edition, language),
        elsewhere=Amount.vnd(one.elsewhere_vnd),
        paid_at=shown.paid_at,
        issued_at=one.issued_at,
        lookup=shown_lookup(one.lookup),
        provider=_provider(one),
        replaces=_name(shown.replaces),
        replaced_by=_name(shown.replaced_by),
        voided_at=one.voided_at,
        void_cause=one.void_cause,
    )


def _budget_line(edition: Edition) -> BudgetLineOut:
    line = edition.budget_line
    return BudgetLineOut(item=line.item, sub_item=line.sub_item)


def _party(name: str | None, tax_code: str | None) -> ReceiptPartyOut:
    return ReceiptPartyOut(name=name, tax_code=tax_code)


def receipt_detail_out(shown: Shown, reference: Reference, language: Language) -> ReceiptDetailOut:
    """Return a receipt with what it belongs to and who voided it."""
    one = shown.receipt
    return ReceiptDetailOut(
        **dict(receipt_out(shown, reference, language)),
        id=one.id,
        entry=one.entry_id,
        reference=shown.reference,
        order=one.order_id,
        payment=one.payment_id,
        void_reason=one.void_reason,
        voided_by=shown.voided_by,
        void_approved_by=shown.void_approved_by,
        numbering=_numbering(shown),
    )


def correction_out(
    shown: ShownCorrection, reference: Reference, language: Language
) -> CorrectionOut:
    """Return a correction with its receipt."""
    one = shown.correction
    return CorrectionOut(
        id=one.id,
        state=CorrectionState(one.state),
        reason=one.reason,
        payer=ReceiptPartyOut(name=one.payer_name, tax_code=one.payer_tax_code),
        asked_at=one.asked_at,
        asked_by=shown.asked_by,
        settled_at=one.settled_at,
        settled_by=shown.settled_by,
        receipt=receipt_detail_out(shown.receipt, reference, language),
    )


def kind_of(receipt: Receipt) -> ReceiptKind:
    """Return what a receipt is called: only a provider's number makes it one."""
    return ReceiptKind.CONFIRMATION if receipt.numbered_at is None else ReceiptKind.RECEIPT


def message_of(shown: Shown, language: Language) -> str:
    """Return what a receipt is, or why it counts no more, in a sentence."""
    one = shown.receipt
    if one.voided_at is None:
        return CATALOGUE.say(f"receipt.{kind_of(one)}.message", language)
    replaced = "" if shown.replaced_by is None else ".replaced"
    facts = {"by": _name(shown.replaced_by)}
    return CATALOGUE.say(f"receipt.voided.{one.void_cause}{replaced}", language, facts)


def _lines(receipt: Receipt, edition: Edition, language: Language) -> list[ReceiptLineOut]:
    classes = {one.code: one.label for one in edition.classes}
    return [
        ReceiptLineOut(
            vehicle=line["vehicle"],
            vehicle_class=line["vehicle_class"],
            vehicle_class_label=label_of(classes[line["vehicle_class"]], language),
            goods_group=line["goods_group"],
            goods_group_label=label_of(edition.groups[line["goods_group"]].label, language),
            share_basis_points=line["share_basis_points"],
            amount=Amount.vnd(line["amount_vnd"]),
        )
        for line in receipt.lines
    ]


def _numbering(shown: Shown) -> NumberingOut | None:
    one = shown.dispatch
    if one is None:
        return None
    state = DispatchState(one.state)
    return NumberingOut(state=state, attempts=one.attempts, status=one.status, error=one.error)


def _provider(receipt: Receipt) -> ProviderNumberOut | None:
    if receipt.numbered_at is None:
        return None
    return ProviderNumberOut(
        series=receipt.provider_series,
        number=receipt.provider_number,
        authority_code=receipt.authority_code,
        numbered_at=receipt.numbered_at,
    )


def _name(receipt: Receipt | None) -> str | None:
    return shown_number(receipt.series, receipt.number) if receipt else None
