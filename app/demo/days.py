"""The days that the Management Board published gate by gate, from the reference data."""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from importlib.resources import files

from app.demo.failures import DemoError
from app.domain.volumes import Measure, Volume, parse_volume

GATES = ("huu-nghi", "tan-thanh")


class Cargo(StrEnum):
    """What the Board tells apart: fruit and other exports, imported goods and new vehicles."""

    FRUIT = "fruit"
    OTHER = "other"
    GOODS = "goods"
    NEW_VEHICLES = "new-vehicles"


EXPORTS = frozenset({Cargo.FRUIT, Cargo.OTHER})
Counts = Mapping[tuple[str, Cargo], int]


@dataclass(frozen=True, slots=True)
class PublishedDay:
    """How many vehicles of each cargo went through each gate on a day, and who said so."""

    day: date
    counts: Counts
    sources: tuple[str, ...]

    def scaled(self, scale: float) -> Counts:
        """Return the counts made smaller, each rounded by itself."""
        return {cell: round(number * scale) for cell, number in self.counts.items()}


def published_volumes() -> list[Volume]:
    """Return the published numbers that ship with the service."""
    text = (files("app") / "reference" / "daily-volumes.csv").read_text("utf-8")
    return [parse_volume(row) for row in csv.DictReader(io.StringIO(text))]


def published_day(day: date, volumes: Iterable[Volume]) -> PublishedDay:
    """Return what was published of the two gates on a day.

    Where imports were printed whole, they are goods, less the new vehicles that other rows name.

    Raises:
        DemoError: it was not published gate by gate and cargo by cargo.
    """
    printed = [
        one
        for one in volumes
        if one.measure is Measure.THROUGHPUT and one.is_of_one_day and one.day == day
    ]
    told = {(one.area, one.direction, one.cargo): one.vehicles for one in printed}
    counts: dict[tuple[str, Cargo], int] = {}
    for gate in GATES:
        try:
            counts[gate, Cargo.FRUIT] = told[gate, "export", "fruit"]
            counts[gate, Cargo.OTHER] = told[gate, "export", "other"]
            new = told.get((gate, "import", "new-vehicles"), 0)
            counts[gate, Cargo.GOODS] = told[gate, "import", "all"] - new
        except KeyError:
            message = f"{day} was not published by gate and cargo; 2024-08-22 and 2024-08-29 were"
            raise DemoError(message) from None
        counts[gate, Cargo.NEW_VEHICLES] = new
    sources = {one.evidence.source for one in printed if one.area in GATES}
    return PublishedDay(day, counts, tuple(sorted(sources)))
