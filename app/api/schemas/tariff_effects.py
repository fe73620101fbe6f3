"""What a draft of a tariff would have changed in a month, on the wire."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from app.api.schemas.types import Amount, Day, Open, Out
from app.api.spreadsheets import Cell
from app.domain.charges.effect import Change, Group, Sum
from app.domain.vocabulary import Direction
from app.services.upkeep.tariff_effects import MonthsEffect

MONTH = r"^(199[0-9]|20[0-9]{2}|21[0-9]{2})-(0[1-9]|1[0-2])$"
Month = Annotated[str, Field(pattern=MONTH, examples=["2026-11"])]
"""A month, 1990 to 2199, written 2026-11."""


class EffectOut(Out):
    """What charges come to as they are, and would have come to by the draft."""

    entries: int
    dearer: int
    """How many of them would have cost more."""
    cheaper: int
    total: Amount
    by_draft: Amount
    change: Amount


class GroupEffectOut(EffectOut):
    """The same of a goods group in a vehicle class and direction, as they were charged."""

    goods_group: str
    vehicle_class: str
    direction: Annotated[Direction, Open]


class PriceChangeOut(Out):
    """A charge that would have risen or fallen much."""

    charge: UUID
    entry: UUID
    goods_group: str
    vehicle_class: str
    direction: Annotated[Direction, Open]
    total: Amount
    by_draft: Amount
    change: Amount


class RefusedEntriesOut(Out):
    """For how many charges the draft would have had no price, by the rule that refuses."""

    rule: str
    entries: int


class TariffEffectOut(EffectOut):
    """What a draft would have changed: each entry once, by the charge that holds."""

    tariff: str
    from_day: Day
    to_day: Day
    """The first day that is not of the month."""
    groups: list[GroupEffectOut]
    rises: list[PriceChangeOut]
    """The charges that would have risen most, the most first; ten at most."""
    falls: list[PriceChangeOut]
    refused: list[RefusedEntriesOut]
    without_facts: int
    """Charges of earlier releases, which kept no facts: nobody can price them anew."""


def first_of(month: str | None, otherwise: date) -> date:
    """Return the first day of a month, or another where none is named."""
    return date.fromisoformat(f"{month}-01") if month else otherwise


def tariff_effect_out(found: MonthsEffect) -> TariffEffectOut:
    """Return what a draft would have changed."""
    effect = found.effect
    return TariffEffectOut(
        tariff=found.code,
        from_day=found.first,
        to_day=found.end,
        **_sum(effect.whole),
        groups=[
            GroupEffectOut(**_names(group), **_sum(effect.groups[group]))
            for group in sorted(effect.groups)
        ],
        rises=[_change(one) for one in effect.rises],
        falls=[_change(one) for one in effect.falls],
        refused=[
            RefusedEntriesOut(rule=rule, entries=n) for rule, n in sorted(effect.refused.items())
        ],
        without_facts=effect.without_facts,
    )


def _sum(one: Sum) -> dict[str, Any]:
    return {
        "entries": one.entries,
        "dearer": one.dearer,
        "cheaper": one.cheaper,
        "total": Amount.vnd(one.then_vnd),
        "by_draft": Amount.vnd(one.draft_vnd),
        "change": Amount.vnd(one.draft_vnd - one.then_vnd),
    }


def _names(group: Group) -> dict[str, Any]:
    return dict(zip(("goods_group", "vehicle_class", "direction"), group, strict=True))


def _change(one: Change) -> PriceChangeOut:
    return PriceChangeOut(
        charge=one.charge,
        entry=one.entry,
        **_names(one.group),
        total=Amount.vnd(one.then_vnd),
        by_draft=Amount.vnd(one.draft_vnd),
        change=Amount.vnd(one.change_vnd),
    )


def effect_rows(found: TariffEffectOut) -> Iterator[Sequence[Cell]]:
    """Yield the effect as a table: a row for each group, and the whole last."""
    yield (
        "goods_group", "vehicle_class", "direction", "entries", "dearer", "cheaper", "total_vnd",
        "by_draft_vnd", "change_vnd",
    )  # fmt: skip
    for one in found.groups:
        yield (one.goods_group, one.vehicle_class, one.direction.value, *_numbers(one))
    yield ("", "", "", *_numbers(found))


def _numbers(one: EffectOut) -> Sequence[int]:
    amounts = (one.total.amount, one.by_draft.amount, one.change.amount)
    return (one.entries, one.dearer, one.cheaper, *amounts)
