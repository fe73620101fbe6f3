"""What a green-lane rule is: a value with a number, sentences, a source, days and a test."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app.domain.green_lane.conditions import Case
from app.domain.validity import Validity
from app.domain.vocabulary import Evidence, Text

Test = Callable[[Case], bool]


@dataclass(frozen=True, slots=True)
class Condition:
    """Where it holds, the lane is kept on a condition only."""

    holds: Test
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: what it asks (`sentence`), what it says when it fails (`refusal`), and its test.

    `reads` are the facts and rows it looks at, `test_text` says the test in words.
    """

    code: str
    sentence: Text
    refusal: Text
    reads: tuple[str, ...]
    test_text: str
    evidence: Evidence
    valid: Validity
    test: Test
    condition: Condition | None = None

    def described(self) -> dict[str, Any]:
        """Return the rule as plain JSON values, for the public list and the documents."""
        first, end = self.valid.first, self.valid.end
        return {
            "code": self.code,
            "sentence": self.sentence,
            "refusal": self.refusal,
            "reads": list(self.reads),
            "test": self.test_text,
            "valid_from": first.isoformat() if first else None,
            "valid_to": end.isoformat() if end else None,
            "basis": self.evidence.basis.value,
            "source": self.evidence.source,
        }
