"""What a driver is shown of a tracking answer: one big word, when to be where, who has to act.

Everything that the page shows of the answer stands in what is returned here, so a page is another
one only when this is another. Expected calls are told in steps of five minutes: no guess is better.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from app.api.texts import BEIJING
from app.domain.gates import HANOI

Json = Any
Standing = Mapping[str, Json]

STEP: Final = timedelta(minutes=5)
SHOWN_HOURS: Final = 12
"""Of a longer wait, which goes over a night, only the instants are told."""
OWN: Final = frozenset({"driver", "declarant", "payer"})
"""Who acts on the side of the vehicle; everybody else is an authority."""
ALL_CHECKS: Final = "check-to-be-passed"
STOPS: Final = ("correct-declaration", "hold-to-be-lifted", "renew-document", "go-home")
"""The steps that name what is wrong; they are told before all others."""
TONES: Final[Mapping[str, str]] = {
    "held": "stop", "correct": "act", "come-to-yard": "act", "come-to-gate": "go",
    "deferred": "wait", "limited": "act", "registered": "wait", "waiting": "wait",
    "come-now": "go", "come-at": "go", "arrived": "wait", "in-gate": "go", "released": "go",
    "crossed": "still", "cancelled": "still", "revoked": "stop", "no-show": "stop",
    "expired": "stop", "turned-back": "still",
}  # fmt: skip
"""The colour of each big word."""
BY_STATE: Final[Mapping[str, str]] = {
    "queued": "waiting", "arrived": "arrived", "in_gate": "in-gate", "released": "released",
    "crossed": "crossed", "cancelled": "cancelled", "revoked": "revoked", "no_show": "no-show",
    "expired": "expired", "turned_back": "turned-back",
}  # fmt: skip
BY_STEP: Final[Mapping[str, str]] = {
    "correct-declaration": "correct", "come-into-position": "come-to-yard",
    "come-to-gate": "come-to-gate", "wait-out-deferral": "deferred", "company-limited": "limited",
}  # fmt: skip
"""What a registered vehicle is told, by the first step that is one of these."""
TIMES: Final = ("from", "until", "earliest", "latest", "deferred", "planned")
WITH_PASS: Final = frozenset({"registered", "queued", "called", "arrived"})
"""The states in which a vehicle shows a pass: until it is in the gate."""
SAME: Final = (
    "reference", "gate_label", "direction", "lane", "call_number", "place", "ahead", "callable",
    "held", "version", "notices", "last_change", "state",
)  # fmt: skip
"""What is shown as it was answered."""


def shown(standing: Standing) -> dict[str, Json]:
    """Return what the page shows of a tracking answer."""
    word, now = headline(standing), _instant(standing["as_of"])
    steps = standing["next_steps"]
    return {
        "word": word,
        "tone": TONES[word],
        "times": {
            **dict.fromkeys(TIMES),
            **{name: _clocks(at, now) for name, at in _instants(standing, word)},
        },
        "minutes": _minutes(standing, word, now),
        "no_forecast": _no_forecast(standing, word),
        "own": [one for one in steps if one["who"] in OWN or one["code"] in STOPS],
        "others": [one for one in steps if one["who"] not in OWN and one["code"] == ALL_CHECKS],
        "due": [one for one in standing["orders"] if one["state"] == "due"],
        "has_paid": any(one["state"] == "paid" for one in standing["orders"]),
        "has_pass": standing["state"] in WITH_PASS,
        "departure": _departure(standing, now),
        "day": standing["as_of"][:10],
        "if_missed": (standing["last_call"] or {}).get("if_missed"),
        **{name: standing[name] for name in SAME},
    }


def headline(standing: Standing) -> str:
    """Return the key of the one big word."""
    state = standing["state"]
    if standing["held"] and state in {*WITH_PASS, "in_gate"}:
        return "held"
    if state == "called":
        return "come-at" if _begins(standing) > _instant(standing["as_of"]) else "come-now"
    if state == "registered":
        told = (BY_STEP.get(one["code"]) for one in standing["next_steps"])
        return next(filter(None, told), "registered")
    return BY_STATE.get(state, "registered")


def _instants(standing: Standing, word: str) -> Iterator[tuple[str, datetime]]:
    """Yield the instants to tell: of a call its window, else when one is expected, or to come."""
    expected = standing["expected_wait"] or {}
    if word in {"come-now", "come-at"}:
        yield "from", _begins(standing)
        yield "until", _instant(standing["call_window_ends_at"])
    elif word == "waiting" and expected.get("earliest_at"):
        yield "earliest", _floor(_instant(expected["earliest_at"]))
        yield "latest", _floor(_instant(expected["latest_at"]) + STEP)
    elif word == "deferred" and standing["deferred_until"]:
        yield "deferred", _instant(standing["deferred_until"])
    elif standing["state"] == "registered" and standing["planned_arrival_at"]:
        yield "planned", _instant(standing["planned_arrival_at"])


def _minutes(standing: Standing, word: str, now: datetime) -> tuple[int, int] | None:
    """Return how long a call is likely to be waited for, in hours and minutes; None: not told."""
    likely = (standing["expected_wait"] or {}).get("likely_at")
    if word != "waiting" or likely is None:
        return None
    wait = _floor(_instant(likely)) - _floor(now)
    minutes = max(STEP, wait) // timedelta(minutes=1)
    return divmod(minutes, 60) if minutes < SHOWN_HOURS * 60 else None


def _departure(standing: Standing, now: datetime) -> Mapping[str, Json] | None:
    """Return between which clocks the yard is left, which one, and how long the drive takes."""
    told = standing["departure"]
    if told is None:
        return None
    earliest, latest = _instant(told["leave_from"]), _instant(told["leave_by"])
    return {
        "yard": told["yard_label"],
        "minutes": told["travel_minutes"],
        "is_estimate": told["basis"] == "provisional",
        "from": _clocks(earliest, now) if now < earliest < latest else None,
        "by": _clocks(latest, now),
    }


def _no_forecast(standing: Standing, word: str) -> str | None:
    """Return why nobody knows when the vehicle is called."""
    expected = standing["expected_wait"]
    reason: str | None = expected["reason"] if expected and word == "waiting" else None
    return reason


def _clocks(at: datetime, now: datetime) -> Mapping[str, str | None]:
    """Return an instant by both sides' clocks; a day only where it is not today."""
    here, there = at.astimezone(HANOI), at.astimezone(BEIJING)
    is_today = here.date() == now.astimezone(HANOI).date()
    return {
        "at": at.isoformat(),
        "hanoi": f"{here:%H:%M}",
        "beijing": f"{there:%H:%M}",
        "day": None if is_today else f"{here:%d/%m}",
    }


def _begins(standing: Standing) -> datetime:
    return _instant(standing["last_call"]["window_starts_at"])


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _floor(at: datetime) -> datetime:
    return at - timedelta(seconds=at.timestamp() % STEP.total_seconds())
