"""The other side's word on a vehicle, passed on by those who stand at the gate."""

from collections.abc import Sequence

from app.domain.exchange import Decision, Known, match
from app.domain.vocabulary import Agency, Role
from app.models import Source
from app.services.crossing.passage import Passage, Report
from app.services.exchange.told import Adapter, Desk, Record, Told

KINDS = {"accepted": "acceptance", "refused": "refusal"}


def decide(told: Told, _: Source, known: Sequence[Known]) -> Decision:
    """Return the entry that is meant."""
    return match(told.names, known, told.occurred_at)


async def apply(desk: Desk, entries: Sequence[Known]) -> Sequence[Record]:
    """Record the acceptance, or that the vehicle was turned back."""
    (known,), facts = entries, desk.told.facts
    report = Report(
        occurred_at=desk.told.occurred_at,
        reason=desk.reason,
        source_reference=desk.source_reference,
        number=facts.get("number"),
    )
    before = {one.id for one in await desk.uow.records.exceptions(known.id)}
    entry = await Passage(desk.uow, desk.act).observe(known.id, KINDS[facts["result"]], report)
    organisation = desk.act.principal.organisation_id
    seen = await desk.uow.records.observation_by_source(organisation, desk.source_reference)
    cases = await desk.uow.records.exceptions(known.id)
    return [
        Record(
            entry=str(entry.id),
            reference=entry.reference,
            kind="observation",
            id=str(seen.id if seen else ""),
            exceptions=[one.rule for one in cases if one.id not in before],
        )
    ]


ADAPTER = Adapter(
    senders={Role.OFFICER, Agency.CUSTOMS, Agency.BORDER_GUARD},
    witnesses={Role.OFFICER, *Agency},
    decide=decide,
    apply=apply,
)
