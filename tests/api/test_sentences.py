"""Whatever the service may say has a sentence in Vietnamese, English and Chinese."""

from collections.abc import Iterator

import pytest

from app.api.problems import codes
from app.api.texts import CATALOGUE
from app.domain.certificate import Why
from app.domain.charges import Difference
from app.domain.closures import ClosureKind
from app.domain.discrepancies import Discrepancy
from app.domain.driver_messages import MessageKind
from app.domain.exchange import QuarantineReason
from app.domain.log.retelling import HELD
from app.domain.misses import CallOutcome, FaultKind
from app.domain.money_in import ReviewKind
from app.domain.notices import LIMITS, STOPS, Effect, Period
from app.domain.passes import Refusal, Revocation
from app.domain.receipts.receipt import ReceiptKind, VoidCause
from app.domain.receipts.refunds import RefundCause, RefundState
from app.domain.required_checks import CheckKind
from app.domain.steps import ExceptionCode, Step
from app.domain.sub_queues import BarrierKind
from app.domain.transshipment import NOT_ENTERED
from app.domain.two_way import TwoWayRule
from app.domain.vocabulary import Agency, Role, State
from app.repositories.standings import MOVES
from app.services.crossing.passage import CHECKS_BEFORE
from app.services.exchange.plate_camera import OTHER_CLASS
from app.services.queues.explaining import CLOSED, PAUSED

EXCEPTIONS = (
    *ExceptionCode,
    *(f"{kind}-without-checks" for kind in CHECKS_BEFORE),
    *(f"{kind}-while-held" for kind in CHECKS_BEFORE),
    "plate-contested",
    "plate-already-in-position",
    "yard-does-not-serve-gate",
    "arrived-at-other-gate",
    "seen-before-registration",
    "check-before-its-preconditions",
    "vehicle-not-as-declared",
    "receiving-vehicle-not-declared",
    "receiving-vehicle-left-unentered",
    OTHER_CLASS,
)
STEPS = (
    "correct-declaration", "hold-to-be-lifted", "come-into-position", "come-to-gate",
    "wait-for-call", "wait-out-deferral", "company-limited", "renew-document", "go-home",
    "be-admitted",
    "be-released", "leave-the-gate", "pay-order",
)  # fmt: skip
EXPLAINED = (
    "lane", "lane-strict", "no-green-lane", "rule-conditional", "judged-again", "arrival-order",
    "points", "charged", "points-kept", "place", "ahead", "ahead-strict", "no-queue", "not-arrived",
    "not-in-position", "deferred", "company-limited", "past-queue", "ended", "not-to-be-called",
    "stopped", "others-first", "next", "chosen", "chosen-over", "passed-over",
    "overridden",
)  # fmt: skip
CERTIFIED = ("nobody", "some", "inverted", "not-waited", "calls-nobody")
SKIPPED = (HELD, PAUSED, CLOSED, *BarrierKind, *ClosureKind, *(*STOPS, *LIMITS))


def keys() -> Iterator[str]:
    yield from (f"exception.{rule}" for rule in EXCEPTIONS)
    yield from (f"finding.{code}" for code in (*Discrepancy, *TwoWayRule))
    yield from (f"next.{code}" for code in STEPS)
    yield from (f"change.{kind}" for kind in MOVES)
    yield from (f"call.{outcome}" for outcome in ("open", "skipped", *CallOutcome))
    yield from (f"fault.{kind}" for kind in FaultKind)
    yield from (f"notice.{effect}{end}" for effect in Effect for end in ("", ".open"))
    yield from (f"authority.{who}" for who in (*Agency, Role.OFFICER, Role.BOARD, Role.YARD))
    yield from (f"state.{state}" for state in State)
    yield from (f"check.{kind}" for kind in CheckKind)
    yield from (f"pass.refused.{reason}" for reason in Refusal)
    yield from (f"pass.ended.{reason}" for reason in Revocation)
    yield from (
        f"pass.{one}" for one in ("valid", "list", "use.yard", "use.gate", "use.gate.window")
    )
    yield from (f"price-difference.{one}" for one in Difference)
    yield from (f"season.{place}" for place in ("awaited", "taken", "without"))
    yield from (f"step.{one}" for one in Step)
    yield from (f"explanation.{code}" for code in EXPLAINED)
    yield from (f"skip.{reason}" for reason in SKIPPED)
    yield from (f"payment.review.{kind}" for kind in ReviewKind)
    yield from (f"payment.settle.{way}" for way in ("pay", "split", "refund"))
    yield from (f"certificate.{why}" for why in (*Why, *CERTIFIED))
    yield from (f"receipt.{kind}{part}" for kind in ReceiptKind for part in ("", ".message"))
    yield from (f"receipt.voided.{one}{more}" for one in VoidCause for more in ("", ".replaced"))
    yield from (f"refund.state.{state}" for state in RefundState)
    yield from (f"refund.cause.{cause}" for cause in RefundCause)
    yield from (f"driver-message.{kind}" for kind in MessageKind)
    yield from (f"quarantine.{reason}" for reason in QuarantineReason)
    yield from (f"notice.most.{limits}" for limits in (*Period, "-".join(Period)))
    yield from (
        f"missing.{kind}" for kind in (*CheckKind, "hold-open", "order-unpaid", NOT_ENTERED)
    )
    yield from (f"problem.{code}.{part}" for code in codes() for part in ("title", "detail"))


@pytest.mark.parametrize("key", sorted(keys()))
def test_everything_that_is_said_is_said_in_three_languages(key: str) -> None:
    text = CATALOGUE.text(key)
    said = {text["vi"], text["en"], text["zh"]}
    assert 3 == len(said)
    assert all(said)
