"""When a tariff edition is in force, and since when that has been known.

These rows stand apart from the content of an edition. A row is only ever closed, so that the price
that was right by the knowledge of any past day can still be asked.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import Any

from app.domain.charges.edition import Edition
from app.domain.errors import FieldError, NoTariffInForceError, OverlappingForceError
from app.domain.rows import evidence
from app.domain.validity import Validity
from app.domain.vocabulary import Evidence


@dataclass(frozen=True, slots=True)
class Force:
    """That an edition is in force in the days of `valid`, as known in the days of `known`."""

    edition: str
    valid: Validity
    known: Validity
    evidence: Evidence

    def holds(self, on: date, known_on: date | None) -> bool:
        """Tell whether it covers a day by the knowledge of another; None asks the latest."""
        if known_on is None:
            return self.known.end is None and self.valid.covers(on)
        return self.known.covers(known_on) and self.valid.covers(on)

    def contradicts(self, other: "Force") -> bool:
        """Tell whether both would answer one day by the knowledge of one day."""
        return self.valid.overlaps(other.valid) and self.known.overlaps(other.known)


def parse_force(document: Mapping[str, Any]) -> tuple[Force, ...]:
    """Return the `force` rows of a tariff document."""
    return tuple(
        Force(
            edition=document["code"],
            valid=Validity.parse(row),
            known=Validity.parse({"valid_from": row["known_from"], "valid_to": row["known_to"]}),
            evidence=evidence(row),
        )
        for row in document["force"]
    )


class Tariffs:
    """The editions at hand and when each is in force."""

    __slots__ = ("editions", "force")

    editions: Mapping[str, Edition]
    force: tuple[Force, ...]

    def __init__(self, editions: Iterable[Edition], force: Iterable[Force]) -> None:
        """Keep both; rows of an edition that is not at hand (not confirmed) put nothing in force.

        Raises:
            OverlappingForceError: two rows overlap in both ranges.
        """
        self.editions = {edition.code: edition for edition in editions}
        self.force = tuple(force)
        for one, other in combinations(self.force, 2):
            if one.contradicts(other):
                raise OverlappingForceError(one=one.edition, other=other.edition)

    def in_force(self, on: date, known_on: date | None = None) -> Edition:
        """Return the edition of a legal day, by the latest knowledge or by that of `known_on`.

        Raises:
            NoTariffInForceError: none, or one that is not at hand; nothing stands in for it.
        """
        for row in self.force:
            if row.holds(on, known_on) and row.edition in self.editions:
                return self.editions[row.edition]
        day = on.isoformat()
        raise NoTariffInForceError(errors=(FieldError("/on", "no-tariff-in-force", day),), day=day)
