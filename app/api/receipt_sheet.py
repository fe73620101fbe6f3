"""What the paper of a receipt says, in Vietnamese and beside it in a second language."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.api.schemas.receipts import ReceiptLineOut, ReceiptOut, receipt_out
from app.api.texts import CATALOGUE, Language, grouped, moment
from app.domain.reference import Reference
from app.services.money.receipts import Shown

PERCENT: Final = 100
COLUMNS: Final = ("number", "vehicle", "class", "goods", "share", "amount")


@dataclass(frozen=True, slots=True)
class Pair:
    """A text in Vietnamese, and in the second language where that says it otherwise."""

    vi: str
    second: str = ""


@dataclass(frozen=True, slots=True)
class ReceiptSheet:
    """What is written; `rows` have a cell for each of `columns`, the last ones are sums."""

    title: Pair
    number: str
    collector: Pair
    collector_tax: Pair | None
    notice: Pair
    is_void: bool
    facts: Sequence[tuple[Pair, Pair]]
    columns: Sequence[Pair]
    rows: Sequence[Sequence[Pair]]
    sums: Sequence[tuple[Pair, str]]
    words: tuple[Pair, Pair]
    lookup: tuple[Pair, str]
    link: str
    advice: Pair
    language: Language
    changed_at: datetime


def second_of(language: Language) -> Language:
    """Return the language beside Vietnamese: Chinese for who reads it, else English."""
    return Language.ZH if language is Language.ZH else Language.EN


def receipt_sheet(
    shown: Shown, reference: Reference, language: Language, base_url: str
) -> ReceiptSheet:
    """Return what the paper of a receipt says."""
    second = second_of(language)
    vi, other = (receipt_out(shown, reference, one) for one in (Language.VI, second))
    writer = _Writer(vi, other, second)
    one = shown.receipt
    return ReceiptSheet(
        title=Pair(vi.title, other.title),
        number=vi.name,
        collector=Pair(vi.collector.name or "", other.collector.name or ""),
        collector_tax=writer.collector_tax(),
        notice=Pair(vi.message, other.message),
        is_void=one.voided_at is not None,
        facts=list(writer.facts()),
        columns=[writer.say(f"column.{name}") for name in COLUMNS],
        rows=[writer.row(*each) for each in enumerate(zip(vi.lines, other.lines, strict=True), 1)],
        sums=list(writer.sums()),
        words=(writer.say("words"), writer.words()),
        lookup=(writer.say("lookup"), vi.lookup),
        link=link_of(vi, base_url),
        advice=writer.say("advice"),
        language=second,
        changed_at=max(filter(None, (one.issued_at, one.voided_at, one.numbered_at))),
    )


def link_of(receipt: ReceiptOut, base_url: str) -> str:
    """Return where a receipt is looked up by whoever has its paper."""
    return f"{base_url}/receipts/{receipt.lookup}"


@dataclass(frozen=True, slots=True)
class _Writer:
    """The same receipt in Vietnamese and in a second language."""

    vi: ReceiptOut
    other: ReceiptOut
    second: Language

    def say(self, key: str) -> Pair:
        return Pair(
            *(CATALOGUE.say(f"web.receipt.{key}", each) for each in (Language.VI, self.second))
        )

    def facts(self) -> Iterator[tuple[Pair, Pair]]:
        vi, other = self.vi, self.other
        yield self.say("payer"), Pair(vi.payer.name or "—")
        if vi.payer.tax_code:
            yield self.say("payer-tax"), Pair(vi.payer.tax_code)
        yield self.say("fee"), Pair(vi.fee_label, other.fee_label)
        yield self.say("kind"), Pair(vi.order_kind_label, other.order_kind_label)
        line = f"{vi.budget_line.item} / {vi.budget_line.sub_item}"
        yield self.say("law"), Pair(f"{vi.legal_reference or '—'} · {line}")
        yield self.say("gate"), Pair(vi.gate_label, other.gate_label)
        yield self.say("order"), Pair(vi.order_code)
        yield self.say("paid"), self._moment(vi.paid_at)
        yield self.say("issued"), self._moment(vi.issued_at)
        if vi.replaces:
            yield self.say("replaces"), Pair(vi.replaces)
        if vi.provider:
            name = f"{vi.provider.series} · {vi.provider.number}"
            yield self.say("provider"), Pair(name)
            yield self.say("authority"), Pair(vi.provider.authority_code)

    def row(self, number: int, lines: tuple[ReceiptLineOut, ReceiptLineOut]) -> Sequence[Pair]:
        vi, other = lines
        return (
            Pair(str(number)),
            Pair(vi.vehicle or "—"),
            Pair(vi.vehicle_class_label, other.vehicle_class_label),
            Pair(vi.goods_group_label, other.goods_group_label),
            Pair(f"{vi.share_basis_points // PERCENT} %"),
            Pair(grouped(vi.amount.amount, Language.VI)),
        )

    def sums(self) -> Iterator[tuple[Pair, str]]:
        if self.vi.elsewhere.amount:
            yield self.say("elsewhere"), grouped(self.vi.elsewhere.amount, Language.VI)
        yield self.say("total"), grouped(self.vi.amount.amount, Language.VI)

    def words(self) -> Pair:
        said = self.vi.in_words
        other = said.zh if self.second is Language.ZH else said.en
        return Pair(_capital(said.vi), _capital(other))

    def collector_tax(self) -> Pair | None:
        code = self.vi.collector.tax_code
        label = self.say("payer-tax")
        return Pair(f"{label.vi}: {code}", f"{label.second}: {code}") if code else None

    def _moment(self, at: datetime) -> Pair:
        return Pair(moment(at, Language.VI), moment(at, self.second))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
