"""A whole tariff edition, as small as one may be: what is pasted to see how one is brought in."""

from collections.abc import Mapping
from typing import Any, Final

Row = Mapping[str, Any]

OURS: Final = {"basis": "provisional", "source": "an example"}
SHARES: Final = (
    ("own-vehicle-export", "own_vehicle", "declared", ["export"], "infrastructure", 10_000),
    ("inland-import", "own_vehicle", "declared", ["import"], "infrastructure", 13_000),
    ("transship-only", "transshipment", "declared", ["export", "import"], "transfer", 3_000),
    ("receiving-vehicle", "transshipment", "receiving", ["export", "import"], "infrastructure",
     10_000),
)  # fmt: skip
KINDS: Final = {"infrastructure": "Infrastructure fee", "transfer": "Transfer fee"}


def _label(text: str) -> Row:
    return {"vi": text, "en": text, "zh": None}


def _group(code: str, letter: str, *, chargeable: bool) -> Row:
    both = ["export", "import"]
    return {
        "code": code, "letter": letter, "label": _label(code), "directions": both,
        "chargeable": chargeable, **OURS,
    }  # fmt: skip


def _cell(group: str, amount: int) -> Row:
    return {"goods_group": group, "vehicle_class": "any", "amount_vnd": amount, **OURS}


def _share(row: tuple[str, str, str, list[str], str, int]) -> Row:
    code, journey, role, directions, kind, points = row
    return {
        "code": code, "label": _label(code), "journey": journey, "vehicle_role": role,
        "directions": directions, "order_kind": kind, "basis_points": points, **OURS,
    }  # fmt: skip


EDITION: Final[Row] = {
    "code": "tariff-2027-02",
    "title": _label("One class, one price"),
    "official": False,
    "legal_reference": {
        "number": "15/2026/NQ-HĐND", "issued_by": "Hội đồng nhân dân tỉnh Lạng Sơn",
        "issued_on": "2026-12-08", "replaces": "09/2025/NQ-HĐND", "replaced_by": None, **OURS,
    },
    "scope": {"modes": ["road"], **OURS},
    "split": {"collector_basis_points": 1_000, "state_budget_basis_points": 9_000, **OURS},
    "collector": {"names": _label("Border Gate Management Centre"), **OURS},
    "budget_code": {"item": "2250", "sub_item": "2267", **OURS},
    "formula": {"text": "line = cell x multiplier x share", **OURS},
    "vehicle_classes": [
        {
            "code": "any", "rank": 1, "platform_code": "VT", "label": _label("Any vehicle"),
            "payload_kg": {"from": 0, "below": None},
            "container_length_ft": {"from": 1, "below": None}, **OURS,
        }
    ],
    "vehicle_class_rule": {"steps": ["Every vehicle is of the one class."], **OURS},
    "goods_groups": [
        _group("ordinary", "A", chargeable=True), _group("empty", "B", chargeable=False),
    ],
    "cells": [_cell("ordinary", 320_000), _cell("empty", 0)],
    "multipliers": [],
    "journeys": [_share(row) for row in SHARES],
    "mixed_load_rule": {"steps": ["The line of the highest value gives the group."], **OURS},
    "order_kinds": [{"code": kind, "label": _label(text), **OURS} for kind, text in KINDS.items()],
    "notes": ["Only an example."],
}  # fmt: skip
"""One class, two goods groups, and every share that an edition needs."""
