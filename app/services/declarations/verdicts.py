"""Verdicts without registering: the same rules on facts that somebody asks about."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from app.domain.charges.facts import EMPTY
from app.domain.errors import FieldError, UnknownCodeError
from app.domain.green_lane import RULES_BY_CODE, LaneFacts, Rule, Verdict, judge
from app.domain.identifiers import read
from app.domain.reference import Reference


@dataclass(frozen=True, slots=True)
class Goods:
    """One kind of goods as asked about."""

    goods_group: str
    product: str | None
    hs_code: str | None


@dataclass(frozen=True, slots=True)
class RuleAnswer:
    """What one rule says of the facts."""

    rule: Rule
    passed: bool


def verdict_on(
    reference: Reference, papers: LaneFacts, goods: tuple[Goods, ...], on: date
) -> Verdict:
    """Return the verdict of a legal day on `papers` with these goods.

    Goods are told apart as for an entry: by HS code, then as declared.

    Raises:
        UnknownCodeError: a gate or goods group that no row knows; all of them are named.
    """
    if unknown := tuple(_unknown(reference, papers.gate_code, goods)):
        raise UnknownCodeError(errors=unknown, value=unknown[0].value)
    facts = replace(
        papers,
        goods_groups=tuple(one.goods_group for one in goods) or (EMPTY,),
        product_codes=tuple(_product(reference, one) for one in goods),
    )
    return judge(facts, on, reference.lane_rows)


def answers_of(verdict: Verdict) -> tuple[RuleAnswer, ...]:
    """Return what each rule of the day said, in order of their codes."""
    return tuple(
        RuleAnswer(RULES_BY_CODE[code], code not in verdict.refused) for code in verdict.considered
    )


def _product(reference: Reference, goods: Goods) -> str:
    hs_code = read("hs-code", goods.hs_code).normalised
    return reference.lane_rows.produce.code_of(hs_code, goods.product)


def _unknown(reference: Reference, gate: str, goods: tuple[Goods, ...]) -> Iterator[FieldError]:
    if gate not in reference.gates:
        yield FieldError("/gate", UnknownCodeError.code, gate)
    # Before any edition is confirmed no group is known; the rules still judge.
    groups = {group for one in reference.tariffs.editions.values() for group in one.groups}
    for index, line in enumerate(goods):
        if groups and line.goods_group not in groups:
            pointer = f"/goods/{index}/goods_group"
            yield FieldError(pointer, UnknownCodeError.code, line.goods_group)
