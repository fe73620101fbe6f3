"""Whether what a call tells beside whom it calls is so: the edition, who was compared, who skipped.

And whether what becomes of a call costs what it may. Whom to call is the replay's matter.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from app.domain.gates import HANOI
from app.domain.log.dating import read_instant
from app.domain.log.retelling import CALL_MADE, HELD, RATES_CHANGED
from app.domain.log.rules import Broken, Why
from app.domain.notices import LIMITS, STOPS
from app.domain.overrides import week_of
from app.domain.queue_order import MINUTE_SECONDS
from app.domain.sub_queues import read_barrier
from app.domain.waiting_list import WaitingList

Data = Mapping[str, Any]

EXCLUDE: Final = STOPS | LIMITS
"""Kinds of notice that keep an entry from being called."""

_FREE: Final = frozenset({"call.excused", "call.withdrawn"})


class Posted:
    """The notices that a log has told of, and until when they count."""

    def __init__(self) -> None:
        """Begin with none."""
        self._of: dict[str, tuple[str, datetime, datetime | None]] = {}

    def take(self, kind: str, data: Data) -> None:
        """Go on with an event, which may post or lift one."""
        if kind == "notice.posted":
            ends_at = data["ends_at"] and read_instant(data["ends_at"])
            said = data["notice_kind"], read_instant(data["starts_at"]), ends_at
            self._of[data["notice"]] = said
        elif kind == "notice.lifted" and data["notice"] in self._of:
            what, starts_at, _ = self._of[data["notice"]]
            self._of[data["notice"]] = what, starts_at, read_instant(data["lifted_at"])

    def has(self, kind: str, at: datetime) -> bool:
        """Tell whether a notice of a kind is in force."""
        return any(one[0] == kind and _covers(one, at) for one in self._of.values())

    def is_in_force(self, notice: str, at: datetime) -> bool:
        """Tell whether a notice is in force."""
        return notice in self._of and _covers(self._of[notice], at)


class Calls:
    """What the leaves up to here have said that calls rest on."""

    def __init__(self, line: WaitingList) -> None:
        """Look at calls of the entries in `line`, which somebody else keeps up to date."""
        self._line = line
        self._notices = Posted()
        self._policy: str | None = None
        self._under: dict[UUID, str] = {}
        self._began: dict[UUID, int | None] = {}
        self._costs: dict[tuple[str, int], int] = {}

    def event(self, kind: str, entry: UUID | None, at: datetime, data: Data) -> Iterator[Broken]:
        """Go on with an event that the line has been told; yield what of it is not so."""
        self._notices.take(kind, data)
        if kind == RATES_CHANGED:
            self._policy = data["policy"]
        elif entry is None:
            return
        elif kind == "waiting.started":
            self._began.setdefault(entry, data["clock"])
        elif kind == "entry.joined":
            self._began.pop(entry, None)
            if data["waits_from"] is not None:
                self._began[entry] = None  # it began at another gate, by another clock
        elif kind == CALL_MADE:
            self._under[entry] = data["policy"]
            yield from self._call(entry, at, data)
        elif kind == "override.made" and data["week"] != _week(at):
            yield Broken(Why.WEEK, f"the week is that of {_week(at)}")
        elif kind == "call.missed":
            yield from self._missed(entry, data)
        elif kind in _FREE and data["charges"] != 0:
            yield Broken(Why.CHARGE, f"{kind} costs {data['charges']}")

    def has_begun(self, entry: UUID) -> bool:
        """Tell whether an entry has begun to wait, here or where it came from."""
        return entry in self._began

    def began(self, entry: UUID) -> int | None:
        """Return the reading at which the wait of an entry began, None where it did not here."""
        return self._began.get(entry)

    def forget(self, entry: UUID) -> None:
        """Forget an entry that does not come back."""
        self._under.pop(entry, None)
        self._began.pop(entry, None)

    def _call(self, entry: UUID, at: datetime, data: Data) -> Iterator[Broken]:
        if data["policy"] != self._policy:
            yield Broken(Why.POLICY, f"the edition in force is {self._policy}")
        heads = [UUID(head["entry"]) for head in data["heads"]]
        if not data.get("override") and heads[:1] != [entry]:
            yield Broken(Why.HEADS, "the first of those who were compared is not who is called")
        for who, head in zip(heads, data["heads"], strict=True):
            if not self._is_head(who, head, data["clock"]):
                yield Broken(Why.HEADS, f"{who} does not wait so")
        for skip in data["skips"]:
            if not self._is_skip(skip, at, data["clock"]):
                yield Broken(Why.SKIP, f"{skip['entry']} is not kept from being called so")

    def _is_head(self, who: UUID, head: Data, clock: int) -> bool:
        """Tell whether who was compared waits as the call says."""
        if who not in self._line:
            return False
        one = self._line.get(who)
        began, rate = self._began.get(who), self._line.rates[one.lane]
        waited = head["open_wait"] if began is None else clock - began
        seen = one.lane, rate, self._line.points(who, clock), one.waits_from, waited
        told = head["lane"], head["rate"], head["points"], read_instant(head["waits_from"])
        return seen == (*told, head["open_wait"])

    def _is_skip(self, skip: Data, at: datetime, clock: int) -> bool:
        """Tell whether who was skipped waits as the call says, and whether its reason is there."""
        who, reason = UUID(skip["entry"]), skip["reason"]
        if who not in self._line or self._line.is_called(who):
            return False
        one = self._line.get(who)
        if (one.lane, self._line.points(who, clock)) != (skip["lane"], skip["points"]):
            return False
        barrier = read_barrier(skip)
        if barrier is not None:
            notice = barrier.notice
            return barrier.stops(one.sub_queue) and (
                notice is None or self._notices.is_in_force(notice, at)
            )
        if reason == HELD:
            return self._line.is_held(who)
        return reason not in EXCLUDE or self._notices.has(reason, at)

    def _missed(self, entry: UUID, data: Data) -> Iterator[Broken]:
        """Yield a charge that is no whole minutes of the lane, or not what others paid for it."""
        charges, rate = data["charges"], self._line.rates[self._line.get(entry).lane]
        minutes, rest = divmod(charges, rate * MINUTE_SECONDS)
        miss = self._under.get(entry, ""), data["number"]
        if rest or minutes < 0 or self._costs.setdefault(miss, minutes) != minutes:
            yield Broken(Why.CHARGE, f"the miss costs {charges}")


def _week(at: datetime) -> str:
    """Return the Monday of an instant's legal week, as overrides are counted by."""
    return week_of(at.astimezone(HANOI).date()).isoformat()


def _covers(notice: tuple[str, datetime, datetime | None], at: datetime) -> bool:
    _, starts_at, ends_at = notice
    return starts_at <= at and (ends_at is None or at < ends_at)
