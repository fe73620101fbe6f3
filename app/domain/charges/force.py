"""When a tariff edition is in force, and since when that has been known.

These rows stand apart from the content of an edition. A row is only ever closed, so that the price
that was right by the knowledge of any past instant can still be asked. Rows that ship with the
service say their days, first and end; an announced edition has the day on which it begins. Of those
that have begun the last rules, so an edition ends where the next begins.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo
from itertools import combinations
from typing import Any

from app.domain.charges.edition import Edition
from app.domain.charges.knowledge import Known
from app.domain.charges.reductions import NO_REDUCTIONS, Reductions
from app.domain.errors import FieldError, NoTariffInForceError, OverlappingForceError
from app.domain.gates import ZONE
from app.domain.rows import evidence
from app.domain.validity import Validity
from app.domain.vocabulary import Basis, Evidence

ANNOUNCED = Evidence(Basis.PUBLISHED, "announced by the Management Board")
BEFORE_ALL = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Force:
    """That an edition is in force in the days of `valid`, as was known at the instants `known`."""

    edition: str
    valid: Validity
    known: Known
    evidence: Evidence

    def holds(self, on: date, known_at: datetime | None) -> bool:
        """Tell whether it covers a day by the knowledge of an instant; None asks the latest."""
        return self.known.covers(known_at) and self.valid.covers(on)

    def contradicts(self, other: "Force") -> bool:
        """Tell whether both would answer one day by the knowledge of one instant."""
        return self.valid.overlaps(other.valid) and self.known.overlaps(other.known)


@dataclass(frozen=True, slots=True)
class AnnouncedTariff:
    """An edition that the board has announced for a day, known until it was withdrawn."""

    code: str
    starts_on: date
    known: Known
    withdrawal_reason: str | None = None

    @property
    def force(self) -> Force:
        """When it is in force: from its day, until the next begins."""
        return Force(self.code, Validity(self.starts_on), self.known, ANNOUNCED)


def parse_force(document: Mapping[str, Any], zone: tzinfo = ZONE) -> tuple[Force, ...]:
    """Return the `force` rows of a tariff document; what is known on a day is so from its start."""
    return tuple(
        Force(
            edition=document["code"],
            valid=Validity.parse(row),
            known=Known(_begin(row["known_from"], zone), _begin(row["known_to"], zone)),
            evidence=evidence(row),
        )
        for row in document["force"]
    )


def _begin(day: str | None, zone: tzinfo) -> datetime | None:
    return datetime.combine(date.fromisoformat(day), time(), zone) if day else None


class Tariffs:
    """The editions at hand and when each is in force, and the reductions of their prices.

    `force` has what was in force by the knowledge of every time: at most one row covers a day by
    the knowledge of one instant. `known_at` is the newest instant whose knowledge is in it, of
    editions or reductions.
    """

    __slots__ = ("editions", "force", "known_at", "reductions")

    editions: Mapping[str, Edition]
    force: tuple[Force, ...]
    known_at: datetime | None
    reductions: Reductions

    def __init__(
        self,
        editions: Iterable[Edition],
        force: Iterable[Force],
        announced: Iterable[Force] = (),
        reductions: Reductions = NO_REDUCTIONS,
    ) -> None:
        """Keep both; rows of an edition that is not at hand (not confirmed) put nothing in force.

        Raises:
            OverlappingForceError: two rows of `force` overlap in both ranges.
        """
        self.editions = {edition.code: edition for edition in editions}
        shipped = tuple(force)
        for one, other in combinations(shipped, 2):
            if one.contradicts(other):
                raise OverlappingForceError(one=one.edition, other=other.edition)
        rows = (*shipped, *announced)
        self.force = tuple(_history(rows))
        self.reductions = reductions
        self.known_at = max((*_turns(rows), *reductions.turns), default=None)

    def having(self, editions: Iterable[Edition]) -> "Tariffs":
        """Return the same force, with these editions at hand."""
        other = copy(self)
        other.editions = {edition.code: edition for edition in editions}
        return other

    def in_force(self, on: date, known_at: datetime | None = None) -> Edition:
        """Return the edition of a legal day, by the latest knowledge or by that of an instant.

        Raises:
            NoTariffInForceError: none, or one that is not at hand; nothing stands in for it.
        """
        for row in self.force:
            if row.holds(on, known_at) and row.edition in self.editions:
                return self.editions[row.edition]
        day = on.isoformat()
        raise NoTariffInForceError(errors=(FieldError("/on", "no-tariff-in-force", day),), day=day)

    def end_of(self, code: str) -> date | None:
        """Return the first day on which an edition rules no more, by the latest knowledge.

        None where no end is known; the first of all days where it is not to rule at all.
        """
        ends = [r.valid.end for r in self.force if r.edition == code and r.known.end is None]
        return None if None in ends else max((end for end in ends if end), default=date.min)


def with_force(
    documents: Iterable[Mapping[str, Any]], tariffs: Tariffs, zone: tzinfo = ZONE
) -> list[dict[str, Any]]:
    """Return editions with the days on which each is in force, as was known on some days.

    An instant is told as its legal day; `valid_from` and `valid_to` are by the latest knowledge.
    """
    return [
        {**one, **_told([row for row in tariffs.force if row.edition == one["code"]], zone)}
        for one in documents
    ]


def _told(rows: Sequence[Force], zone: tzinfo) -> dict[str, Any]:
    in_order = sorted(rows, key=lambda row: (row.known.first or BEFORE_ALL, _begins(row)))
    latest = sorted((row for row in rows if row.known.end is None), key=_begins)
    return {
        "valid_from": _iso(latest[0].valid.first) if latest else None,
        "valid_to": _iso(latest[-1].valid.end) if latest else None,
        "force": [
            {
                "valid_from": _iso(row.valid.first),
                "valid_to": _iso(row.valid.end),
                "known_from": _iso(_day(row.known.first, zone)),
                "known_to": _iso(_day(row.known.end, zone)),
                "basis": row.evidence.basis.value,
                "source": row.evidence.source,
            }
            for row in in_order
        ],
    }


def _day(at: datetime | None, zone: tzinfo) -> date | None:
    return at.astimezone(zone).date() if at else None


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _turns(rows: Sequence[Force]) -> list[datetime]:
    """Return the instants at which knowledge changed, in order."""
    return sorted({at for row in rows for at in (row.known.first, row.known.end) if at})


def _history(rows: Sequence[Force]) -> Iterator[Force]:
    """Yield what was in force by the knowledge of each time, rows that went on told once."""
    told: dict[tuple[Force, Validity], datetime | None] = {}
    for turn in (None, *_turns(rows)):
        known = [row for row in rows if _is_known_from(row, turn)]
        now = list(_days(known))
        for (row, valid), first in list(told.items()):
            if (row, valid) not in now:
                del told[row, valid]
                yield Force(row.edition, valid, Known(first, turn), row.evidence)
        for one in now:
            told.setdefault(one, turn)
    for (row, valid), first in told.items():
        yield Force(row.edition, valid, Known(first), row.evidence)


def _is_known_from(row: Force, turn: datetime | None) -> bool:
    return row.known.first is None if turn is None else row.known.covers(turn)


def _days(rows: Sequence[Force]) -> Iterator[tuple[Force, Validity]]:
    """Yield the days on which each row rules: from its own until those of the next begin."""
    in_order = sorted(rows, key=_begins)
    for number, row in enumerate(in_order, start=1):
        first = row.valid.first or date.min
        following = [one.valid.first or date.min for one in in_order[number : number + 1]]
        end = min([row.valid.end or date.max, *following])
        if first < end:
            yield row, Validity(row.valid.first, None if end == date.max else end)


def _begins(row: Force) -> tuple[date, datetime]:
    """Sort by the first day; of two that begin on one day the one that was known later is last."""
    return row.valid.first or date.min, row.known.first or BEFORE_ALL
