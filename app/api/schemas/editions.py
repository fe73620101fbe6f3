"""What tariff and policy editions have in common on the wire: may they be used, who said so."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from app.api.schemas.evidence import Label, TextOut, label_of
from app.api.schemas.types import Open, Out
from app.api.texts import Language
from app.domain.reference import Reference
from app.services.upkeep.confirmations import Confirmed, EditionKind, is_usable, words_missing


class EditionOut(Out):
    """A dated version of fees or queue rules."""

    code: Annotated[str, Field(examples=["tariff-2025-09"])]
    title: TextOut
    label: Label
    official: bool
    """`false` while any number of it is ours and not the law's."""
    usable: bool
    """Whether it may be used: official, confirmed by two board members, or in a sandbox."""
    confirmations_missing: int
    """How many board members must still confirm it."""
    in_force: bool
    """Whether it is what counts today."""


class ConfirmationOut(Out):
    """How far an edition is that is not official."""

    kind: Annotated[EditionKind, Open]
    edition: str
    confirmed_by: list[str]
    """The board members who confirmed it, by name, in the order in which they did."""
    needed: int
    usable: bool
    """Whether it may be used from now on."""


def edition_fields(
    reference: Reference, kind: EditionKind, document: Mapping[str, Any], language: Language
) -> dict[str, Any]:
    """Return the fields that every edition answers with, but `in_force`."""
    return {
        "code": document["code"],
        "title": TextOut.model_validate(document["title"]),
        "label": label_of(document["title"], language),
        "official": document["official"],
        "usable": is_usable(reference, kind, document["code"]),
        "confirmations_missing": words_missing(reference, kind, document["code"]),
    }


def confirmation_out(confirmed: Confirmed) -> ConfirmationOut:
    """Return how far an edition is."""
    return ConfirmationOut(
        kind=confirmed.kind,
        edition=confirmed.code,
        confirmed_by=list(confirmed.confirmed_by),
        needed=confirmed.needed,
        usable=confirmed.usable,
    )
