"""The legal days that are asked for, of which an answer holds no more than so many."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from app.domain.errors import EmptyValidityError, PeriodTooLongError

MOST_DAYS: Final = 366


@dataclass(frozen=True, slots=True)
class Period:
    """Legal days from `first` (in) to `end` (out).

    Raises:
        EmptyValidityError, PeriodTooLongError.
    """

    first: date
    end: date

    def __post_init__(self) -> None:
        """Refuse a period without a day, or of more than a year."""
        if self.first >= self.end:
            raise EmptyValidityError(first=self.first.isoformat(), end=self.end.isoformat())
        if (self.end - self.first).days > MOST_DAYS:
            raise PeriodTooLongError(most=MOST_DAYS)

    @classmethod
    def of_day(cls, day: date) -> "Period":
        """Return one day."""
        return cls(day, day + timedelta(days=1))

    @property
    def days(self) -> tuple[date, date]:
        """The first day, and the day after the last."""
        return self.first, self.end
