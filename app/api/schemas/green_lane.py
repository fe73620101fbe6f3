"""The green lane on the wire: verdicts on anything asked about, its rules, the list of produce."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from app.api.schemas.declarations import DocumentsIn
from app.api.schemas.evidence import (
    DatedOut,
    EvidenceOut,
    Label,
    TextOut,
    evidence_out,
    label_of,
)
from app.api.schemas.types import Choice, Code, Day, In, Instant, Open, Out, RawIdentifier
from app.api.texts import CATALOGUE, Language
from app.domain.green_lane import (
    NEVER_READ,
    RULES,
    LaneFacts,
    Produce,
    Product,
    Rule,
    Season,
    Verdict,
    rules_in_force,
)
from app.domain.green_lane.produce import MarketAccess, MonthDay, Paper
from app.domain.validity import Validity
from app.domain.vocabulary import Basis, Direction, Lane
from app.services.declarations.verdicts import Goods, RuleAnswer, answers_of

DayOfYear = Annotated[str, Field(pattern=r"^\d\d-\d\d$", examples=["05-20"])]
"""A month and a day, in every year."""

EXAMPLE: JsonDict = {
    "gate": "tan-thanh",
    "direction": "export",
    "on": "2026-06-10",
    "goods": [
        {
            "goods_group": "fresh-produce-export",
            "product": "lychee",
        }
    ],
    "documents": {
        "phytosanitary_certificate": {"status": "sampled"},
        "growing_area_code": "VN-LSOR-0001",
        "packing_house_code": "VN-LSPH-0001",
    },
    "customs_declaration_number": "309900000015",
}


class JudgedGoodsIn(In):
    """One kind of goods; the HS code tells the product where both are given."""

    goods_group: Annotated[Code, Field(examples=["fresh-produce-export"])]
    product: Annotated[Code | None, Field(examples=["lychee"])] = None
    hs_code: Annotated[RawIdentifier | None, Field(examples=["0810.90.20"])] = None


class VerdictIn(In):
    """What the rules read of an entry; the customs channel is not among it."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    gate: Annotated[Code, Field(examples=["tan-thanh"])]
    direction: Choice[Direction]
    on: Day | None = None
    """The day to judge; that of `presence_at`, else today, where none is given."""
    goods: Annotated[list[JudgedGoodsIn], Field(max_length=200)] = []
    documents: DocumentsIn | None = None
    customs_declaration_number: Annotated[
        RawIdentifier | None, Field(examples=["309900000015"])
    ] = None
    declared_at: Instant | None = None
    """When it was or would be registered."""
    presence_at: Instant | None = None
    """When it was first in a yard or at the gate; leave it out before that."""
    open_discrepancies: Annotated[
        list[Code], Field(max_length=20, examples=[["trailer-mismatch"]])
    ] = []

    def papers(self) -> LaneFacts:
        """Return the facts but for the goods."""
        documents = self.documents or DocumentsIn()
        certificate = documents.phytosanitary_certificate
        return LaneFacts(
            gate_code=self.gate,
            direction=self.direction,
            goods_groups=(),
            product_codes=(),
            phytosanitary_certificate_no=certificate.number if certificate else None,
            phytosanitary_status=certificate.status if certificate else None,
            growing_area_code=documents.growing_area_code,
            packing_house_code=documents.packing_house_code,
            test_documents=tuple(documents.test_documents),
            customs_declaration_no=self.customs_declaration_number,
            declared_at=self.declared_at,
            presence_at=self.presence_at,
            open_discrepancies=tuple(self.open_discrepancies),
        )

    def lines(self) -> tuple[Goods, ...]:
        """Return the goods as the service reads them."""
        return tuple(Goods(one.goods_group, one.product, one.hs_code) for one in self.goods)


class SeasonOut(DatedOut):
    """A window of the year in which a gate gives a product a lane of its own."""

    code: Annotated[str, Field(examples=["lychee@tan-thanh/05-20/2025-05-20"])]
    product: str
    gate: str
    lane: Annotated[Lane, Open]
    first_day: DayOfYear
    last_day: DayOfYear
    """The last day of the window; it is in."""
    daily_allotment: int | None
    """Places a day, taken in the order in which vehicles come into position; null has no limit."""
    allotment_basis: EvidenceOut


class RuleAnswerOut(EvidenceOut):
    """What one rule says."""

    code: Annotated[str, Field(examples=["GL-06"])]
    passed: bool
    sentence: str
    """What the rule asks, in the language of the request."""
    refusal: str | None
    """What is wrong, where it did not pass."""


class JudgementOut(Out):
    """A verdict with every rule of the day and what it said."""

    on: Day
    gate: str
    direction: Annotated[Direction, Open]
    eligible: bool
    lane: Annotated[Lane, Open]
    """The lane without a seasonal place; the season, where there is one, names a faster lane."""
    conditional: bool
    """The lane is kept on a certificate that is requested or sampled only."""
    refused: list[str]
    rules: list[RuleAnswerOut]
    season: SeasonOut | None
    """The season whose daily allotment may admit the vehicle once it is in position."""
    basis: Annotated[Basis, Open]
    """The weakest basis of the rules."""


class RuleOut(DatedOut):
    """A rule of the green lane; once in force it never changes."""

    code: Annotated[str, Field(examples=["GL-12"])]
    sentence: TextOut
    label: Label
    """The sentence in the language of the request."""
    refusal: TextOut
    reads: list[str]
    """The facts and rows it looks at."""
    test: str
    """The test in English words."""


class NeverReadOut(EvidenceOut):
    """What no rule may read, though one might think so."""

    fact: str
    why: str


class RulesOut(Out):
    """The rules of a day, or all there ever were."""

    on: Day | None
    items: list[RuleOut]
    never_read: list[NeverReadOut]


class HsPrefixOut(EvidenceOut):
    """Digits with which the HS codes of the product begin."""

    digits: str


class MarketAccessOut(DatedOut):
    """Whether the product may enter a market on these days."""

    market: Annotated[str, Field(examples=["CN"])]
    status: str
    label: Label
    open: bool
    date_precision: str | None
    """`month` where the first of the month stands in for an unknown day."""


class PaperOut(DatedOut):
    """A document that a market asks for with the product."""

    document: Annotated[str, Field(examples=["phytosanitary-certificate"])]
    label: Label
    market: str


class ShelfLifeOut(EvidenceOut):
    """How long the product keeps."""

    code: str
    label: Label


class ProductOut(EvidenceOut):
    """A kind of produce; two forms of one fruit are two products."""

    code: Annotated[str, Field(examples=["lychee"])]
    names: TextOut
    label: Label
    form: Annotated[str, Field(examples=["fresh"])]
    fee_goods_group: str
    green_lane: bool
    hs_prefixes: list[HsPrefixOut]
    market_access: list[MarketAccessOut]
    papers: list[PaperOut]
    shelf_life: ShelfLifeOut
    seasons: list[SeasonOut]
    note: str | None


class ProduceOut(Out):
    """The list of produce with its dated rows: those of a day, or all."""

    on: Day | None
    items: list[ProductOut]


def judgement_out(verdict: Verdict, body: VerdictIn, language: Language) -> JudgementOut:
    """Return a verdict that explains itself."""
    return JudgementOut(
        on=verdict.on,
        gate=body.gate,
        direction=body.direction,
        eligible=verdict.eligible,
        lane=verdict.lane,
        conditional=verdict.conditional,
        refused=list(verdict.refused),
        rules=[_answer(one, language) for one in answers_of(verdict)],
        season=_season(verdict.season) if verdict.season else None,
        basis=verdict.basis,
    )


def _answer(answer: RuleAnswer, language: Language) -> RuleAnswerOut:
    rule, at = answer.rule, f"green-lane.{answer.rule.code}"
    return RuleAnswerOut(
        code=rule.code,
        passed=answer.passed,
        sentence=CATALOGUE.say(f"{at}.sentence", language),
        refusal=None if answer.passed else CATALOGUE.say(f"{at}.refusal", language),
        basis=rule.evidence.basis,
        source=rule.evidence.source,
    )


def rules_out(on: date | None, language: Language) -> RulesOut:
    """Return the rules of a day, or all there ever were."""
    rules = RULES if on is None else rules_in_force(on)
    never = [NeverReadOut.model_validate({**row, "fact": fact}) for fact, row in NEVER_READ.items()]
    return RulesOut(on=on, items=[_rule(rule, language) for rule in rules], never_read=never)


def _rule(rule: Rule, language: Language) -> RuleOut:
    return RuleOut(
        code=rule.code,
        sentence=TextOut.model_validate(rule.sentence),
        label=label_of(rule.sentence, language),
        refusal=TextOut.model_validate(rule.refusal),
        reads=list(rule.reads),
        test=rule.test_text,
        valid_from=rule.valid.first,
        valid_to=rule.valid.end,
        basis=rule.evidence.basis,
        source=rule.evidence.source,
    )


def produce_out(produce: Produce, on: date | None, language: Language) -> ProduceOut:
    """Return every product, with its rows of a day or all of them."""
    items = [_product(produce, one, on, language) for one in produce.products.values()]
    return ProduceOut(on=on, items=items)


def _product(produce: Produce, product: Product, on: date | None, language: Language) -> ProductOut:
    return ProductOut(
        code=product.code,
        names=TextOut.model_validate(product.names),
        label=label_of(product.names, language),
        form=product.form,
        fee_goods_group=product.fee_goods_group,
        green_lane=product.green_lane,
        hs_prefixes=[
            HsPrefixOut(digits=one.digits, **dict(evidence_out(one.evidence)))
            for one in product.hs_prefixes
        ],
        market_access=[
            _access(produce, row, language)
            for row in product.market_access
            if _is_of(row.valid, on)
        ],
        papers=[_paper(produce, row, language) for row in product.papers if _is_of(row.valid, on)],
        shelf_life=ShelfLifeOut(
            code=product.shelf_life_class,
            label=label_of(produce.shelf_life_classes[product.shelf_life_class].label, language),
            **dict(evidence_out(product.shelf_life_evidence)),
        ),
        seasons=list(_seasons(product.seasons, on)),
        note=product.note,
        basis=product.evidence.basis,
        source=product.evidence.source,
    )


def _is_of(valid: Validity, on: date | None) -> bool:
    return on is None or valid.covers(on)


def _seasons(seasons: Iterable[Season], on: date | None) -> Iterable[SeasonOut]:
    return (_season(one) for one in seasons if on is None or one.covers(on))


def _season(season: Season) -> SeasonOut:
    return SeasonOut(
        code=season.code,
        product=season.product,
        gate=season.gate_code,
        lane=season.lane,
        first_day=_day_of_year(season.first_day),
        last_day=_day_of_year(season.last_day),
        daily_allotment=season.daily_allotment,
        allotment_basis=evidence_out(season.allotment_evidence),
        valid_from=season.valid.first,
        valid_to=season.valid.end,
        basis=season.evidence.basis,
        source=season.evidence.source,
    )


def _day_of_year(day: MonthDay) -> str:
    month, number = day
    return f"{month:02}-{number:02}"


def _access(produce: Produce, row: MarketAccess, language: Language) -> MarketAccessOut:
    return MarketAccessOut(
        market=row.market,
        status=row.status,
        label=label_of(produce.access_statuses[row.status].label, language),
        open=row.is_open,
        date_precision=row.date_precision,
        valid_from=row.valid.first,
        valid_to=row.valid.end,
        basis=row.evidence.basis,
        source=row.evidence.source,
    )


def _paper(produce: Produce, row: Paper, language: Language) -> PaperOut:
    return PaperOut(
        document=row.document,
        label=label_of(produce.documents[row.document].label, language),
        market=row.market,
        valid_from=row.valid.first,
        valid_to=row.valid.end,
        basis=row.evidence.basis,
        source=row.evidence.source,
    )
