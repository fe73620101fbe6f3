"""How an operation is asked: by whom, and about what exists."""

import re
from collections.abc import Mapping
from typing import Any, Final
from zlib import crc32

from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation import GenerationMode

from app.api.paging import LONGEST_CURSOR
from tests.conftest import key_of
from tests.contract.known import Known

VISIBLE: Final = re.compile("[!-~]{1,255}")
PLAIN: Final = {
    "gate": "tan-thanh",
    "direction": "export",
    "goods_group": "fresh-produce-export",
    "product": "durian",
    "planned_arrival_at": "2026-03-12T10:00:00+07:00",
    "on": "2026-05-15",
    "known_on": "2026-05-15",
}


def chance_of(case: Any) -> int:
    """Return a number that is the same for the same request, in any process."""
    asked = (case.method, case.path_parameters, case.query, dict(case.headers or {}), case.body)
    return crc32(repr(asked).encode("utf-8", "surrogatepass"))


def key(name: str | None) -> dict[str, str]:
    """Return the header that makes a request one of `name`, or of nobody."""
    return {"Authorization": f"Bearer {key_of(name)}"} if name else {}


def ground(case: Any, known: Known, chance: int) -> None:
    """Let a request of the right shape be about something that exists."""
    _loosen(case.headers or {}, case.query or {}, chance)
    if _is_sound(case, ParameterLocation.PATH):
        for name in case.path_parameters:
            if there := known.at(case.path, name):
                case.path_parameters[name] = there[chance % len(there)]
    if _is_sound(case, ParameterLocation.BODY):
        case.body = _grounded(case.body, _names(known, chance))


def hurry(case: Any) -> None:
    """Let nobody wait for events: no test is about to make any."""
    if str((case.query or {}).get("wait", "")).isdecimal():
        case.query["wait"] = "0"


def _loosen(headers: Any, query: Any, chance: int) -> None:
    """Take away what would end most requests early: old keys, false cursors."""
    if VISIBLE.fullmatch(str(headers.get("Idempotency-Key", ""))):
        headers["Idempotency-Key"] = f"key-{chance}"
    if "If-Match" in headers:
        headers["If-Match"] = f'"{1 + chance % 3}"'
    if len(str(query.get("cursor", ""))) <= LONGEST_CURSOR:
        query.pop("cursor", None)


def _names(known: Known, chance: int) -> Mapping[str, str]:
    """Return values that mean something, a plate of its own among them."""
    references = known.of("reference") or ("E4K7-9QXPM2",)
    number = chance % 100_000
    return {
        **PLAIN,
        "reference": references[chance % len(references)],
        "tractor_plate": f"29H-{number // 100:03}.{number % 100:02}",
        "declaration_number": f"30{chance % 10**10:010}",
        "client_reference": f"DN-{chance}",
    }


def _is_sound(case: Any, where: ParameterLocation) -> bool:
    component = case.meta.components.get(where)
    return component is not None and component.mode is GenerationMode.POSITIVE


def _grounded(value: Any, names: Mapping[str, str]) -> Any:
    """Return a body whose codes and references are those of the service."""
    if isinstance(value, list):
        return [_grounded(one, names) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        name: names[name] if name in names and isinstance(one, str) else _grounded(one, names)
        for name, one in value.items()
    }
