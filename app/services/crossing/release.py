"""What a release rests on: checks, holds, orders, findings; where one falls, it is taken back."""

from collections.abc import Collection, Iterable, Sequence

from app.domain.errors import FieldError
from app.domain.required_checks import CheckKind, Stage
from app.domain.steps import Step, step
from app.domain.transshipment import NOT_ENTERED, Pass, Way, entered, receiving_plates
from app.domain.vocabulary import Journey, Severity, State
from app.models import Check, Entry, Reception
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act
from app.services.declarations.views import needed_checks, passed
from app.services.queues.waiting import WaitingLine


def needed_before_release(act: Act, entry: Entry, checks: Iterable[Check]) -> Collection[CheckKind]:
    """Return the kinds that a release asks for."""
    needed = needed_checks(act.reference, entry, act.day, checks)
    return {*needed[Stage.ADMISSION], *needed[Stage.RELEASE]}


async def unpassed(
    uow: UnitOfWork, act: Act, entry: Entry, stages: Sequence[Stage]
) -> list[CheckKind]:
    """Return the kinds needed before some stages that have not passed, in order of the stages."""
    checks = await uow.records.checks(entry.id)
    needed = needed_checks(act.reference, entry, act.day, checks)
    done = passed(checks)
    return [kind for stage in stages for kind in needed[stage] if kind not in done]


async def missing_for_release(uow: UnitOfWork, act: Act, entry: Entry) -> list[FieldError]:
    """Return everything that stops a release, by the codes of the catalogue's sentences."""
    recorders = {row.kind: row.recorders[0] for row in act.reference.required_checks.rows}
    kinds = await unpassed(uow, act, entry, (Stage.ADMISSION, Stage.RELEASE))
    holds = await uow.records.holds([entry.id])
    orders = await uow.money.orders(entry.id)
    lacking = await lacks_receiver(uow, entry)
    return [
        *(FieldError("/checks", kind.value, recorders[kind].value) for kind in kinds),
        *((FieldError("/receiving_vehicles", NOT_ENTERED),) if lacking else ()),
        *(
            FieldError("/holds", "hold-open", hold.authority)
            for hold in holds
            if hold.lifted_at is None
        ),
        *(
            FieldError("/orders", "order-unpaid", order.code)
            for order in orders
            if order.state == "due"
        ),
        *(
            FieldError(finding["pointer"], finding["rule"], finding["value"])
            for finding in entry.findings
            if finding["severity"] == Severity.BLOCKING
        ),
    ]


async def keep_release(uow: UnitOfWork, act: Act, entry: Entry, line: WaitingLine) -> None:
    """Take back a release that would not be given now; ask after new data, price and findings."""
    is_released = State(entry.state) is State.RELEASED
    if is_released and await missing_for_release(uow, act, entry):
        take_back(act, entry, line)


def take_back(act: Act, entry: Entry, line: WaitingLine) -> None:
    """Take back a release that no longer rests on anything; it may be given anew."""
    if State(entry.state) is State.RELEASED:
        entry.state = step(State.RELEASED, Step.TAKE_BACK).value
        line.events.append(act.event("entry.release_taken_back", line.queue, entry.id))


async def lacks_receiver(uow: UnitOfWork, entry: Entry) -> bool:
    """Tell whether goods are to be moved onto other vehicles and no declared one has entered."""
    if Journey(entry.journey) is not Journey.TRANSSHIPMENT:
        return False
    inside = entered(passes_of(await uow.moves.receptions(entry.id)))
    return inside.isdisjoint(receiving_plates(entry.declared))


def passes_of(seen: Iterable[Reception]) -> list[Pass]:
    """Return what was seen of receiving vehicles as the rules read it."""
    return [Pass(one.plate, Way(one.way), one.authority) for one in seen]
