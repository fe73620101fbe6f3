"""A row of a batch, read as the body of a single registration is, and why it was refused."""

import json
from collections.abc import Mapping
from typing import Any

from fastapi.exceptions import RequestValidationError
from pydantic import TypeAdapter, ValidationError

from app.api.failures import InvalidRequestError
from app.api.field_errors import MOST_ERRORS, RequestFieldError, faults_of
from app.api.fleet.columns import column_of
from app.api.problems import Problem, codes, is_shown, problem
from app.api.schemas.declarations import EntryIn, UnitId
from app.api.schemas.types import RawIdentifier, Reference
from app.api.texts import Language
from app.domain.errors import DomainError, FieldError
from app.services.declarations.batch_work import Named, Read
from app.services.declarations.declaring import Driver

CODES = codes()
PLATE: TypeAdapter[str] = TypeAdapter(RawIdentifier)
REFERENCE: TypeAdapter[str] = TypeAdapter(Reference)
UNIT: TypeAdapter[str] = TypeAdapter(UnitId)


class Rows:
    """What workers read rows by: the same schema, the same codes, the same pointers."""

    def read(self, text: str) -> Read:
        """Return what a row declares.

        Raises:
            InvalidRequestError: naming every field that breaks a rule of shape.
        """
        value = json.loads(text)
        try:
            body = EntryIn.__pydantic_validator__.validate_python(value)
        except ValidationError as error:
            found = [{**one, "loc": ("body", *one["loc"])} for one in error.errors()[:MOST_ERRORS]]
            raise InvalidRequestError(
                errors=faults_of(RequestValidationError(found, body=value))
            ) from None
        driver = Driver(**body.driver.model_dump()) if body.driver else Driver()
        return Read(body.document(), driver)

    def named(self, text: str) -> Named:
        """Return by what its sender knows a row that could not be read, as far as that is fit."""
        row = json.loads(text)
        vehicle = row.get("vehicle") if isinstance(row, dict) else None
        plate = _fit(PLATE, vehicle, "tractor_plate") or _fit(UNIT, vehicle, "unit_id")
        return Named(_fit(REFERENCE, row, "client_reference"), plate)

    def kept(self, refusal: DomainError) -> dict[str, Any]:
        """Return what is stored of a refusal: codes, facts, and values that may be shown."""
        return {
            "code": refusal.code,
            "facts": dict(refusal.facts),
            "errors": [_kept(one) for one in refusal.errors[:MOST_ERRORS]],
        }


def _fit(kind: TypeAdapter[str], holder: object, name: str) -> str | None:
    """Return what stands there, where it has the shape that is asked for."""
    try:
        return kind.validate_python(holder.get(name)) if isinstance(holder, dict) else None
    except ValidationError:
        return None


def _kept(error: FieldError) -> dict[str, Any]:
    return {
        "pointer": error.pointer,
        "rule": error.rule,
        "value": error.value if is_shown(error) else None,
        "facts": dict(error.facts) if isinstance(error, RequestFieldError) else {},
    }


def problem_of(
    kept: Mapping[str, Any], number: int, language: Language, request_id: str, *, flat: bool
) -> Problem:
    """Return why a row was refused: its pointers are into the whole file, `flat` ones have columns.

    `number` is the row's, from 0.
    """
    columns = [column_of(one["pointer"]) if flat else None for one in kept["errors"]]
    kind = CODES[kept["code"]]
    refusal = DomainError.__new__(kind)
    errors = [RequestFieldError(**one) for one in kept["errors"]]
    DomainError.__init__(refusal, errors=errors, **kept["facts"])
    said = problem(refusal.within(f"/rows/{number}"), language, request_id)
    for error, column in zip(said["errors"], columns, strict=False):
        if column is not None:
            error["column"] = column.name
    return Problem(**said)
