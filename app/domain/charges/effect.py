"""What a draft of a tariff would have changed: charges of a month, priced by it once more.

It is counted as the charges come by, so that it holds no more than its groups, however many.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from heapq import heappop, heappush
from operator import itemgetter
from typing import Any, Final
from uuid import UUID

from app.domain.charges.edition import Edition
from app.domain.charges.facts import read_facts
from app.domain.charges.quote import quote
from app.domain.charges.reductions import NO_REDUCTIONS, Reductions
from app.domain.errors import TariffRefusalError

EXTREMES: Final = 10
"""How many of the charges are named that would have risen, or fallen, most."""

Group = tuple[str, str, str]
"""Goods group and vehicle class as the charge has them, and direction."""


@dataclass(frozen=True, slots=True)
class Charged:
    """A charge as it was made: `total_vnd` for the goods group and class that it was priced by.

    `priced_on` and `known_at` say which reductions it was made with.
    """

    charge: UUID
    entry: UUID
    goods_group: str
    vehicle_class: str
    facts: Mapping[str, Any] | None
    total_vnd: int
    priced_on: date
    known_at: datetime | None


@dataclass(frozen=True, slots=True)
class Change:
    """What one charge is, and would have been by the draft, in whole VND."""

    charge: UUID
    entry: UUID
    group: Group
    then_vnd: int
    draft_vnd: int

    @property
    def change_vnd(self) -> int:
        """By how much it would have been dearer; negative: cheaper."""
        return self.draft_vnd - self.then_vnd


@dataclass(slots=True)
class Sum:
    """What the charges of a group come to, and would have come to by the draft, in whole VND."""

    entries: int = 0
    then_vnd: int = 0
    draft_vnd: int = 0
    dearer: int = 0
    cheaper: int = 0

    def add(self, change: Change) -> None:
        """Count one more charge."""
        self.entries += 1
        self.then_vnd += change.then_vnd
        self.draft_vnd += change.draft_vnd
        self.dearer += change.change_vnd > 0
        self.cheaper += change.change_vnd < 0


@dataclass(slots=True)
class Effect:
    """The effect of a draft, as counted by now: its prices, less the reductions of each charge.

    `refused` are charges for whose facts the draft has no price, by the rule that refuses;
    `without_facts` those of releases that froze none, which nobody can price anew.
    """

    edition: Edition
    reductions: Reductions = NO_REDUCTIONS
    whole: Sum = field(default_factory=Sum)
    groups: dict[Group, Sum] = field(default_factory=dict)
    refused: Counter[str] = field(default_factory=Counter)
    without_facts: int = 0
    _rises: list[tuple[int, int, Change]] = field(default_factory=list)
    _falls: list[tuple[int, int, Change]] = field(default_factory=list)

    def add(self, one: Charged) -> None:
        """Price the facts of one charge by the draft, and count the change."""
        if one.facts is None:
            self.without_facts += 1
            return
        read = read_facts(one.facts)
        reductions = self.reductions.on(one.priced_on, one.known_at)
        try:
            draft_vnd = quote(self.edition, read, reductions).total_vnd
        except TariffRefusalError as refusal:
            self.refused[refusal.code] += 1
            return
        group = (one.goods_group, one.vehicle_class, read.direction.value)
        change = Change(one.charge, one.entry, group, one.total_vnd, draft_vnd)
        self.whole.add(change)
        self.groups.setdefault(group, Sum()).add(change)
        _keep(self._rises, change.change_vnd, change)
        _keep(self._falls, -change.change_vnd, change)

    @property
    def rises(self) -> list[Change]:
        """The charges that would have risen most, the most first."""
        return _in_order(self._rises)

    @property
    def falls(self) -> list[Change]:
        """The charges that would have fallen most, the most first."""
        return _in_order(self._falls)


def _keep(kept: list[tuple[int, int, Change]], by: int, change: Change) -> None:
    """Keep a change among the greatest; those that are none are left out."""
    if by > 0:
        heappush(kept, (by, change.charge.int, change))
    if len(kept) > EXTREMES:
        heappop(kept)


def _in_order(kept: list[tuple[int, int, Change]]) -> list[Change]:
    return [change for _, _, change in sorted(kept, key=itemgetter(0, 1), reverse=True)]
