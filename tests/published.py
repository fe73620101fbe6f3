"""A log as anybody reads it over HTTP, checked by both verifiers: the service's and the stranger's.

`Reading` asks for leaves, tiles and checkpoints as `tools/verify_log.py` does, by whatever answers.
"""

import json
from collections.abc import Callable, Sequence
from typing import Any

from app.domain.log.verifying import Verdict, outages_in, verify
from benchmarks.verifying import PROGRAM, program

__all__ = ["PROGRAM", "Reading", "program", "read"]

Get = Callable[[str], bytes]


class Reading:
    """The log of a gate's queue, read through `get`, which is given paths below `/v1/log/`."""

    def __init__(self, get: Get, gate: str, direction: str = "export") -> None:
        self.source = program().Service("", gate, direction)
        self.source.get = get

    @property
    def leaves(self) -> list[bytes]:
        """Every leaf that the newest checkpoint has signed."""
        size = program().read_checkpoint(self.source.checkpoint().decode()).size
        return list(self.source.leaves(size))

    def wrong(self, kept: Sequence[str] = ()) -> list[Any]:
        """Return everything that either verifier finds; `kept` are checkpoints fetched before."""
        theirs: list[Any] = program().check(self.source, kept).wrong
        ours = self.verdict().wrong
        return theirs if ours is None else [*theirs, ours]

    def verdict(self) -> Verdict:
        """Return what the service's own verifier finds."""
        leaves = self.leaves
        return verify(leaves, outages_in(leaves))


def read(leaves: Sequence[bytes]) -> list[dict[str, Any]]:
    return [json.loads(leaf) for leaf in leaves]
