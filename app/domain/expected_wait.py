"""How long a wait is likely to be: a plain reading of recent calls, or no answer and why."""

from dataclasses import dataclass

FEWEST_CALLS = 10


@dataclass(frozen=True, slots=True)
class Estimate:
    """Open seconds until a call, how that was found, from how many calls; None says why not."""

    seconds: int | None
    method: str
    sample: int
    reason: str | None = None


def by_call_rate(place: int, open_seconds: int, calls: int) -> Estimate:
    """Return the open seconds that `place` calls take at the rate of the recent ones.

    `calls` were made in the last `open_seconds`; under ten of them there is no answer.
    """
    method = "recent-call-rate"
    if calls < FEWEST_CALLS or open_seconds <= 0:
        return Estimate(None, method, calls, "too-few-recent-calls")
    return Estimate(place * open_seconds // calls, method, calls)


def by_recent_waits(open_waits: list[int]) -> Estimate:
    """Return the median open wait in seconds of recently called entries of a lane."""
    method = "recent-waits-median"
    if len(open_waits) < FEWEST_CALLS:
        return Estimate(None, method, len(open_waits), "too-few-recent-calls")
    return Estimate(sorted(open_waits)[len(open_waits) // 2], method, len(open_waits))
