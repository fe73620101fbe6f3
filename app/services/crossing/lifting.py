"""Lifting a hold: by who placed it, or by those who may once it is stale."""

from app.domain.errors import HoldNotYoursError
from app.domain.powers import Lifting, Placed, lifting
from app.models import Hold, ScopedHold
from app.services.act import Act


def is_lifted_by(act: Act, hold: Hold | ScopedHold, reason: str) -> bool:
    """Keep the word of who acts; tell whether the hold is lifted by it, or waits for another's.

    Raises:
        HoldNotYoursError: the principal has no say in it, or not yet.
    """
    me = act.principal
    placed = Placed(hold.authority, hold.organisation_id, hold.placed_at)
    say = lifting(me, placed, act.now, act.day)
    if say is Lifting.NOT:
        raise HoldNotYoursError(authority=hold.authority)
    first = hold.lift_agreed_by
    if say is Lifting.WITH_ANOTHER and first in {None, me.id}:
        if first is None:
            hold.lift_agreed_by, hold.lift_agreed_at = me.id, act.now
        return False
    hold.lifted_at, hold.lifted_by, hold.lift_reason = act.now, me.id, reason
    return True
