"""What `gate serve` prints when it answers."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from app.cli.preparing import KEYS_FILE
from app.core.config import Settings
from app.domain.gates import HANOI

COMPANY = "company-1"


def greeting(settings: Settings, keys: Mapping[str, str], now: datetime) -> str:
    """Return where everything is and, where there are sandbox keys, one request to begin with."""
    url = settings.base_url
    lines = [
        f"The gate is open on {url} ({settings.mode} mode)",
        f"  board      {url}/",
        f"  documents  {url}/docs",
        f"  queues     {url}/v1/queues",
        f"  health     {url}/health/ready",
    ]
    if not settings.is_production or settings.oidc_issuer is not None:
        lines.append(f"  people     {url}/sign-in")
    if COMPANY in keys:
        lines += [
            f"  keys       {settings.data_dir / KEYS_FILE}",
            "",
            "Register a truck of lychees, and learn its verdict, its price and what to do next:",
            "",
            first_request(url, keys[COMPANY], now),
            "",
        ]
    return "\n".join(lines)


def first_request(url: str, key: str, now: datetime) -> str:
    """Return a command that a reader can paste into a shell."""
    body = json.dumps(example_entry(now), indent=1)
    headers = [
        f"Authorization: Bearer {key}",
        "Accept-Language: en",
        "Content-Type: application/json",
    ]
    words = " ".join(f"-H '{header}'" for header in headers)
    return f"curl -sS {url}/v1/entries {words} -d '{body}' | python3 -m json.tool --no-ensure-ascii"


def example_entry(now: datetime) -> dict[str, Any]:
    """Return the body of a first registration: lychees for the morning after `now`, in order.

    The plate and the papers differ from second to second, so that pasting anew registers anew.
    """
    morning = (now.astimezone(HANOI) + timedelta(days=1)).replace(hour=9, minute=0, second=0)
    number = int(now.timestamp()) % 100_000
    return {
        "gate": "tan-thanh",
        "direction": "export",
        "planned_arrival_at": morning.isoformat(timespec="seconds"),
        "vehicle": {
            "tractor_plate": f"12C-{number // 100:03}.{number % 100:02}",
            "payload_kg": 15_000,
        },
        "consignments": [
            {
                "declaration_number": f"3099000{number:05}",
                "lines": [
                    {
                        "goods_group": "fresh-produce-export",
                        "product": "lychee",
                        "hs_code": "0810.90.20",
                        "gross_kg": 14_000,
                        "customs_value_vnd": 420_000_000,
                    },
                ],
            },
        ],
        "documents": {
            "phytosanitary_certificate": {"number": f"KD-{number:05}", "status": "issued"},
            "growing_area_code": "VN-LSOR-0001",
            "packing_house_code": "VN-LSPH-0001",
        },
    }
