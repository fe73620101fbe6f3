"""Putting oneself off: a waiting vehicle that cannot come yet stands still for some hours.

It keeps the points it has and earns none meanwhile, and it is not called. Only before the call, as
often and for as long as the edition offers. Source: the queue policy in force, `deferral`.
"""

from datetime import datetime, timedelta

from app.domain.errors import DeferralNotOfferedError, DeferralUsedUpError, FieldError
from app.domain.policy import Deferral
from app.domain.steps import Step, step
from app.domain.vocabulary import State


def defer(
    state: State, offered: Deferral, before: int, minutes: int, now: datetime
) -> tuple[State, datetime]:
    """Return the state of an entry that puts itself off, and until when.

    `before` is how often it has done so.

    Raises:
        DeferralNotOfferedError: not for so many minutes.
        StepRefusedError: it does not wait, or it is called.
        DeferralUsedUpError: not once more.
    """
    if minutes not in offered.choices_minutes:
        error = FieldError("/minutes", DeferralNotOfferedError.code, minutes)
        choices = ", ".join(map(str, offered.choices_minutes))
        raise DeferralNotOfferedError(errors=(error,), choices=choices)
    after = step(state, Step.DEFER)
    if before >= offered.max_per_entry:
        raise DeferralUsedUpError(most=offered.max_per_entry)
    return after, now + timedelta(minutes=minutes)
