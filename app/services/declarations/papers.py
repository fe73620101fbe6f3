"""What an entry is told of its documents: as of now, by the wait that is expected now."""

from datetime import datetime

from app.domain.documents import findings_of_documents
from app.domain.findings import Finding
from app.domain.steps import ENDINGS
from app.domain.vocabulary import State
from app.models import Entry
from app.services.act import Today


def papers_running_out(
    today: Today, entry: Entry, called_by: datetime | None = None
) -> tuple[Finding, ...]:
    """Return the warnings about documents of an entry that has not ended; mostly none."""
    if State(entry.state) in ENDINGS:
        return ()
    begin_of = today.reference.begin_of
    return tuple(findings_of_documents(entry.declared, today.now, called_by, begin_of))
