"""What becomes due of an entry by itself, as it is stored."""

from datetime import datetime

from app.domain.deadlines import DeadlineKind
from app.models import Call, Deadline, Entry
from app.services.act import Act


def due(
    act: Act, entry: Entry, kind: DeadlineKind, at: datetime, call: Call | None = None
) -> Deadline:
    """Return the row by which something becomes due of an entry, or of a call of it, at `at`."""
    return Deadline(
        id=act.tools.new_id(),
        gate_code=entry.gate_code,
        direction=entry.direction,
        kind=kind.value,
        entry_id=entry.id,
        call_id=call.id if call else None,
        due_at=at,
    )
