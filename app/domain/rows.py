"""How a dated reference row says what it rests on; shared by everything that reads such rows."""

from collections.abc import Mapping
from typing import Any, cast

from app.domain.errors import FieldError, ReferenceDataError
from app.domain.vocabulary import Basis, Evidence, Text

Row = Mapping[str, Any]
"""One object of a reference document, as JSON gives it."""


def evidence(row: Row) -> Evidence:
    """Return the `basis` and `source` of a row."""
    return Evidence(Basis(row["basis"]), row["source"])


def evidence_of(row: Row, field: str) -> Evidence:
    """Return what one field of a row rests on, where the row tells it apart; else the row's."""
    return evidence(row.get("evidence", {}).get(field, row))


def text(value: Mapping[str, str | None]) -> Text:
    """Return a label in its three languages; `zh` is None where unknown."""
    return cast("Text", {"vi": value["vi"], "en": value["en"], "zh": value.get("zh")})


def unfit(*faults: FieldError) -> ReferenceDataError:
    """Return the error that names every fault, the first in its sentence."""
    first = faults[0]
    return ReferenceDataError(errors=faults, at=first.pointer, fault=first.rule, value=first.value)
