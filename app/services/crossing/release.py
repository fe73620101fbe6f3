"""What a release rests on: the checks before it; where one falls, the release is taken back."""

from collections.abc import Collection, Iterable

from app.domain.required_checks import CheckKind, Stage
from app.domain.steps import Step, step
from app.domain.transshipment import Pass, Way, entered, receiving_plates
from app.domain.vocabulary import Journey, State
from app.models import Check, Entry, Reception
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act
from app.services.declarations.views import needed_checks
from app.services.queues.waiting import WaitingLine


def needed_before_release(act: Act, entry: Entry, checks: Iterable[Check]) -> Collection[CheckKind]:
    """Return the kinds that a release asks for."""
    needed = needed_checks(act.reference, entry, act.day, checks)
    return {*needed[Stage.ADMISSION], *needed[Stage.RELEASE]}


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
