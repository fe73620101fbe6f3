"""Boards on walls: what is told there in two languages at once, and notices that take turns."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from fastapi import FastAPI

from app.api.texts import Language, language_of
from app.web.board.faces import TONES, Face
from app.web.board.gate import gate_facts
from app.web.board.overview import overview_facts
from app.web.kept import add_kept
from app.web.visits import Visit
from app.web.words import WORDS

SECOND: Final = {Language.VI: Language.ZH, Language.EN: Language.VI, Language.ZH: Language.VI}
"""The language that stands beside a reader's own: drivers of both countries look."""
BOTH: Final = ("tv.call", "tv.waiting", "board.next", "board.short.export", "board.short.import")


class Told(NamedTuple):
    """One notice, for readers of both languages that a wall has."""

    tone: str
    language: str
    text: str
    also: str | None
    """The same in the second language, if it was posted in that."""


class Also(NamedTuple):
    """Words in the second language."""

    language: str
    words: Mapping[str, str | None]


def install(app: FastAPI) -> None:
    """Let `app` answer the boards on walls."""
    add_kept(app, "/tv", "tv_all", _show_all)
    add_kept(app, "/gates/{gate}/tv", "tv", _show_one)


async def _show_all(visit: Visit) -> Mapping[str, object]:
    facts = await overview_facts(visit)
    faces = [face for one in (*facts["calling"], *facts["others"]) for face in one.faces]
    return {**facts, **_on_wall(visit, faces), "query": "", "back": "/"}


async def _show_one(visit: Visit) -> Mapping[str, object]:
    facts = await gate_facts(visit)
    code = facts["gate"]["code"]
    more = {"query": f"?gate={code}", "back": f"/gates/{code}"}
    return {**facts, **_on_wall(visit, facts["faces"]), **more}


def _on_wall(visit: Visit, faces: Sequence[Face]) -> Mapping[str, Any]:
    own = language_of(visit.request.scope)
    second = SECOND[own]
    keys = {*BOTH, *(f"lane.{lane}" for face in faces for lane in face.lanes)}
    words = {key: WORDS.text(key)[second.value] for key in keys}
    return {"also": Also(second.value, words), "told": _told(faces, own, second)}


def _told(faces: Iterable[Face], own: Language, second: Language) -> Sequence[Told]:
    """Return the notices of some queues, each once."""
    notices = {one["id"]: one for face in faces for one in face.board["notices"]}
    return [
        _notice(TONES.get(one["effect"], "wait"), one["text"], own, second)
        for one in notices.values()
    ]


def _notice(tone: str, text: Mapping[str, str | None], own: Language, second: Language) -> Told:
    """Return a notice; who posts one says it in Vietnamese and English at least."""
    language = own if text.get(own) else Language.EN
    return Told(tone, language.value, text[language] or "", text.get(second))
