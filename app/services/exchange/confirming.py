"""What customs and the border guard confirm: checks, as their endpoints record them."""

from collections.abc import Sequence

from app.domain.exchange import Decision, Known, match
from app.domain.required_checks import CheckKind
from app.models import Source
from app.services.crossing.checks import CheckReport, Checks
from app.services.exchange.told import Desk, Record, Told


def decide(told: Told, _: Source, known: Sequence[Known]) -> Decision:
    """Return the entries that a confirmation is of."""
    return match(told.names, known, told.occurred_at)


async def confirm(desk: Desk, entries: Sequence[Known]) -> Sequence[Record]:
    """Record the check of each entry, or of none.

    Raises:
        DomainError: why the check of one of them is not taken.
    """
    rows = [(one.id, _report(desk, one)) for one in entries]
    outcomes = await Checks(desk.uow, desk.act).record_all(rows)
    for one in outcomes:
        if one.refusal is not None:
            raise one.refusal
    return [
        Record(
            entry=str(entry.id),
            reference=entry.reference,
            kind="check",
            id=str(one.check.id),
            exceptions=[],
        )
        for entry, one in zip(entries, outcomes, strict=True)
        if one.check is not None
    ]


def _report(desk: Desk, entry: Known) -> CheckReport:
    facts = desk.told.facts
    return CheckReport(
        kind=CheckKind(facts["kind"]),
        passed=facts["result"] == "passed",
        occurred_at=desk.told.occurred_at,
        reason=desk.reason,
        source_reference=f"{desk.source_reference}/{entry.reference}",
    )
