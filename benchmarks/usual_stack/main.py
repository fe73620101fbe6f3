"""The application: engine, dependencies and the one endpoint, as tutorials lay them out."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import Depends, FastAPI, Header, HTTPException, Request
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from app.api.schemas.declarations import EntryIn
from app.api.schemas.entries import RegisteredOut
from app.core.ciphers import hash_of_key
from app.core.config import Settings
from app.repositories.unit_of_work import UnitOfWork
from app.services.upkeep.reference_data import read_reference
from benchmarks.usual_stack import crud, registering
from benchmarks.usual_stack.models import Entry, IdempotencyKey, User

SETTINGS = Settings()


async def get_db(request: Request) -> AsyncIterator[AsyncSession]:
    """One session a request."""
    async with request.app.state.sessions() as session:
        yield session


Db = Annotated[AsyncSession, Depends(get_db)]


async def get_current_user(db: Db, authorization: Annotated[str, Header()]) -> User:
    """Return who calls."""
    key = authorization.removeprefix("Bearer ")
    user = await crud.user_by_key(db, hash_of_key(key, SETTINGS.pepper.get_secret_value()))
    if user is None:
        raise HTTPException(401)
    return user


CurrentUser = Annotated[User, Depends(get_current_user)]


async def register_entry(
    body: EntryIn,
    db: Db,
    user: CurrentUser,
    request: Request,
    idempotency_key: Annotated[str, Header()],
) -> Entry:
    """Register a vehicle: findings, verdict, price, orders and event, in a commit each."""
    known = await crud.idempotency_key(db, user.id, idempotency_key)
    if known is None:
        entry = await registering.register(db, user, body, request.app.state.reference)
        known = IdempotencyKey(user_id=user.id, key=idempotency_key, entry_id=entry.id)
        await crud.create(db, known)
    stored = await crud.entry(db, known.entry_id)
    return registering.completed(stored, request.app.state.reference)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Connect; read what the rules need once, from the service's own rows."""
    published = create_async_engine(os.environ["DATABASE_URL"])
    async with AsyncSession(published) as session:
        uow = UnitOfWork(session)
        app.state.reference = await read_reference(uow, unofficial_needs_confirmation=False)
    await published.dispose()
    engine = create_async_engine(
        os.environ["USUAL_DATABASE_URL"],
        pool_size=SETTINGS.pool_size,
        max_overflow=SETTINGS.pool_overflow,
    )
    app.state.sessions = async_sessionmaker(engine, expire_on_commit=False)
    yield
    await engine.dispose()


async def ready() -> None:
    """Say that the application answers."""


def create_app() -> FastAPI:
    """Return the application."""
    app = FastAPI(lifespan=lifespan)
    app.post("/v1/entries", status_code=201, response_model=RegisteredOut)(register_entry)
    app.get("/health/ready")(ready)
    return app
