"""The waits of the queue page as a drawing: a bar to the mean, a line to the 95th percentile."""

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from docs.queue_page import LANES, RULES, queue_result

HOUR = 3600
LEFT, TOP, WIDTH = 190, 46, 540
BAR, GAP = 14, 20
COLOURS = {"green-season": "#0b6e4f", "green": "#6bbf59", "ordinary": "#8a8d91"}
STYLE = 'font-family="sans-serif" font-size="12"'
STEP = 6  # hours between the lines of the grid


def queue_chart() -> str:
    """Return the drawing, in numbers that are the same on any machine."""
    rules = queue_result()["rules"]
    most = max(lane["p95"] for rule in rules for lane in rule["lanes"].values())
    hours = -(-most // (STEP * HOUR)) * STEP
    group = len(LANES) * BAR + GAP
    height = TOP + len(rules) * group + 24
    box = f'viewBox="0 0 {LEFT + WIDTH + 40} {height}"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {box} {STYLE} role="img">',
        "<title>Mean wait by rule and lane, and the wait that 95 of 100 do not exceed</title>",
        '<rect width="100%" height="100%" fill="#ffffff"/>',
        *_legend(),
        *_grid(hours, height),
    ]
    for place, rule in enumerate(rules):
        lines += _rule(rule, TOP + place * group + GAP // 2, hours)
    return "\n".join([*lines, "</svg>"]) + "\n"


def _legend() -> Iterator[str]:
    for place, (lane, name) in enumerate(LANES.items()):
        x = LEFT + place * 90
        yield f'<rect x="{x}" y="8" width="12" height="12" fill="{COLOURS[lane]}"/>'
        yield f'<text x="{x + 17}" y="18">{name}</text>'
    yield f'<text x="{LEFT + 290}" y="18">bar: mean, line: 95 of 100</text>'


def _grid(hours: int, height: int) -> Iterator[str]:
    for hour in range(0, hours + 1, STEP):
        x = _x(hour * HOUR, hours)
        yield f'<path d="M{x} {TOP - 4}V{height - 24}" stroke="#d8dade"/>'
        yield f'<text x="{x}" y="{TOP - 8}" text-anchor="middle" fill="#55585c">{hour} h</text>'
    yield (
        f'<text x="{LEFT}" y="{height - 8}" fill="#55585c">open hours from the start of waiting to'
        " the call</text>"
    )


def _rule(rule: Mapping[str, Any], top: int, hours: int) -> Iterator[str]:
    name = escape(RULES[rule["rule"]])
    middle = top + len(LANES) * BAR // 2 + 4
    yield f'<text x="{LEFT - 10}" y="{middle}" text-anchor="end">{name}</text>'
    for place, lane in enumerate(LANES):
        told, y = rule["lanes"][lane], top + place * BAR
        mean, rare = _x(told["mean"], hours), _x(told["p95"], hours)
        wide = mean - LEFT
        yield f'<rect x="{LEFT}" y="{y}" width="{wide}" height="12" fill="{COLOURS[lane]}"/>'
        yield f'<path d="M{mean} {y + 6}H{rare}M{rare} {y + 2}V{y + 10}" stroke="#33363a"/>'


def _x(seconds: int, hours: int) -> int:
    return LEFT + seconds * WIDTH // (hours * HOUR)
