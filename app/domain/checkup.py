"""How fit a part of the service is, in words an operator can act upon; each part is judged alone.

Nothing here names a person, a vehicle or a secret.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVar

from app.domain.vitals import Pulse
from app.domain.vocabulary import Agency, Queue, Role

SECOND = timedelta(seconds=1)
MILLISECOND = timedelta(milliseconds=1)
NOTED_SKEW, MOST_SKEW = 1 * SECOND, 5 * SECOND
NOTED_LAG, MOST_LAG = 60, 600
NOTED_DISK_PERCENT, LEAST_DISK_PERCENT = 15, 5
DAYS_AHEAD = 30
LATE_DAYS = 2
BOARD_NEEDED = 2
"""An edition that is not official needs the words of two members."""

ACTING = (Role.COMPANY, Role.OFFICER, Role.YARD, Role.BANK)
"""The roles without which no vehicle gets through; agencies and the board come beside."""


T = TypeVar("T", int, timedelta)


class Condition(StrEnum):
    """Whether a part is fit; a warning is to be looked at, a failure stops something."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of one part, and what to do about it."""

    check: str
    condition: Condition
    found: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class KeysGiven:
    """How many keys of a role and agency open something."""

    role: Role
    agency: Agency | None
    count: int


def judge_skew(skew: timedelta) -> Finding:
    """Judge how far the clocks of this machine and of the database are apart."""
    found = f"{abs(skew) // MILLISECOND} ms apart from the database"
    condition = _graded(abs(skew), NOTED_SKEW, MOST_SKEW)
    return _finding("clock", condition, found, "Synchronise both machines by NTP.")


def judge_disk(free: int, size: int, folder: str) -> Finding:
    """Judge how many bytes are free where the data are."""
    percent = 100 * free // max(size, 1)
    condition = _graded(-percent, -NOTED_DISK_PERCENT, -LEAST_DISK_PERCENT)
    found = f"{percent} % free ({free // 10**9} GB) for {folder}"
    return _finding("disk", condition, found, "Make room, or move GATE_DATA_DIR.")


def judge_collection(account: tuple[str, str, str] | None, missing: Sequence[str]) -> Finding:
    """Judge whether payers can be asked for transfers: bank, account and its holder are known."""
    if account is not None:
        return Finding("collection", Condition.OK, f"transfers go to {account[2]}")
    found = f"no QR codes for transfers: {', '.join(missing)} not set"
    return Finding("collection", Condition.WARN, found, "Name the account that collects the fees.")


def judge_sealed(
    sealed: Mapping[str, int],
    hashed: Mapping[str, int],
    lost: Collection[str],
    names: Sequence[str],
) -> Finding:
    """Judge whether every encrypted value can be read, and tell which keys are still in use.

    Values and hashes to find by are counted by the name of their key. `lost` names the keys that
    are not set, or that open nothing of what was sealed by that name; `names` are those that are
    set, the current one first.
    """
    if lost:
        found = ", ".join(f"{sealed[name]} values sealed by {name}" for name in sorted(lost))
        advice = "Put that key back into GATE_DATA_KEYS; without it they are lost."
        return Finding("data keys", Condition.FAIL, f"cannot be read: {found}", advice)
    all_open = f"all {sum(sealed.values())} encrypted values open"
    used = [one for one in sorted({*sealed, *hashed}) if one != names[0]]
    counts = (f"{one} ({sealed.get(one, 0)} values, {hashed.get(one, 0)} hashes)" for one in used)
    still = f"still in use: {', '.join(counts)}" if used else ""
    unused = [one for one in names[1:] if one not in used]
    free = f"not in use, may be taken out: {', '.join(unused)}" if unused else ""
    return Finding("data keys", Condition.OK, "; ".join(filter(None, (all_open, still, free))))


def judge_keys(given: Iterable[KeysGiven]) -> Finding:
    """Judge whether somebody can act in every role that a vehicle's way needs."""
    counts = {(one.role, one.agency): one.count for one in given}
    missing = [role.value for role in ACTING if not counts.get((role, None))]
    missing += [one.value for one in Agency if not counts.get((Role.AGENCY, one))]
    if counts.get((Role.BOARD, None), 0) < BOARD_NEEDED:
        missing.append("board (two confirm editions)")
    total = sum(counts.values())
    if not missing:
        return Finding("API keys", Condition.OK, f"{total} open something, every role has one")
    condition = Condition.WARN if total else Condition.FAIL
    found = f"{total} open something; none for {', '.join(missing)}"
    return Finding("API keys", condition, found, "Give one: gate keys NAME ROLE ORGANISATION.")


def judge_editions(
    kind: str, day: date, edition_on: Callable[[date], str | None], pending: Sequence[str]
) -> Finding:
    """Judge whether an edition of a kind is in force, today and for a month.

    `pending` names those that the board has not confirmed.
    """
    waiting = f"; not confirmed: {', '.join(pending)}" if pending else ""
    confirm = "Two members of the board confirm it." if pending else ""
    coming = (day + timedelta(days=ahead) for ahead in range(DAYS_AHEAD + 1))
    gap = next((one for one in coming if edition_on(one) is None), None)
    if gap == day:
        found, advice = f"none is in force on {day}{waiting}", confirm or "Load one: gate seed."
        return Finding(f"{kind} edition", Condition.FAIL, found, advice)
    found = f"{edition_on(day)} is in force{waiting}"
    if gap is not None:
        found, advice = f"{found}; none from {gap}", confirm or "Publish the next one before."
        return Finding(f"{kind} edition", Condition.WARN, found, advice)
    return _finding(f"{kind} edition", Condition.WARN if pending else Condition.OK, found, confirm)


def judge_workers(
    needed: Collection[str], pulses: Sequence[Pulse], lags: Mapping[str, int], machine: datetime
) -> Finding:
    """Judge whether every job is done in time, and without failing."""
    known = {pulse.job: pulse for pulse in pulses}
    never = sorted(set(needed) - set(known))
    troubles = [f"{job} was never done" for job in never]
    troubles += [words for pulse in pulses for words in _troubles(pulse, machine)]
    behind = {job: lag for job, lag in lags.items() if lag > NOTED_LAG}
    late = [f"{job} is {lag} s behind" for job, lag in sorted(behind.items())]
    if troubles or late:
        is_grave = bool(troubles) or max(behind.values()) > MOST_LAG
        condition = Condition.FAIL if is_grave else Condition.WARN
        advice = "Start gate work, or look into its log."
        return Finding("workers", condition, "; ".join((*troubles, *late)), advice)
    newest = max((pulse.ran_at for pulse in pulses), default=machine)
    found = f"{len(pulses)} jobs in time, the last {_ago(newest, machine)} s ago"
    return Finding("workers", Condition.OK, found)


def judge_receipts(
    gaps: Mapping[str, int], uncovered: Sequence[str], waiting: Mapping[str, int]
) -> Finding:
    """Judge whether receipts are numbered without gaps, and are for what came in and stayed.

    `gaps` are numbers without receipt by series, `uncovered` codes of orders whose receipt is for
    another amount, `waiting` what a provider is still to be told, by state.
    """
    if gaps or uncovered:
        holes = [f"{count} numbers of {series} have none" for series, count in sorted(gaps.items())]
        other = [f"another amount than paid: {', '.join(uncovered)}"] if uncovered else []
        advice = "Compare the tables receipts and receipt_series with a backup."
        return Finding("receipts", Condition.FAIL, "; ".join((*holes, *other)), advice)
    if refused := waiting.get("refused", 0):
        advice = "GET /v1/receipts says why (numbering); mend it, and have each told again."
        return Finding("receipts", Condition.WARN, f"a provider refused {refused}", advice)
    pending = waiting.get("pending", 0)
    return Finding("receipts", Condition.OK, f"without gaps; {pending} to be told to a provider")


def judge_logs(stopped: Collection[Queue]) -> Finding:
    """Judge whether every queue's log goes on; one that stopped says nothing of the others."""
    if not stopped:
        return Finding("logs", Condition.OK, "each goes on with what was signed")
    named = ", ".join(f"{one.gate} ({one.direction.value})" for one in sorted(stopped))
    advice = (
        "Bring its tables log_* back to what was signed (docs/log-format.md); it then catches up."
        " Have two officers sign an outage for that time: until then verifiers call it sealed-late."
    )
    return Finding("logs", Condition.FAIL, f"stopped: {named}", advice)


def judge_books(found: Mapping[str, Collection[Any]], most: int = 3) -> Finding:
    """Judge whether the books say what the rows say; `found` are the differences by kind."""
    named = [f"{kind}: {one}" for kind, ones in found.items() for one in ones]
    if not named:
        return Finding("books", Condition.OK, "they say what the rows say")
    more = f" and {len(named) - most} more" if len(named) > most else ""
    advice = "Look who changed rows by hand; what the release before wrote is posted by gate work."
    return Finding("books", Condition.FAIL, f"{'; '.join(named[:most])}{more}", advice)


@dataclass(frozen=True, slots=True)
class PricesChecked:
    """How far the last check of all charges is, on which day, and which of them differ."""

    day: date
    is_finished: bool
    checked: int
    differing: int
    charges: Sequence[str]


def judge_prices(last: PricesChecked | None, day: date, most: int = 3) -> Finding:
    """Judge whether every charge says what its facts, day and knowledge give."""
    if last is None:
        return Finding("prices", Condition.OK, "no charge was derived again yet")
    if last.differing:
        found = (
            f"{last.differing} of {last.checked} charges differ: {', '.join(last.charges[:most])}"
        )
        advice = "GET /v1/price-checks says in what; look who changed rows by hand."
        return Finding("prices", Condition.FAIL, found, advice)
    state = "derived again" if last.is_finished else "derived again by now"
    found = f"{last.checked} charges {state} on {last.day}, none differs"
    is_late = (day - last.day).days > LATE_DAYS
    condition = Condition.WARN if is_late else Condition.OK
    return _finding("prices", condition, found, "Start gate work, or look into its log.")


def _troubles(pulse: Pulse, machine: datetime) -> Iterator[str]:
    if pulse.is_late(machine):
        yield f"{pulse.job} was done last {_ago(pulse.ran_at, machine)} s ago"
    elif pulse.fails:
        yield f"{pulse.job} fails ({pulse.failures} times by now)"


def _ago(at: datetime, machine: datetime) -> int:
    return max((machine - at) // SECOND, 0)


def _graded(value: T, noted: T, most: T) -> Condition:
    if value > most:
        return Condition.FAIL
    return Condition.WARN if value > noted else Condition.OK


def _finding(check: str, condition: Condition, found: str, advice: str) -> Finding:
    """Return a finding, with the advice only where something is to be done."""
    return Finding(check, condition, found, "" if condition is Condition.OK else advice)
