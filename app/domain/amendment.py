"""What may change in a declaration, and what only substitution or a new registration may.

What binds a place to a vehicle and its goods (gate, plates, container, seal, declaration) is not
amended, or a place could be sold. Quarantine's word on a certificate is not amended either.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.domain.errors import FieldError, NotAmendableError, PartForbiddenError
from app.domain.identifiers import plate_key

Document = Mapping[str, Any]

FIXED = ("gate", "direction", "journey", "receiving_vehicles")
FIXED_OF_VEHICLE = (
    "tractor_plate", "country", "unit_id", "trailer_plate", "containers", "seal_numbers",
)  # fmt: skip
PLATES = frozenset({"tractor_plate", "unit_id", "trailer_plate"})
CERTIFICATE = "phytosanitary_certificate"
CONFIRMED_BY = "confirmed_by"


@dataclass(frozen=True, slots=True)
class Certificate:
    """An authority's word on the phytosanitary certificate."""

    status: str
    number: str | None
    confirmed_by: str
    valid_until: str | None = None


def ensure_of_vehicle(patch: Document) -> None:
    """Refuse to amend more than the vehicle; the driver stands in no document.

    Raises:
        PartForbiddenError: its errors name each other pointer.
    """
    others = (pointer for pointer in pointers_of(patch) if pointer.split("/")[1] != "vehicle")
    errors = [FieldError(one, PartForbiddenError.code) for one in others]
    if errors:
        raise PartForbiddenError(errors=errors)


def merged(document: Document, patch: Document) -> dict[str, Any]:
    """Return `document` changed as a JSON merge patch (RFC 7396) says, nulls inside lists left out.

    Lists are replaced as a whole.
    """
    result = dict(document)
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, Mapping) and isinstance(result.get(key), Mapping):
            result[key] = merged(result[key], value)
        else:
            result[key] = _without_nulls(value)
    return result


def pointers_of(patch: Document, at: str = "") -> Iterator[str]:
    """Yield the JSON pointers that a merge patch names; a list is named as a whole."""
    for key, value in patch.items():
        if isinstance(value, Mapping) and value:
            yield from pointers_of(value, f"{at}/{key}")
        else:
            yield f"{at}/{key}"


def certified(declared: Document, certificate: Certificate) -> dict[str, Any]:
    """Return the declared document with the certificate as an authority says.

    What it leaves out of number and last day stays as declared.
    """
    papers = dict(declared.get("documents") or {})
    before = papers.get(CERTIFICATE) or {}
    word = {
        "number": certificate.number or before.get("number"),
        "status": certificate.status,
        "valid_until": certificate.valid_until or before.get("valid_until"),
        CONFIRMED_BY: certificate.confirmed_by,
    }
    papers[CERTIFICATE] = _without_nulls(word)
    return {**declared, "documents": papers}


def with_word_kept(before: Document, after: Document) -> dict[str, Any]:
    """Return `after` with what an authority said of the certificate in `before`."""
    word = _certificate(before)
    if CONFIRMED_BY not in word:
        return dict(after)
    return {**after, "documents": {**(after.get("documents") or {}), CERTIFICATE: word}}


def ensure_amendable(before: Document, after: Document) -> None:
    """Refuse what only substitution, or cancelling and registering anew, may change.

    Raises:
        NotAmendableError: names every such field.
    """
    errors = tuple(FieldError(at, NotAmendableError.code) for at in fixed_pointers(before, after))
    if errors:
        raise NotAmendableError(errors=errors)


def fixed_pointers(before: Document, after: Document) -> Iterator[str]:
    """Yield where two documents differ in what binds a place, or in an authority's word."""
    for key in FIXED:
        if _plain(before.get(key)) != _plain(after.get(key)):
            yield f"/{key}"
    was, now = before.get("vehicle") or {}, after.get("vehicle") or {}
    for key in FIXED_OF_VEHICLE:
        if _identity(key, was) != _identity(key, now):
            yield f"/vehicle/{key}"
    yield from _fixed_declarations(
        before.get("consignments") or (), after.get("consignments") or ()
    )
    word = _certificate(before)
    if CONFIRMED_BY in word and word != _certificate(after):
        yield f"/documents/{CERTIFICATE}"


def _identity(key: str, vehicle: Document) -> object:
    """Return what a field of a vehicle stands for: a plate spelled otherwise is the same plate."""
    value = _plain(vehicle.get(key))
    return plate_key(value) if key in PLATES and isinstance(value, str) else value


def _fixed_declarations(was: Sequence[Document], now: Sequence[Document]) -> Iterator[str]:
    """Goods may change inside the same customs declaration; a missing number may be added."""
    if len(now) != len(was):
        yield "/consignments"
    for index, (old, new) in enumerate(zip(was, now, strict=False)):
        given = (old.get("declaration_number") or "").strip()
        if given and given != (new.get("declaration_number") or "").strip():
            yield f"/consignments/{index}/declaration_number"


def _certificate(document: Document) -> Document:
    word: Document = (document.get("documents") or {}).get(CERTIFICATE) or {}
    return word


def _without_nulls(value: object) -> object:
    if isinstance(value, Mapping):
        return {key: _without_nulls(one) for key, one in value.items() if one is not None}
    if isinstance(value, list):
        return [_without_nulls(one) for one in value]
    return value


def _plain(value: object) -> object:
    """Return a value in which absent and empty are the same."""
    return _without_nulls(value) or None
