"""What tariff and policy editions have in common on the wire: may they be used, who said so."""

from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any

from pydantic import Field

from app.api.schemas.evidence import Label, TextOut, label_of
from app.api.schemas.types import Open, Out
from app.api.spreadsheets import Cell
from app.api.texts import Language
from app.domain.errors import Fact
from app.domain.reference import Reference
from app.services.upkeep.confirmations import Confirmed, EditionKind, is_usable, words_missing

Row = Mapping[str, Any]
Compare = Callable[[Row, Row], Iterable[tuple[str, Fact, Fact]]]


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


class DifferenceOut(Out):
    """Something that two editions say differently."""

    pointer: Annotated[str, Field(examples=["/lanes/1/rate"])]
    """Where it stands; rows of a tariff are named by their codes."""
    before: str | int | bool | None
    """What the other edition has there; null: nothing."""
    after: str | int | bool | None


class DifferencesOut(Out):
    """In what an edition differs from another."""

    edition: str
    other: str
    items: list[DifferenceOut]


def differences_out(document: Row, other: Row, compare: Compare) -> DifferencesOut:
    """Return in what an edition differs from another, leaf by leaf."""
    return DifferencesOut(
        edition=document["code"],
        other=other["code"],
        items=[
            DifferenceOut(pointer=pointer, before=before, after=after)
            for pointer, before, after in compare(dict(other), dict(document))
        ],
    )


def difference_rows(found: DifferencesOut) -> list[list[Cell]]:
    """Return the same as a table; where both are numbers, by how much the one is more."""
    heading: list[Cell] = ["pointer", found.other, found.edition, "change"]
    return [
        heading,
        *([one.pointer, _cell(one.before), _cell(one.after), _change(one)] for one in found.items),
    ]


def _cell(value: str | int | bool | None) -> Cell:  # noqa: FBT001 - any value that differs
    return str(value).lower() if isinstance(value, bool) else value


def _change(one: DifferenceOut) -> int | None:
    before, after = one.before, one.after
    if isinstance(before, bool) or isinstance(after, bool):
        return None
    return after - before if isinstance(before, int) and isinstance(after, int) else None


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
