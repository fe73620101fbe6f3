"""Grounds: why a vehicle belongs to a lane that not its goods give but somebody's word on them.

A company declares a ground; alone that gives nothing. An authority that the dated rows name
confirms it on a paper, and takes that back. A confirmation stands for the goods that it was given
for: when others are declared, or another ground, it lapses. Which lanes there are a policy edition
says. Source: the rows.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final

from app.domain.declaration import Declaration
from app.domain.findings import Finding, warning
from app.domain.rows import evidence, text
from app.domain.validity import Validity
from app.domain.vocabulary import Agency, Evidence, Lane, Role, Text

POINTER: Final = "/lane_ground"
UNCONFIRMED: Final = "ground-unconfirmed"
WITHOUT_LANE: Final = "ground-without-lane"


class GroundWord(StrEnum):
    """What was said of an entry's ground; `lapsed` says nobody: what it stood for has changed."""

    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True)
class LaneGround:
    """On some legal days, for which goods and papers who may confirm what gives a lane."""

    code: str
    lane: Lane
    label: Text
    papers: Text
    confirmed_by: tuple[Agency | Role, ...]
    valid: Validity
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Confirmation:
    """An authority's word on a ground, as it is kept with the entry: by whom, on which paper.

    `goods` are those that it was given for: goods group, product, HS code of each line.
    """

    ground: str
    lane: Lane
    authority: str
    document_reference: str
    goods: tuple[tuple[str | None, ...], ...]

    def covers(self, declaration: Declaration) -> bool:
        """Tell whether what is declared now was confirmed; weights and values may differ."""
        return declaration.lane_ground == self.ground and goods_of(declaration) == self.goods

    def document(self) -> dict[str, Any]:
        """Return the word as it is stored."""
        return {
            "ground": self.ground,
            "lane": self.lane.value,
            "authority": self.authority,
            "document_reference": self.document_reference,
            "goods": [list(one) for one in self.goods],
        }

    @classmethod
    def parse(cls, stored: Mapping[str, Any]) -> "Confirmation":
        """Return a stored word."""
        goods = tuple(tuple(one) for one in stored["goods"])
        said = stored["authority"], stored["document_reference"]
        return cls(stored["ground"], Lane(stored["lane"]), *said, goods)


_CONFIRMERS: Final[Mapping[str, Agency | Role]] = {
    **{agency.value: agency for agency in Agency},
    **{role.value: role for role in (Role.OFFICER, Role.BOARD)},
}


def parse_lane_grounds(rows: Iterable[Mapping[str, Any]]) -> tuple[LaneGround, ...]:
    """Return the grounds of a published document.

    Raises:
        KeyError, ValueError: a row lacks a field or has a value that we do not know.
    """
    return tuple(
        LaneGround(
            row["code"],
            Lane(row["lane"]),
            text(row["label"]),
            text(row["papers"]),
            tuple(_CONFIRMERS[code] for code in row["confirmed_by"]),
            Validity.parse(row),
            evidence(row),
        )
        for row in rows
    )


def ground_on(rows: Iterable[LaneGround], code: str | None, on: date) -> LaneGround | None:
    """Return the row of a ground on a legal day; None where no row covers it."""
    return next((one for one in rows if one.code == code and one.valid.covers(on)), None)


def goods_of(declaration: Declaration) -> tuple[tuple[str | None, ...], ...]:
    """Return what is carried, by what the lines are called and not by how much it is."""
    return tuple(
        sorted(
            ((line.goods_group, line.product, line.hs_code) for line in declaration.lines),
            key=repr,
        )
    )


def standing(stored: Mapping[str, Any] | None, declaration: Declaration) -> Confirmation | None:
    """Return the confirmation that stands for what is declared; None where there is none."""
    said = None if stored is None else Confirmation.parse(stored)
    return said if said is not None and said.covers(declaration) else None


def findings_of_ground(
    declaration: Declaration,
    said: Confirmation | None,
    rows: Iterable[LaneGround],
    on: date,
    lanes: Collection[Lane],
) -> Iterator[Finding]:
    """Yield why a declared ground gives no lane: no edition has one that day, or nobody confirmed.

    `lanes` are those of the edition of the day. A word that was given stands though its row has
    ended since. The value of a finding that somebody's word is missing is who may give it.
    """
    code = declaration.lane_ground
    if code is None:
        return
    row = ground_on(rows, code, on)
    given = said or row
    if given is None or given.lane not in lanes:
        yield warning(WITHOUT_LANE, POINTER, code)
    elif said is None and row is not None:
        yield warning(UNCONFIRMED, POINTER, ", ".join(one.value for one in row.confirmed_by))
