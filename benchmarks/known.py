"""`gate serve` that asks only the first one who they are, and takes all others for the same.

Registering through it is the same work without authentication: no key is hashed, no signature is
checked, nobody is looked up. What the opening statement does besides, it does: it tells the time
and the state of caches, and takes the retry key.
"""

from dataclasses import replace
from typing import Any

from fastapi import Request
from sqlalchemy import Select, bindparam, cast, func, literal, select
from sqlalchemy.types import Text, Uuid

from app.api import credentials
from app.api.idempotency import key_of
from app.api.state import Process
from app.cli.commands import app
from app.models import BusinessClock, ReferenceRevision, StoredAnswer
from app.repositories.access import ANSWERED, ONLY, RETRY_SEED, STATE, Opening, is_answer_of
from app.repositories.prepared import Prepared
from app.repositories.unit_of_work import UnitOfWork


def _rest() -> Select[*tuple[Any, ...]]:
    """Return the opening statement without whoever asks."""
    asker, retry_key = bindparam("asker", type_=Uuid), bindparam("retry_key", type_=Text)
    name = cast(asker, Text) + literal(":", Text) + retry_key
    lock = func.pg_try_advisory_xact_lock(func.hashtextextended(name, RETRY_SEED))
    return (
        select(*STATE, lock, *ANSWERED)
        .select_from(ReferenceRevision)
        .outerjoin(BusinessClock, BusinessClock.id == ONLY)
        .outerjoin(StoredAnswer, is_answer_of(asker, retry_key))
        .where(ReferenceRevision.id == ONLY)
    )


REST = Prepared(_rest())


def take_all_for_the_first() -> None:
    """Let whoever asks be the one who asked first."""
    ask, known = credentials._opening, list[Opening]()  # noqa: SLF001 - this is what is left out

    async def opening(request: Request, process: Process, uow: UnitOfWork) -> Opening:
        if not known:
            known.append(replace(await ask(request, process, uow), answer=None, retry_taken=True))
            return known[0]
        wire = uow._wire  # noqa: SLF001 - as repositories are given it
        await wire.ask(REST, asker=known[0].principal.id, retry_key=key_of(request))
        return known[0]

    credentials._opening = opening  # noqa: SLF001 - this is what is left out


if __name__ == "__main__":
    take_all_for_the_first()
    app(["serve"])
