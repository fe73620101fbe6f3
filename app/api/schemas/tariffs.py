"""Tariff editions on the wire: the whole fee table, and when it is in force."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from pydantic import Field

from app.api.schemas.editions import EditionOut, edition_fields
from app.api.schemas.evidence import EvidenceOut, Label, TextOut, label_of
from app.api.schemas.types import Amount, Day, Open, Out
from app.api.texts import Language
from app.domain.charges import Tariffs, VehicleRole
from app.domain.editions import EditionState, tariff_state
from app.domain.reference import Reference
from app.domain.vocabulary import Direction, Journey
from app.services.act import Today
from app.services.upkeep.confirmations import EditionKind

Row = Mapping[str, Any]


class ForceOut(EvidenceOut):
    """That the edition is in force on some days, as was known on some days; last days are out."""

    valid_from: Day | None
    valid_to: Day | None
    known_from: Day | None
    known_to: Day | None


class LegalReferenceOut(EvidenceOut):
    """The text that the edition follows."""

    number: str
    issued_by: str
    issued_on: Day | None
    replaces: str | None
    replaced_by: str | None


class TariffSummaryOut(EditionOut):
    """A tariff edition in a list: one that ships with the service, or that the board announced."""

    state: Annotated[EditionState, Open]
    """Where it stands by its days; `withdrawn`: the board took it back before."""
    base: str | None
    """The edition that it was made from."""
    end_reason: str | None
    """Why it was withdrawn."""
    legal_reference: LegalReferenceOut
    force: list[ForceOut]


class TariffsOut(Out):
    """All tariff editions."""

    items: list[TariffSummaryOut]


class BoundsOut(Out):
    """Whole numbers from `at_least` (in) up to `below` (out; null is without end)."""

    at_least: int
    below: int | None


class VehicleClassOut(EvidenceOut):
    """A fee class, by registered payload and, where containers count for it, their length."""

    code: Annotated[str, Field(examples=["18t-and-over"])]
    names: TextOut
    label: Label
    payload_kg: BoundsOut
    container_length_ft: BoundsOut | None


class GoodsGroupOut(EvidenceOut):
    """A kind of goods that is priced apart."""

    code: Annotated[str, Field(examples=["fresh-produce-export"])]
    letter: str
    names: TextOut
    label: Label
    directions: list[Annotated[Direction, Open]]
    chargeable: bool


class CellOut(EvidenceOut):
    """The price of a goods group in a vehicle class, before multiplier and share."""

    goods_group: str
    vehicle_class: str
    amount: Amount


class MultiplierOut(EvidenceOut):
    """A factor on the cells of a goods group; 10,000 basis points are once."""

    goods_group: str
    factor_basis_points: int
    already_in_cells: bool


class ShareOut(EvidenceOut):
    """The part of a price that a vehicle pays on a journey; 10,000 basis points are all of it."""

    code: Annotated[str, Field(examples=["transship-only"])]
    names: TextOut
    label: Label
    journey: Annotated[Journey, Open]
    vehicle_role: Annotated[VehicleRole, Open]
    directions: list[Annotated[Direction, Open]]
    order_kind: str
    basis_points: int


class OrderKindOut(EvidenceOut):
    """A kind of order that lines are added up to."""

    code: Annotated[str, Field(examples=["infrastructure"])]
    names: TextOut
    label: Label


class StepsOut(EvidenceOut):
    """A rule in steps, in English."""

    steps: list[str]


class FormulaOut(EvidenceOut):
    """How a line is made, in English."""

    text: str


class TariffOut(TariffSummaryOut):
    """A tariff edition with its whole content, which never changes once announced."""

    modes: list[str]
    formula: FormulaOut
    vehicle_classes: list[VehicleClassOut]
    vehicle_class_rule: StepsOut
    goods_groups: list[GoodsGroupOut]
    cells: list[CellOut]
    multipliers: list[MultiplierOut]
    journeys: list[ShareOut]
    mixed_load_rule: StepsOut
    order_kinds: list[OrderKindOut]
    notes: list[str]


def tariffs_out(today: Today, language: Language) -> TariffsOut:
    """Return every edition, also those that wait for confirmation."""
    documents = today.reference.documents["tariffs"].values()
    return TariffsOut(
        items=[TariffSummaryOut(**_summary(today, document, language)) for document in documents]
    )


def tariff_out(today: Today, document: Row, language: Language) -> TariffOut:
    """Return an edition with its content."""
    return TariffOut(
        **_summary(today, document, language),
        modes=document["scope"]["modes"],
        formula=FormulaOut.model_validate(document["formula"]),
        vehicle_classes=[_class(row, language) for row in document["vehicle_classes"]],
        vehicle_class_rule=StepsOut.model_validate(document["vehicle_class_rule"]),
        goods_groups=[
            GoodsGroupOut.model_validate(_labelled(row, language))
            for row in document["goods_groups"]
        ],
        cells=[_cell(row) for row in document["cells"]],
        multipliers=[MultiplierOut.model_validate(row) for row in document["multipliers"]],
        journeys=[
            ShareOut.model_validate(_labelled(row, language)) for row in document["journeys"]
        ],
        mixed_load_rule=StepsOut.model_validate(document["mixed_load_rule"]),
        order_kinds=[
            OrderKindOut.model_validate(_labelled(row, language)) for row in document["order_kinds"]
        ],
        notes=document["notes"],
    )


def _summary(today: Today, document: Row, language: Language) -> dict[str, Any]:
    reference = today.reference
    when = reference.announced_tariffs.get(document["code"])
    return {
        **edition_fields(reference, EditionKind.TARIFF, document, language),
        "in_force": _counts(reference, document["code"], today.day),
        "state": tariff_state(reference.tariffs, when, document["code"], today.day),
        "base": document.get("base"),
        "end_reason": when.withdrawal_reason if when else None,
        "legal_reference": LegalReferenceOut.model_validate(document["legal_reference"]),
        "force": [ForceOut.model_validate(row) for row in document["force"]],
    }


def _counts(reference: Reference, code: str, day: date) -> bool:
    tariffs: Tariffs = reference.tariffs
    rows = (row for row in tariffs.force if row.edition == code and code in tariffs.editions)
    return any(row.holds(day, None) for row in rows)


def _labelled(row: Row, language: Language) -> dict[str, Any]:
    """Return a row with its texts as `names`, and as `label` in the language of the request."""
    return {**row, "names": row["label"], "label": label_of(row["label"], language)}


def _class(row: Row, language: Language) -> VehicleClassOut:
    lengths = row["container_length_ft"]
    return VehicleClassOut.model_validate(
        {
            **_labelled(row, language),
            "payload_kg": _bounds(row["payload_kg"]),
            "container_length_ft": lengths and _bounds(lengths),
        }
    )


def _bounds(row: Row) -> dict[str, int | None]:
    return {"at_least": row["from"], "below": row["below"]}


def _cell(row: Row) -> CellOut:
    return CellOut(
        goods_group=row["goods_group"],
        vehicle_class=row["vehicle_class"],
        amount=Amount.vnd(row["amount_vnd"]),
        basis=row["basis"],
        source=row["source"],
    )
