"""Policy editions on their way: proposed by one, approved by another, announced, in force, ended.

An announced edition rules from its legal day until the next one begins, whatever ruled before. An
emergency edition rules from its approval for some hours, 72 at most, over whatever rules then; when
it is over the former holds again by itself. Nothing of an announced edition is ever changed: it can
be withdrawn before its day, and an emergency ended early. Source: design section 5 and the
edition's own `emergency_edition`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any, Final

from app.domain.charges import AnnouncedTariff, Tariffs
from app.domain.errors import Fact, FieldError, PolicyUnfitError, SharesOverCapacityError
from app.domain.green_lane import Produce
from app.domain.log.canonical import canonical
from app.domain.policy import PolicyEdition, parse_policy
from app.domain.queue_order import slowdown_thousandths
from app.domain.vocabulary import Basis, Lane, Text

Document = Mapping[str, Any]
DAYS: Final = ("valid_from", "valid_to")
SHARES: Final = "/capacity_shares/{}"
SECOND: Final = timedelta(seconds=1)
DAY: Final = timedelta(days=1)
EMERGENCY_HOURS: Final = 72
"""So long an emergency edition rules at most, whatever an edition says."""


class EditionState(StrEnum):
    """Where an edition stands."""

    PROPOSED = "proposed"
    ANNOUNCED = "announced"
    IN_FORCE = "in-force"
    ENDED = "ended"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class LaneWanted:
    """What a lane is to earn, and whether it goes first inside its allotment.

    `label` names it where the edition that the new one is made from does not have it.
    """

    lane: Lane
    rate: int
    label: Text
    strict: bool = False


@dataclass(frozen=True, slots=True)
class EditionWanted:
    """What a new edition says otherwise than the one it is made from; None leaves as it is.

    `capacity_shares` are percent of the capacity that each lane uses, in one or more cases, for
    which the slow-down is predicted.
    """

    code: str
    title: Text
    bound: Text
    lanes: Sequence[LaneWanted]
    capacity_shares: Sequence[Mapping[Lane, int]]
    source: str
    windows_minutes: Mapping[str, int] | None = None
    lead_minutes: int | None = None
    override_budget: int | None = None


@dataclass(frozen=True, slots=True)
class Announced:
    """When an announced edition rules: from a legal day on, or for some hours.

    `ended_at` is when it was withdrawn, or an emergency ended before its time, `end_reason` why;
    `reason` is why an emergency rules.
    """

    code: str
    starts_on: date | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    ended_at: datetime | None = None
    reason: str | None = None
    end_reason: str | None = None

    @property
    def is_emergency(self) -> bool:
        """Whether it rules for some hours, over another."""
        return self.starts_at is not None

    @property
    def until(self) -> datetime | None:
        """The instant from which an emergency rules no more."""
        return min(filter(None, (self.ends_at, self.ended_at)), default=None)

    def covers(self, now: datetime) -> bool:
        """Tell whether an emergency rules at an instant."""
        return (
            self.starts_at is not None
            and self.until is not None
            and (self.starts_at <= now < self.until)
        )


def drafted(base: Document, wanted: EditionWanted) -> dict[str, Any]:
    """Return the document of a new edition, made from another, with the slow-down it predicts.

    Raises:
        PolicyUnfitError: it contradicts itself; the errors name field and rule of what is wanted.
    """
    document = {key: value for key, value in base.items() if key not in DAYS}
    document |= {
        "code": wanted.code,
        "official": False,
        "base": base["code"],
        "title": wanted.title,
        "lanes": [_lane(base, one, wanted.source) for one in wanted.lanes],
        "order": {**base["order"], "sentence": wanted.bound, **_ours(wanted.source)},
        "call": _call(base["call"], wanted),
        "manual_override": _override(base["manual_override"], wanted),
        "predicted_slowdown": {**base["predicted_slowdown"], "worked_examples": []},
    }
    edition = _parsed(document)
    document["predicted_slowdown"]["worked_examples"] = [
        {
            "capacity_share_percent": {lane.value: share for lane, share in shares.items()},
            "slowdown_thousandths": _slowdown(edition, shares, position),
            "basis": Basis.PROVISIONAL.value,
            "source": "computed",
        }
        for position, shares in enumerate(wanted.capacity_shares)
    ]
    return document


def _parsed(document: Document) -> PolicyEdition:
    """Read a draft as the rules will, with pointers into what was asked for."""
    try:
        return parse_policy({**document, **dict.fromkeys(DAYS)})
    except PolicyUnfitError as error:
        raise PolicyUnfitError(
            errors=[
                FieldError(
                    one.pointer.replace("strict_within_allotment", "strict"), one.rule, one.value
                )
                for one in error.errors
            ],
            policy=document["code"],
        ) from error


def _slowdown(edition: PolicyEdition, shares: Mapping[Lane, int], position: int) -> int:
    if not edition.rates.keys() >= shares.keys():
        wrong = FieldError(SHARES.format(position), "lane-of-the-edition")
        raise PolicyUnfitError(errors=(wrong,), policy=edition.code)
    try:
        return slowdown_thousandths(edition.rates, shares, strict=edition.strict)
    except SharesOverCapacityError as error:
        raise error.within(SHARES.format(position)) from None


def _ours(source: str) -> dict[str, str]:
    return {"basis": Basis.PROVISIONAL.value, "source": source}


def _lane(base: Document, wanted: LaneWanted, source: str) -> dict[str, Any]:
    before: Document = next(
        (row for row in base["lanes"] if row["code"] == wanted.lane), {"label": wanted.label}
    )
    return {
        **before,
        "code": wanted.lane.value,
        "rate": wanted.rate,
        "strict_within_allotment": wanted.strict,
        **_ours(source),
    }


def _call(call: Document, wanted: EditionWanted) -> dict[str, Any]:
    windows = wanted.windows_minutes or {}
    changed = [
        {**row, "window_minutes": windows[row["called_from"]], **_ours(wanted.source)}
        if row["called_from"] in windows
        else row
        for row in call["windows"]
    ]
    lead = call["lead_minutes_before_opening"]
    if wanted.lead_minutes is not None:
        lead = wanted.lead_minutes
    return {**call, "windows": changed, "lead_minutes_before_opening": lead}


def _override(row: Document, wanted: EditionWanted) -> Document:
    if wanted.override_budget is None:
        return row
    return {**row, "weekly_cap_per_gate": wanted.override_budget, **_ours(wanted.source)}


def unlimited(wanted: EditionWanted, produce: Produce) -> Iterator[FieldError]:
    """Yield each lane that is to be strict while a season of it has no daily allotment.

    Without one there is no "at most that many a day pass you", which is what is promised.
    """
    without = {season.lane for season in produce.seasons if season.daily_allotment is None}
    for position, one in enumerate(wanted.lanes):
        if one.strict and one.lane in without:
            yield FieldError(f"/lanes/{position}/strict", "strict-needs-allotment", one.lane)


def longest_emergency(base: Document) -> timedelta:
    """Return how long an emergency over an edition may last."""
    hours: int = base["emergency_edition"]["max_hours"]
    return timedelta(hours=min(hours, EMERGENCY_HOURS))


def with_days(
    documents: Iterable[Document],
    announced: Mapping[str, Announced],
    day_of: Callable[[datetime], date],
) -> list[dict[str, Any]]:
    """Return editions with the legal days on which each rules; one withdrawn before has none.

    Of those that have begun the last rules, so that an edition ends where the next begins. An
    emergency has the days that it touches and ends no other.
    """
    own = [(one, announced.get(one["code"])) for one in documents]
    starts = sorted(_first(one, when) for one, when in own if _is_regular(when))
    return [
        {**one, **dict(zip(DAYS, _days(one, when, starts, day_of), strict=True))}
        for one, when in own
    ]


def is_ruling(document: Document, announced: Mapping[str, Announced]) -> bool:
    """Tell whether an edition rules at some time: it was not withdrawn before its day."""
    when = announced.get(document["code"])
    return when is None or when.is_emergency or when.ended_at is None


def _is_regular(when: Announced | None) -> bool:
    return when is None or not (when.is_emergency or when.ended_at)


def _first(document: Document, when: Announced | None) -> str:
    """Return the day on which a regular edition begins; open is before all others."""
    first = when.starts_on.isoformat() if when and when.starts_on else document["valid_from"]
    return first or ""


def _days(
    document: Document,
    when: Announced | None,
    starts: Sequence[str],
    day_of: Callable[[datetime], date],
) -> tuple[str | None, str | None]:
    if when is not None and when.starts_at is not None and when.until is not None:
        last = day_of(max(when.until - SECOND, when.starts_at))
        return day_of(when.starts_at).isoformat(), (last + DAY).isoformat()
    if not _is_regular(when):
        return None, None
    first = _first(document, when)
    following = [one for one in starts if one > first]
    ends = [*following[:1], *filter(None, [None if when else document["valid_to"]])]
    return first or None, min(ends, default=None)


def state_of(
    document: Document, when: Announced | None, now: datetime, today: date
) -> EditionState:
    """Return where an edition that is announced or ships with the service stands, by its days."""
    if not is_ruling(document, {document["code"]: when} if when else {}):
        return EditionState.WITHDRAWN
    if when is not None and when.is_emergency:
        return EditionState.IN_FORCE if when.covers(now) else EditionState.ENDED
    first, end = (document[day] for day in DAYS)
    if first is not None and first > today.isoformat():
        return EditionState.ANNOUNCED
    ended = end is not None and end <= today.isoformat()
    return EditionState.ENDED if ended else EditionState.IN_FORCE


def tariff_state(
    tariffs: Tariffs, when: AnnouncedTariff | None, code: str, today: date
) -> EditionState:
    """Return where a tariff edition stands, announced or shipped, by the latest knowledge."""
    if when is not None and when.known.end is not None:
        return EditionState.WITHDRAWN
    days = [row.valid for row in tariffs.force if row.edition == code and row.known.end is None]
    if any(one.covers(today) for one in days):
        return EditionState.IN_FORCE
    if any(one.first and one.first > today for one in days):
        return EditionState.ANNOUNCED
    return EditionState.ENDED


def digest(document: Document) -> str:
    """Return the hash of an edition's content, as the log has it: without the days it rules."""
    content = {key: value for key, value in document.items() if key not in DAYS}
    return f"sha256:{sha256(canonical(content)).hexdigest()}"


def differences(one: object, other: object, pointer: str = "") -> Iterator[tuple[str, Fact, Fact]]:
    """Yield where two documents differ: JSON pointer, what the one has, what the other has.

    Values are compared leaf by leaf; None is also what is not there.
    """
    before, after = _leaf(one), _leaf(other)
    if before != after:
        yield pointer, before, after
    parts, others = _parts(one), _parts(other)
    for name in dict.fromkeys([*parts, *others]):
        yield from differences(parts.get(name), others.get(name), f"{pointer}/{name}")


def _leaf(value: object) -> Fact:
    return value if isinstance(value, str | int) else None


def _parts(value: object) -> Mapping[str, object]:
    match value:
        case dict():
            return value
        case list():
            return {str(position): part for position, part in enumerate(value)}
        case _:
            return {}
