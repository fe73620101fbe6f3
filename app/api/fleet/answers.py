"""Batches as they are answered, in the reader's language."""

from app.api.fleet.rows import problem_of
from app.api.schemas.answers import finding_out
from app.api.schemas.batches import BatchOut, BatchRowOut
from app.api.texts import Language
from app.domain.batches import FileFormat
from app.domain.findings import is_ready
from app.services.declarations.batches import Batch, RowView


def batch_out(batch: Batch) -> BatchOut:
    """Return how far a batch is."""
    return BatchOut(
        id=batch.id,
        format=batch.format,
        mode=batch.mode,
        state=batch.state,
        rows=batch.rows,
        checked=batch.checked,
        done=batch.done,
        registered=batch.registered,
        refused=batch.refused,
        accepted_at=batch.accepted_at,
        cancelled_at=batch.cancelled_at,
        ended_at=batch.ended_at,
        results=f"/v1/entries/batches/{batch.id}/results",
    )


def row_out(batch: Batch, view: RowView, language: Language, request_id: str) -> BatchRowOut:
    """Return what became of a row."""
    row, entry = view
    is_flat = batch.format != FileFormat.JSON
    problem = None
    if row.problem is not None:
        problem = problem_of(row.problem, row.number, language, request_id, flat=is_flat)
    return BatchRowOut(
        row=row.number,
        line=row.line,
        outcome=row.outcome,
        client_reference=row.client_reference,
        plate=row.plate,
        entry=row.entry_id,
        reference=entry.reference if entry else None,
        ready=is_ready(entry.findings) if entry else None,
        lane=entry.lane if entry else None,
        findings=[finding_out(one, language) for one in entry.findings] if entry else [],
        problem=problem,
    )
