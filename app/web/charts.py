"""Charts: where bars, lines and their scale lie; `charts.html` draws them as SVG.

    chart = bars(["07", "08"], [Series("Arrivals", (12, 30)), Series("Calls", (10, 24), "second")])
    {{ chart_of(chart, title, labels_title) }}                      in a template

They need no script, are printed as they are seen, and say their figures in a table beside.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final

WIDTH: Final = 420
HEIGHT: Final = 190
LEFT: Final = 34
"""Room for the figures of the scale."""
TOP: Final = 10
BOTTOM: Final = 24
"""Room for the labels."""
MOST_TICKS: Final = 5
MOST_LABELS: Final = 8
STEPS: Final = (1, 2, 5)
SLOT_USED: Final = 0.76
"""What bars of a label take of its room."""


@dataclass(frozen=True, slots=True)
class Series:
    """Values that belong together, one a label, none where nobody knows; `tone` is a colour."""

    name: str
    values: Sequence[int | None]
    tone: str = "first"


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar; `tip` is what it stands for."""

    tone: str
    x: float
    y: float
    width: float
    height: float
    tip: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line through what is known, in pieces where something between is not."""

    tone: str
    pieces: Sequence[str]
    dots: Sequence[tuple[float, float, str]]


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart of some series over labels."""

    labels: Sequence[str]
    series: Sequence[Series]
    scale: Sequence[tuple[int, float]]
    """Figures of the scale, each with its height."""
    marks: Sequence[tuple[str, float]]
    """The labels that are written, each with the middle of its room."""
    bars: Sequence[Bar] = field(default=())
    lines: Sequence[Line] = field(default=())
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT

    @property
    def is_empty(self) -> bool:
        """Tell whether there is nothing to be seen."""
        return not any(value for one in self.series for value in one.values)

    @property
    def floor(self) -> float:
        """Return the height of nothing."""
        return HEIGHT - BOTTOM

    def rows(self) -> Sequence[tuple[str, Sequence[int | None]]]:
        """Return the figures, a row a label."""
        return [
            (label, [one.values[place] for one in self.series])
            for place, label in enumerate(self.labels)
        ]


def bars(labels: Sequence[str], series: Sequence[Series]) -> Chart:
    """Return a chart of bars that stand side by side, a group a label."""
    top = _top(series)
    room = _room(labels)
    width = room * SLOT_USED / max(1, len(series))
    found = [
        Bar(
            one.tone,
            x=_round(LEFT + room * (place + (1 - SLOT_USED) / 2) + width * number),
            y=_height(value, top),
            width=_round(width),
            height=_round(HEIGHT - BOTTOM - _height(value, top)),
            tip=f"{labels[place]}: {one.name} {value}",
        )
        for number, one in enumerate(series)
        for place, value in enumerate(one.values)
        if value
    ]
    return Chart(labels, series, _scale(top), _marks(labels), bars=found)


def lines(labels: Sequence[str], series: Sequence[Series]) -> Chart:
    """Return a chart of lines, with a dot for each value that is known."""
    top = _top(series)
    found = [_line(labels, one, top) for one in series]
    return Chart(labels, series, _scale(top), _marks(labels), lines=found)


def steps_to(highest: int) -> Sequence[int]:
    """Return the figures of a scale from 0 to at least `highest`, in steps of 1, 2 or 5 x 10^n."""
    size = 1
    while True:
        for step in (one * size for one in STEPS):
            if step * (MOST_TICKS - 1) >= highest:
                return range(0, max(step, -(-highest // step) * step) + 1, step)
        size *= 10


def _line(labels: Sequence[str], one: Series, top: int) -> Line:
    dots = [
        (_middle(labels, place), _height(value, top), f"{labels[place]}: {one.name} {value}")
        if value is not None
        else None
        for place, value in enumerate(one.values)
    ]
    known = [list(group) for is_there, group in groupby(dots, key=bool) if is_there]
    pieces = [" ".join(f"{dot[0]},{dot[1]}" for dot in piece if dot) for piece in known]
    return Line(one.tone, pieces, [dot for dot in dots if dot])


def _top(series: Sequence[Series]) -> int:
    """Return the highest figure of the scale."""
    return steps_to(max((value or 0 for one in series for value in one.values), default=0))[-1]


def _scale(top: int) -> Sequence[tuple[int, float]]:
    return [(figure, _height(figure, top)) for figure in steps_to(top)]


def _marks(labels: Sequence[str]) -> Sequence[tuple[str, float]]:
    every = -(-len(labels) // MOST_LABELS) or 1
    return [(labels[place], _middle(labels, place)) for place in range(0, len(labels), every)]


def _room(labels: Sequence[str]) -> float:
    return (WIDTH - LEFT) / max(1, len(labels))


def _middle(labels: Sequence[str], place: int) -> float:
    return _round(LEFT + _room(labels) * (place + 0.5))


def _height(value: int, top: int) -> float:
    return _round(TOP + (HEIGHT - BOTTOM - TOP) * (1 - value / top))


def _round(length: float) -> float:
    return round(length, 1)
