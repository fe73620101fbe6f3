"""The board of all gates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI

from app.api.texts import Language, language_of
from app.web.board.faces import Face, are_alike, face_of
from app.web.kept import add_kept
from app.web.telling import patterns_in
from app.web.visits import Visit


@dataclass(frozen=True, slots=True)
class GateFace:
    """A gate with its queues; none where vehicles do not queue by this service."""

    gate: Mapping[str, Any]
    faces: Sequence[Face]

    @property
    def calls(self) -> bool:
        """Whether vehicles are called at this gate."""
        return any(face.calls for face in self.faces)

    @property
    def are_alike(self) -> bool:
        """Whether all its queues are in the same state, until the same time."""
        return are_alike(self.faces)


def install(app: FastAPI) -> None:
    """Let `app` answer the board of all gates."""
    add_kept(app, "/", "board", overview_facts)


async def overview_facts(visit: Visit) -> dict[str, Any]:
    """Return all gates with their queues: those that call, and the others."""
    language = language_of(visit.request.scope)
    gates = (await visit.api.get("/v1/gates"))["items"]
    boards = (await visit.api.get("/v1/queues"))["items"]
    found = [GateFace(gate, _faces(boards, gate["code"], language)) for gate in gates]
    return {
        "calling": [one for one in found if one.calls],
        "others": [one for one in found if not one.calls],
        "as_of": boards[0]["as_of"] if boards else None,
        "patterns": patterns_in(language),
    }


def _faces(boards: Sequence[Mapping[str, Any]], gate: str, language: Language) -> Sequence[Face]:
    return [face_of(one, language) for one in boards if one["gate"] == gate]
