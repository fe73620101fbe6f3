"""Policy editions: the dated, immutable rules of the queues, read from their published form.

Rates differ by lane only, never by company. Minutes are whole; days are half-open legal days.
Source: the edition itself, which names its legal text and says whether it is official.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from app.domain.errors import FieldError, NoPolicyInForceError, PolicyUnfitError
from app.domain.expiry import ExpiryRule, read_expiry
from app.domain.queue_order import Rates, miss_charge, slowdown_thousandths
from app.domain.substitution import SubstitutionRule
from app.domain.validity import Timeline, Validity
from app.domain.vocabulary import (
    BASIC_LANES,
    Basis,
    Direction,
    Evidence,
    Lane,
    Queue,
    QueueMode,
    State,
    Text,
    weakest,
)

Document = Mapping[str, Any]

MOST_WAITING = {"at-most-two-waiting-entries": 2}
"""What an edition may do to a company that misses many calls, in waiting entries."""

APPEAL_DAYS = 14
"""In how many legal days a strike may be appealed, where the edition does not say."""


@dataclass(frozen=True, slots=True)
class LaneRate:
    """What a lane earns per open second; a strict lane is called before all others."""

    lane: Lane
    rate: int
    strict: bool
    label: Text
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class MissStep:
    """What the n-th missed call brings: a charge and a place further back, or an ending."""

    number: int
    charge_minutes: int
    ending: State | None

    def charge(self, rate: int) -> int:
        """Return the charge in points, at the rate of the lane in which the call was missed."""
        return miss_charge(self.charge_minutes, rate)


@dataclass(frozen=True, slots=True)
class Deferral:
    """How often and by how many minutes an entry may put itself off; that time earns nothing."""

    max_per_entry: int
    choices_minutes: tuple[int, ...]
    only_before_call: bool


@dataclass(frozen=True, slots=True)
class CompanyLimit:
    """How many counted misses in how many days limit a company to few waiting entries, how long.

    `appeal_days`: within how many days, that of the miss being the first, one may be appealed.
    """

    misses: int
    within_days: int
    most_waiting: int
    for_days: int
    appeal_days: int = APPEAL_DAYS


@dataclass(frozen=True, slots=True)
class Prediction:
    """The slow-down published with an edition, for one split of the capacity over the lanes."""

    shares_percent: Mapping[Lane, int]
    slowdown_thousandths: int


@dataclass(frozen=True, slots=True)
class PolicyEdition:
    """One dated version of the queue rules.

    `windows_minutes` is how long a call stands, by the yard location it finds the vehicle in;
    `in_position` the locations in which a recorded vehicle waits; `uncounted` the reasons for which
    a missed call costs nothing; `cancelling_counts` whether cancelling after the call is a miss;
    `bound` the promise to the public, in a sentence; `override_budget` how many vehicles a week two
    officers may call out of turn in a queue, before a member of the board must approve too;
    `evidence` what each part rests on, by name.
    """

    code: str
    official: bool
    valid: Validity
    title: Text
    lanes: tuple[LaneRate, ...]
    bound: Text
    predictions: tuple[Prediction, ...]
    windows_minutes: Mapping[str, int]
    reminder_minutes: int
    lead_minutes: int
    misses: tuple[MissStep, ...]
    uncounted: frozenset[str]
    company_limit: CompanyLimit | None
    cancelling_counts: bool
    deferral: Deferral
    substitution: SubstitutionRule
    expiry: ExpiryRule
    in_position: frozenset[str]
    modes: Mapping[Queue, QueueMode]
    override_budget: int
    evidence: Mapping[str, Evidence] = field(default_factory=dict)

    @property
    def rates(self) -> Rates:
        """Points per open second of every lane that this edition has; it has no others."""
        return {row.lane: row.rate for row in self.lanes}

    def lane_of(self, goods: Lane, ground: Lane | None) -> Lane:
        """Return where a vehicle waits whose goods give one lane and a confirmed ground another.

        Of a lane that this edition does not have nothing comes.
        """
        return ground if ground is not None and ground in self.rates else goods

    @property
    def strict(self) -> frozenset[Lane]:
        """The lanes that are called before all others."""
        return frozenset(row.lane for row in self.lanes if row.strict)

    def mode_of(self, gate: str, direction: Direction) -> QueueMode | None:
        """Return how a queue runs; None: the gate has no queue in this direction."""
        return self.modes.get(Queue(gate, direction))

    def window(self, location: str) -> timedelta:
        """Return how long a call stands for a vehicle waiting at a yard of this location."""
        return timedelta(minutes=self.windows_minutes[location])

    def miss(self, number: int) -> MissStep:
        """Return what the `number`-th missed call brings; the last step stands for all after it."""
        return self.misses[min(number, len(self.misses)) - 1]


@dataclass(frozen=True, slots=True)
class Emergency:
    """An edition that rules from an instant (in) to another (out), over whatever rules then."""

    starts_at: datetime
    ends_at: datetime
    edition: PolicyEdition


class Policies:
    """The published editions; one, or none and that is an error, is in force on a day."""

    __slots__ = ("_emergencies", "_timeline")

    def __init__(
        self, editions: Iterable[PolicyEdition], emergencies: Iterable[Emergency] = ()
    ) -> None:
        """Keep the editions by their days, and those of emergencies.

        Raises:
            OverlappingValidityError: two of them share a day.
        """
        self._timeline = Timeline((edition.valid, edition) for edition in editions)
        self._emergencies = tuple(emergencies)

    def at(self, now: datetime, on: date) -> PolicyEdition | None:
        """Return the edition of an instant of the legal day `on`: an emergency's goes first."""
        for one in self._emergencies:
            if one.starts_at <= now < one.ends_at:
                return one.edition
        return self.get(on)

    def get(self, on: date) -> PolicyEdition | None:
        """Return the edition of the legal day `on`, None where there is none."""
        return self._timeline.get(on)

    def in_force(self, on: date) -> PolicyEdition:
        """Return the edition of the legal day `on`.

        Raises:
            NoPolicyInForceError: no edition covers that day; no other stands in for it.
        """
        edition = self._timeline.get(on)
        if edition is None:
            raise NoPolicyInForceError(day=on.isoformat())
        return edition


def parse_policy(document: Document) -> PolicyEdition:
    """Return the edition of a document in the published form.

    Raises:
        PolicyUnfitError: it contradicts itself; the errors name what, by JSON pointer.
    """
    edition = _read(document)
    errors = (
        *_unfit_lanes(edition),
        *_unfit_steps(edition),
        *_unfit_queues(document["queues"]),
        *_unfit_substitution(document["limits"]["substitution_same_company_and_goods"]),
        *_unfit_expiry(edition.expiry),
    )
    # Only sound rates can be compared and computed with.
    errors = errors or (*_unfit_favours(edition), *_unfit_predictions(edition))
    if errors:
        raise PolicyUnfitError(errors=errors, policy=edition.code)
    return edition


def _read(document: Document) -> PolicyEdition:
    call, no_show = document["call"], document["no_show"]
    return PolicyEdition(
        code=document["code"],
        official=document["official"],
        valid=Validity.parse(document),
        title=document["title"],
        lanes=tuple(map(_lane, document["lanes"])),
        bound=document["order"]["sentence"],
        predictions=tuple(map(_prediction, document["predicted_slowdown"]["worked_examples"])),
        windows_minutes={row["called_from"]: row["window_minutes"] for row in call["windows"]},
        reminder_minutes=call["reminder_minutes_before_end"],
        lead_minutes=call["lead_minutes_before_opening"],
        misses=tuple(map(_miss, no_show["steps"])),
        uncounted=frozenset(no_show["not_counted_when"]),
        company_limit=_company_limit(no_show.get("company_limit")),
        cancelling_counts=document["cancellation"]["counts_as_miss_after_call"],
        deferral=_deferral(document["deferral"]),
        substitution=_substitution(document["limits"]["substitution_same_company_and_goods"]),
        expiry=read_expiry(document),
        in_position=frozenset(document["positions"]["in_position"]),
        modes=dict(_modes(document["queues"])),
        override_budget=document["manual_override"]["weekly_cap_per_gate"],
        evidence=dict(_evidence(document)),
    )


def _evidence(document: Document) -> Iterator[tuple[str, Evidence]]:
    """Yield what each part of an edition rests on; of a list of rows, what the weakest does."""
    for part, found in document.items():
        rows = found if isinstance(found, list) else [found]
        named = [row for row in rows if isinstance(row, Mapping) and "basis" in row]
        if named:
            basis = weakest(Basis(row["basis"]) for row in named)
            source = next(row["source"] for row in named if row["basis"] == basis)
            yield part, Evidence(basis, source)


def _lane(row: Document) -> LaneRate:
    evidence = Evidence(Basis(row["basis"]), row["source"])
    strict = row.get("strict_within_allotment", False)
    return LaneRate(Lane(row["code"]), row["rate"], strict, row["label"], evidence)


def _prediction(row: Document) -> Prediction:
    shares = {Lane(lane): share for lane, share in row["capacity_share_percent"].items()}
    return Prediction(shares, row["slowdown_thousandths"])


def _miss(row: Document) -> MissStep:
    ending = State(row["ending"]) if row["effect"] == "ended" else None
    return MissStep(row["miss"], row.get("charge_minutes", 0), ending)


def _company_limit(row: Document | None) -> CompanyLimit | None:
    if row is None:
        return None
    most = MOST_WAITING[row["effect"]]
    appeal_days = row.get("appeal_days", APPEAL_DAYS)
    return CompanyLimit(row["misses"], row["within_days"], most, row["for_days"], appeal_days)


def _deferral(row: Document) -> Deferral:
    return Deferral(row["max_per_entry"], tuple(row["choices_minutes"]), row["not_after_call"])


def _substitution(row: Document) -> SubstitutionRule:
    return SubstitutionRule(row["max_per_entry"], row["needs_check_in_yard"])


def _modes(rows: Iterable[Document]) -> Iterator[tuple[Queue, QueueMode]]:
    for row in rows:
        for gate in row["gates"]:
            yield Queue(gate, Direction(row["direction"])), QueueMode(row["mode"])


def _unfit_lanes(edition: PolicyEdition) -> Iterator[FieldError]:
    """Each lane has one rate, at least 1: of 0 nobody would be called. Only a season is strict.

    Of those that a ground gives an edition may leave out any.
    """
    named = [row.lane for row in edition.lanes]
    if len(named) != len(set(named)) or not BASIC_LANES.issubset(named):
        yield FieldError("/lanes", "every-lane-once")
    for position, row in enumerate(edition.lanes):
        if type(row.rate) is not int or row.rate < 1:
            yield FieldError(f"/lanes/{position}/rate", "whole-and-positive", row.rate)
        if row.strict and row.lane is not Lane.GREEN_SEASON:
            yield FieldError(f"/lanes/{position}/strict_within_allotment", "season-only", row.lane)


def _unfit_favours(edition: PolicyEdition) -> Iterator[FieldError]:
    """A lane that a ground gives earns no less than the green lane: it must be no punishment."""
    for position, row in enumerate(edition.lanes):
        if row.lane not in BASIC_LANES and row.rate < edition.rates[Lane.GREEN]:
            yield FieldError(f"/lanes/{position}/rate", "no-slower-than-green", row.rate)


def _unfit_steps(edition: PolicyEdition) -> Iterator[FieldError]:
    """A vehicle that can wait can be called from there, and missing calls comes to an end."""
    for location in sorted(edition.in_position - edition.windows_minutes.keys()):
        yield FieldError("/call/windows", "window-for-every-position", location)
    if [miss.number for miss in edition.misses] != list(range(1, len(edition.misses) + 1)):
        yield FieldError("/no_show/steps", "numbered-from-one")
    if not edition.misses or edition.misses[-1].ending is None:
        yield FieldError("/no_show/steps", "last-one-ends")


def _unfit_queues(rows: Sequence[Document]) -> Iterator[FieldError]:
    """A queue runs in one mode."""
    named = Counter(queue for queue, _ in _modes(rows))
    for gate, direction in (queue for queue, times in named.items() if times > 1):
        yield FieldError("/queues", "queue-once", f"{gate}/{direction}")


def _unfit_substitution(row: Document) -> Iterator[FieldError]:
    """Substituting inside the same company and goods keeps the place, or is not offered at all."""
    if row["max_per_entry"] > 0 and not row["keeps_place"]:
        at = "/limits/substitution_same_company_and_goods/keeps_place"
        yield FieldError(at, "place-kept", value=False)


def _unfit_expiry(rule: ExpiryRule) -> Iterator[FieldError]:
    """An entry stays open for a day at least, so that a night's delay does not end it."""
    if type(rule.days) is not int or rule.days < 1:
        yield FieldError("/expiry/days", "whole-and-positive", rule.days)


def _unfit_predictions(edition: PolicyEdition) -> Iterator[FieldError]:
    """The slow-down that is published is the one that the equation gives."""
    for position, said in enumerate(edition.predictions):
        if not edition.rates.keys() >= said.shares_percent.keys():
            at = f"/predicted_slowdown/worked_examples/{position}/capacity_share_percent"
            yield FieldError(at, "lane-of-the-edition")
            continue
        computed = slowdown_thousandths(edition.rates, said.shares_percent, strict=edition.strict)
        if said.slowdown_thousandths != computed:
            at = f"/predicted_slowdown/worked_examples/{position}/slowdown_thousandths"
            yield FieldError(at, "as-computed", computed)
