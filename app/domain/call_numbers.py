"""Numbers by which gates call: the prefix of the gate, and what its queue counted on that day."""

import re
from collections.abc import Mapping
from typing import Final

_SPOKEN: Final = re.compile(r"([A-Z]{0,4})-?([0-9]{1,4})")


def shown_call(prefix: str, number: int) -> str:
    """Return a number as boards show it: `TT-0012`."""
    return f"{prefix}-{number:04d}"


def read_call(
    text: str, prefixes: Mapping[str, str], gate: str | None = None
) -> tuple[str, str] | None:
    """Return the gate and the number that somebody means who says `TT-0012`, `tt12` or `12`.

    `prefixes` are those of the gates. Digits alone are a number of `gate`, where that is known.
    """
    said = _SPOKEN.fullmatch("".join(text.upper().split()))
    if said is None:
        return None
    prefix, digits = said.groups()
    if not prefix and gate is not None:
        prefix = prefixes.get(gate, "")
    whose = next((one for one, own in prefixes.items() if own == prefix), None)
    return None if whose is None else (whose, shown_call(prefix, int(digits)))
