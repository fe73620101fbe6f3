"""The effect of a draft is the sum of its changes, however the charges come."""

from dataclasses import replace
from datetime import date
from random import Random
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from app.domain.charges import Edition, FeeFacts, Payload, facts_document, quote
from app.domain.charges.effect import EXTREMES, Charged, Effect
from app.domain.vocabulary import Direction, Journey
from tests.domain.reference import EDITION
from tests.domain.test_charges_properties import editions, loads

DAY = date(2026, 5, 15)


def charged(facts: FeeFacts, identity: UUID | None = None) -> Charged:
    made = quote(EDITION, facts)
    return Charged(
        identity or uuid4(), uuid4(), made.goods_group, made.vehicle_class, facts_document(facts),
        made.total_vnd, DAY, None,
    )  # fmt: skip


@given(editions(), st.lists(loads(), max_size=25), st.randoms(use_true_random=False))
def test_the_whole_is_the_sum_of_its_groups_in_any_order(
    draft: Edition, facts: list[FeeFacts], random: Random
) -> None:
    charges = [charged(one) for one in facts]
    effects = []
    for _ in range(2):
        effect = Effect(draft)
        for one in charges:
            effect.add(one)
        effects.append(effect)
        random.shuffle(charges)
    effect, other = effects
    assert (effect.whole, effect.groups, effect.rises, effect.falls) == (
        other.whole, other.groups, other.rises, other.falls,
    )  # fmt: skip
    parts = effect.groups.values()
    assert len(charges) == effect.whole.entries == sum(one.entries for one in parts)
    assert effect.whole.draft_vnd == sum(quote(draft, one).total_vnd for one in facts)
    assert effect.whole.then_vnd == sum(one.total_vnd for one in charges)
    assert effect.whole.dearer == sum(one.dearer for one in parts)
    assert len(effect.rises) == min(EXTREMES, effect.whole.dearer)
    assert len(effect.falls) == min(EXTREMES, effect.whole.cheaper)
    changes = [one.change_vnd for one in effect.rises]
    assert changes == sorted(changes, reverse=True)


def test_what_cannot_be_priced_is_counted_apart() -> None:
    facts = FeeFacts("road", Direction.EXPORT, Journey.OWN_VEHICLE, (), Payload(8_000))
    effect, one = Effect(EDITION), charged(facts)
    effect.add(one)
    rail = {**facts_document(facts), "mode": "rail"}
    for changed in (None, rail):
        effect.add(Charged(one.charge, one.entry, "empty", "4t-to-10t", changed, 0, DAY, None))
    assert (1, 1, {"mode-not-in-tariff": 1}) == (
        effect.whole.entries, effect.without_facts, dict(effect.refused),
    )  # fmt: skip
    assert [] == effect.rises == effect.falls


def test_of_many_that_rise_the_greatest_are_kept() -> None:
    free = FeeFacts("road", Direction.EXPORT, Journey.OWN_VEHICLE, (), Payload(8_000))
    effect = Effect(EDITION)
    rises = [(number, uuid4()) for number in range(1, EXTREMES + 6)]
    for rise, identity in rises:
        effect.add(replace(charged(free, identity), total_vnd=-rise))
    greatest = sorted(rises, reverse=True)[:EXTREMES]
    assert greatest == [(one.change_vnd, one.charge) for one in effect.rises]
