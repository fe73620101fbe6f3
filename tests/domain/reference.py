"""The reference data and golden vectors that the rules are tested on."""

import csv
import json
from copy import deepcopy
from pathlib import Path
from typing import Any

from app.domain.charges import Tariffs, parse_edition, parse_force
from app.domain.green_lane import LaneRows, parse_lane_days, parse_products

ROOT = Path(__file__).parents[2]


def reference(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(
        (ROOT / "app" / "reference" / f"{name}.json").read_text(encoding="utf-8")
    )
    return document


def vectors(name: str) -> list[dict[str, str]]:
    with (ROOT / "tests" / "vectors" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def copy_of(document: dict[str, Any]) -> dict[str, Any]:
    return deepcopy(document)


TARIFF_DOCUMENTS = tuple(reference(code) for code in ("tariff-2019-01", "tariff-2025-09"))
TARIFFS = Tariffs(
    [parse_edition(document) for document in TARIFF_DOCUMENTS],
    [row for document in TARIFF_DOCUMENTS for row in parse_force(document)],
)
EDITION = TARIFFS.editions["tariff-2025-09"]
GATES = {gate["code"]: gate for gate in reference("gates")["gates"]}
LANE_ROWS = LaneRows(
    {code: parse_lane_days(gate) for code, gate in GATES.items()},
    parse_products(reference("produce")),
)
