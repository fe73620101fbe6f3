"""From a declaration to columns: what is stored, what is searched, what is encrypted."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.core.ciphers import Cipher
from app.domain.declaration import Declaration
from app.domain.errors import FieldError, PlateMissingError, UnknownCodeError
from app.domain.identifiers.rule import DOT_AND_HYPHEN, normalise
from app.domain.lane_grounds import POINTER
from app.domain.reference import Reference

Document = Mapping[str, Any]
COUNTRY_CODE = re.compile(r"^(00)?84(?=[0-9]{9}$)")


@dataclass(frozen=True, slots=True)
class Driver:
    """Personal data of a registration: never part of the stored document."""

    name: str | None = None
    document_number: str | None = None
    phone: str | None = None


def ensure_known(reference: Reference, declaration: Declaration) -> str:
    """Return the plate that the vehicle is recognised by, where every code is known.

    Raises:
        UnknownCodeError, PlateMissingError.
    """
    errors = (
        *_unknown_route(reference, declaration),
        *_unknown_ground(reference, declaration),
        *_unknown_groups(reference, declaration),
    )
    if errors:
        raise UnknownCodeError(errors=errors, value=errors[0].value)
    if declaration.tractor_plate is None:
        raise PlateMissingError(errors=(FieldError("/vehicle/tractor_plate", "required"),))
    return declaration.tractor_plate


def _unknown_route(reference: Reference, declaration: Declaration) -> Iterator[FieldError]:
    gate, route = reference.gate(declaration.gate), declaration.route
    if route is not None and gate.route(route) is None:
        yield FieldError("/route", UnknownCodeError.code, route)


def _unknown_ground(reference: Reference, declaration: Declaration) -> Iterator[FieldError]:
    code = declaration.lane_ground
    if code is not None and all(one.code != code for one in reference.lane_grounds):
        yield FieldError(POINTER, UnknownCodeError.code, code)


def _unknown_groups(reference: Reference, declaration: Declaration) -> Iterator[FieldError]:
    known = {group for one in reference.tariffs.editions.values() for group in one.groups}
    if not known:
        return  # before any edition is confirmed, pricing says that none is in force
    for at, consignment in enumerate(declaration.consignments):
        for number, line in enumerate(consignment.lines):
            if line.goods_group not in known:
                pointer = f"/consignments/{at}/lines/{number}/goods_group"
                yield FieldError(pointer, UnknownCodeError.code, line.goods_group)


def declared_columns(document: Document, declaration: Declaration) -> dict[str, Any]:
    """Return the columns that a declaration fills: the document, and what is searched."""
    return {
        "gate_code": declaration.gate,
        "route_code": declaration.route,
        "direction": declaration.direction.value,
        "journey": declaration.journey.value,
        "client_reference": document.get("client_reference"),
        "planned_arrival_at": declaration.planned_arrival_at,
        "declared": dict(document),
        "tractor_plate": declaration.tractor_plate,
        "payer_tax_code": declaration.payer_tax_code,
        "container_numbers": list(declaration.containers),
        "declaration_numbers": list(declaration.declaration_numbers),
    }


def personal_columns(cipher: Cipher, driver: Mapping[str, str | None]) -> dict[str, bytes | None]:
    """Return the columns of the given fields of a driver: encrypted, and the hash to find by."""
    columns: dict[str, bytes | None] = {}
    for field, text in driver.items():
        column = COLUMNS[field]
        columns[column] = cipher.encrypt(text) if text else None
        if field in FINDABLE:
            key = key_of(field, text) if text else ""
            columns[f"{column}_hash"] = cipher.hash_to_find(key) if key else None
    return columns


def key_of(field: str, text: str) -> str:
    """Return what a document number or phone is found by; empty where it names nobody, as a dot."""
    return FINDABLE[field](text)


def _number_key(number: str) -> str:
    return normalise(number, DOT_AND_HYPHEN)


def _phone_key(phone: str) -> str:
    """Return the digits of a phone as dialled in Vietnam: `+84 912` and `0912` are one."""
    digits = "".join(sign for sign in phone if sign.isdecimal())
    return COUNTRY_CODE.sub("0", digits)


COLUMNS = {
    "name": "driver_name",
    "document_number": "driver_document",
    "phone": "driver_phone",
}
FINDABLE = {"document_number": _number_key, "phone": _phone_key}
"""How what people write in several ways is written before it is hashed."""
