"""Receipts on their way to a provider: taken for a while, sent outside any transaction, numbered.

Safe to run several at a time and to stop at any instant: whoever is killed between leaves a receipt
that is taken again when its lease is over, and the provider knows it again by its id.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from app.domain.charges import Edition
from app.domain.errors import ReceiptNotFoundError
from app.domain.receipts.numbering import (
    DispatchState,
    Numbered,
    ProviderAnswer,
    ProviderFault,
    ReceiptMessage,
    Told,
    after,
)
from app.domain.receipts.words import in_words
from app.domain.vocabulary import Language
from app.models import Receipt
from app.repositories.dispatches import Dispatched
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act, Today

AT_ONCE: Final = 8
LEASE: Final = timedelta(seconds=60)
"""Longer than any attempt lasts."""


class Numbering:
    """Takes what a provider is to be told, and writes down what it answered."""

    def __init__(self, uow: UnitOfWork, act: Act, machine: datetime) -> None:
        """Work within one transaction, for one act, at an instant of the machine's clock."""
        self._uow = uow
        self._act = act
        self._machine = machine

    async def take(self) -> Sequence[ReceiptMessage]:
        """Return what is due, which nobody else takes for a while."""
        taken = await self._uow.dispatches.take(self._machine, LEASE, AT_ONCE)
        return [
            ReceiptMessage(
                one.dispatch.number,
                one.receipt.id,
                Told(one.dispatch.told),
                document_of(self._act, one),
            )
            for one in taken
        ]

    async def finish(self, answers: Mapping[int, ProviderAnswer], chance: Callable[[], int]) -> int:
        """Write down what a provider answered, and return how much of that succeeded."""
        events, done = [], 0
        for dispatch, receipt in await self._uow.dispatches.held(answers):
            answer = self._judged(answers[dispatch.number], receipt)
            dispatch.attempts += 1
            dispatch.status = answer.status
            dispatch.error = answer.error.value if answer.error else None
            state, due_at = after(answer, dispatch.attempts, chance(), self._machine)
            dispatch.state, dispatch.leased_until = state.value, None
            dispatch.due_at = due_at
            if state is DispatchState.DONE:
                done += 1
                if answer.numbered is not None and receipt.numbered_at is None:
                    events.append(self._number(receipt, answer.numbered))
        await self._uow.flush()
        await self._uow.records.insert_events(events)
        return done

    async def again(self, receipt_id: UUID) -> None:
        """Have what a provider refused of a receipt told again, at once.

        Raises:
            ReceiptNotFoundError: nothing of such a receipt was refused.
        """
        refused = await self._uow.dispatches.refused(receipt_id)
        if not refused:
            raise ReceiptNotFoundError
        for one in refused:
            one.state, one.due_at, one.attempts = DispatchState.PENDING.value, None, 0
        await self._uow.flush()

    def _judged(self, answer: ProviderAnswer, receipt: Receipt) -> ProviderAnswer:
        """Return an answer; another number than was given before is a contradiction."""
        if answer.numbered is None or receipt.numbered_at is None:
            return answer
        known = (receipt.provider_series, receipt.provider_number, receipt.authority_code)
        said = answer.numbered
        if known == (said.series, said.number, said.authority_code):
            return answer
        return ProviderAnswer(answer.status, ProviderFault.CONTRADICTION)

    def _number(self, receipt: Receipt, numbered: Numbered) -> Mapping[str, Any]:
        receipt.provider_series, receipt.provider_number = numbered.series, numbered.number
        receipt.authority_code, receipt.numbered_at = numbered.authority_code, self._act.now
        return self._act.event(
            "receipt.numbered",
            None,
            receipt.entry_id,
            receipt=str(receipt.id),
            series=receipt.series,
            number=receipt.number,
        )


def document_of(today: Today, one: Dispatched) -> Mapping[str, Any]:
    """Return what a provider is told of a receipt, in Vietnamese; see `docs/receipts.md`."""
    receipt = one.receipt
    if one.dispatch.told == Told.VOIDED.value:
        return {
            "id": str(receipt.id),
            "voided_at": receipt.voided_at,
            "reason": receipt.void_reason,
        }
    return _issued(one, today.reference.tariffs.editions[one.tariff_code])


def _issued(one: Dispatched, edition: Edition) -> Mapping[str, Any]:
    receipt = one.receipt
    return {
        "id": str(receipt.id),
        "series": receipt.series,
        "number": receipt.number,
        "replaces": str(receipt.replaces_id) if receipt.replaces_id else None,
        "order_code": one.order.code,
        "fee": edition.title["vi"],
        "fee_kind": edition.order_kinds[one.order.kind]["vi"],
        "legal_reference": edition.legal_reference.get("number"),
        "budget_item": edition.budget_line.item,
        "budget_sub_item": edition.budget_line.sub_item,
        "collector": {"name": edition.collector["vi"], "tax_code": receipt.collector_tax_code},
        "payer": {"name": receipt.payer_name, "tax_code": receipt.payer_tax_code},
        "lines": list(_lines(receipt.lines, edition)),
        "elsewhere_vnd": receipt.elsewhere_vnd,
        "amount_vnd": receipt.amount_vnd,
        "amount_in_words": in_words(receipt.amount_vnd, Language.VI),
        "paid_at": one.paid_at,
        "issued_at": receipt.issued_at,
    }


def _lines(lines: Iterable[Mapping[str, Any]], edition: Edition) -> Iterator[Mapping[str, Any]]:
    classes = {each.code: each.label["vi"] for each in edition.classes}
    for line in lines:
        yield {
            "vehicle": line["vehicle"],
            "vehicle_class": classes[line["vehicle_class"]],
            "goods_group": edition.groups[line["goods_group"]].label["vi"],
            "amount_vnd": line["amount_vnd"],
        }
