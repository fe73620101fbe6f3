"""Products with their access to China, papers and seasons: dated rows that change by season."""

from dataclasses import dataclass
from datetime import date

from app.domain.validity import Validity
from app.domain.vocabulary import Evidence, Lane, Text

MonthDay = tuple[int, int]
CHINA = "CN"


@dataclass(frozen=True, slots=True)
class MarketAccess:
    """That a product may, or may not yet, enter a market on these days.

    `date_precision` is `day`, or `month` where the first of the month stands in for an unknown day.
    """

    market: str
    status: str
    is_open: bool
    valid: Validity
    date_precision: str | None
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Paper:
    """A document that a market asks for with a product on these days."""

    document: str
    market: str
    valid: Validity
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Season:
    """A window of the year in which a gate gives a product a lane of its own.

    `first_day` and `last_day` are (month, day), both included, in every year that `valid` covers;
    a window may run over New Year. `daily_allotment` None is without limit.
    """

    product: str
    gate_code: str
    lane: Lane
    first_day: MonthDay
    last_day: MonthDay
    valid: Validity
    daily_allotment: int | None
    evidence: Evidence
    allotment_evidence: Evidence

    @property
    def code(self) -> str:
        """A name that no other season has, such as `lychee@tan-thanh/05-20/2025-05-20`."""
        month, day = self.first_day
        begins = self.valid.first.isoformat() if self.valid.first else ""
        return f"{self.product}@{self.gate_code}/{month:02}-{day:02}/{begins}"

    def covers(self, day: date) -> bool:
        """Tell whether a legal day is in the window of a year in which the season is held."""
        return self.valid.covers(day) and self._in_window((day.month, day.day))

    def has_place(self, admitted_today: int) -> bool:
        """Tell whether the day's allotment has a place left after `admitted_today` vehicles."""
        return self.daily_allotment is None or admitted_today < self.daily_allotment

    def _in_window(self, today: MonthDay) -> bool:
        if self.first_day <= self.last_day:
            return self.first_day <= today <= self.last_day
        return today >= self.first_day or today <= self.last_day


@dataclass(frozen=True, slots=True)
class HsPrefix:
    """Digits with which the HS codes of a product begin."""

    digits: str
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Product:
    """A kind of produce in one form; two forms of one fruit are two products."""

    code: str
    names: Text
    hs_prefixes: tuple[HsPrefix, ...]
    form: str
    fee_goods_group: str
    green_lane: bool
    market_access: tuple[MarketAccess, ...]
    papers: tuple[Paper, ...]
    shelf_life_class: str
    shelf_life_evidence: Evidence
    seasons: tuple[Season, ...]
    note: str | None
    evidence: Evidence

    def access_on(self, day: date, market: str = CHINA) -> MarketAccess | None:
        """Return the row of a market that covers a day; None where there is none."""
        rows = (row for row in self.market_access if row.market == market and row.valid.covers(day))
        return next(rows, None)

    def is_open(self, day: date, market: str = CHINA) -> bool:
        """Tell whether the market takes the product on a day; no row means no."""
        access = self.access_on(day, market)
        return access is not None and access.is_open

    def papers_on(self, day: date, market: str = CHINA) -> frozenset[str]:
        """Return the documents that the market asks for on a day."""
        return frozenset(
            paper.document
            for paper in self.papers
            if paper.market == market and paper.valid.covers(day)
        )

    def season_at(self, gate_code: str, day: date) -> Season | None:
        """Return the season held at a gate on a day, the first listed where two were."""
        rows = (row for row in self.seasons if row.gate_code == gate_code and row.covers(day))
        return next(rows, None)


@dataclass(frozen=True, slots=True)
class Named:
    """A code of the produce list with its label: a document, an access status, a shelf life."""

    code: str
    label: Text
    evidence: Evidence
