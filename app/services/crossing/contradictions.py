"""What contradicts the rules: exceptions, which stand in a review list until settled."""

from collections.abc import Mapping
from typing import Any

from app.domain.vocabulary import Queue
from app.models import Entry, ExceptionCase, Observation
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act


class Contradictions:
    """Opens the exceptions of one act, each with its event."""

    def __init__(self, uow: UnitOfWork) -> None:
        """Begin with none, within one transaction."""
        self._uow = uow
        self.opened: list[ExceptionCase] = []

    def open(
        self,
        act: Act,
        rule: str,
        entry: Entry | None,
        seen: Observation | None = None,
        **facts: str,
    ) -> None:
        """Note that an entry, or what was seen of nobody in particular, contradicts a rule."""
        case = ExceptionCase(
            id=act.tools.new_id(),
            entry_id=entry.id if entry else None,
            observation_id=seen.id if seen else None,
            gate_code=entry.gate_code if entry else seen.gate_code if seen else None,
            rule=str(rule),
            facts=facts,
            opened_at=act.now,
            opened_by=act.principal.id,
        )
        self.opened.append(case)
        self._uow.add(case)

    def events(self, act: Act, queue: Queue) -> list[Mapping[str, Any]]:
        """Return the events that tell of what was opened."""
        return [
            act.event(
                "exception.opened", queue, case.entry_id, exception=str(case.id), rule=case.rule
            )
            for case in self.opened
        ]
