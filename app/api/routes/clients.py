"""Clients of organisations and their keys: given once, rotated, revoked."""

from datetime import timedelta
from uuid import UUID

from fastapi import APIRouter, Response

from app.api.deps import Caller, OfProcess, Retry, Uow, may
from app.api.idempotency import RETRIED
from app.api.paging import AskedPage, Listing
from app.api.problems import problem_responses
from app.api.schemas.clients import (
    ClientIn,
    ClientOut,
    ClientsOut,
    KeyIn,
    KeyOut,
    KeysOfClientOut,
    NewKeyOut,
    RotationIn,
    client_out,
    key_out,
    new_key_out,
)
from app.api.strict_json import StrictRoute
from app.domain.authorisation import Action
from app.domain.errors import (
    ClientDisabledError,
    ClientNotFoundError,
    KeyEndedError,
    KeyNotFoundError,
    LastManagerError,
    NameTakenError,
    OrganisationNotFoundError,
    OrganisationUnfitError,
)
from app.domain.vocabulary import Role, Scope
from app.services.access.clients import Clients, Keyring

router = APIRouter(prefix="/v1", tags=["clients"], route_class=StrictRoute)

MANAGERS = may(*Role, scope=Scope.MANAGE, on=Action.MANAGE)


@router.post(
    "/organisations/{organisation}/clients",
    status_code=201,
    response_model=ClientOut,
    dependencies=[MANAGERS],
    responses=problem_responses(
        OrganisationNotFoundError, OrganisationUnfitError, NameTakenError, *RETRIED
    ),
)
async def make_client(
    organisation: UUID, body: ClientIn, uow: Uow, caller: Caller, retry: Retry
) -> Response:
    """Make a client of your organisation; it acts in the organisation's role, once it has a key."""
    made = await Clients(uow, caller).make(organisation, body.name, supervisor=body.supervisor)
    return await retry.answer(client_out(made), location=f"/v1/clients/{made.id}")


@router.get(
    "/organisations/{organisation}/clients",
    dependencies=[MANAGERS],
    responses=problem_responses(OrganisationNotFoundError),
)
async def list_clients(
    organisation: UUID, paging: AskedPage, uow: Uow, caller: Caller, process: OfProcess
) -> ClientsOut:
    """List the clients of your organisation, newest first, the disabled ones too."""
    listing = Listing(process.cursors, "clients", paging, {"organisation": organisation})
    found = await Clients(uow, caller).page(organisation, listing.after, listing.wanted)
    page, cursor = listing.cut(found, lambda one: (one.created_at, one.id))
    return ClientsOut(items=[client_out(one) for one in page], next_cursor=cursor)


@router.get(
    "/clients/{client}",
    dependencies=[MANAGERS],
    responses=problem_responses(ClientNotFoundError),
)
async def get_client(client: UUID, uow: Uow, caller: Caller) -> ClientOut:
    """Return a client of your organisation."""
    return client_out(await Clients(uow, caller).get(client))


@router.post(
    "/clients/{client}/disablement",
    response_model=ClientOut,
    dependencies=[MANAGERS],
    responses=problem_responses(ClientNotFoundError, LastManagerError, *RETRIED),
)
async def disable_client(client: UUID, uow: Uow, caller: Caller, retry: Retry) -> Response:
    """Disable a client: its keys and tokens open nothing from the next request on."""
    return await retry.answer(client_out(await Clients(uow, caller).disable(client)), status=200)


@router.post(
    "/clients/{client}/enablement",
    response_model=ClientOut,
    dependencies=[MANAGERS],
    responses=problem_responses(ClientNotFoundError, *RETRIED),
)
async def enable_client(client: UUID, uow: Uow, caller: Caller, retry: Retry) -> Response:
    """Enable a client that was disabled: its keys open again, but for those that have ended."""
    return await retry.answer(client_out(await Clients(uow, caller).enable(client)), status=200)


@router.post(
    "/clients/{client}/keys",
    status_code=201,
    dependencies=[MANAGERS],
    responses=problem_responses(ClientNotFoundError, ClientDisabledError),
)
async def give_key(client: UUID, body: KeyIn, uow: Uow, caller: Caller) -> NewKeyOut:
    """Give a client one more key, which is shown this once.

    Nobody keeps it, so `Idempotency-Key` does nothing here: where the answer was lost, revoke that
    key, which the list shows, and give another.
    """
    lasts = timedelta(days=body.valid_days)
    keyring = Keyring(uow, caller)
    given = await keyring.give(client, frozenset(body.scopes), lasts)
    return new_key_out(given, await keyring.clock())


@router.get(
    "/clients/{client}/keys",
    dependencies=[MANAGERS],
    responses=problem_responses(ClientNotFoundError),
)
async def list_keys(
    client: UUID, paging: AskedPage, uow: Uow, caller: Caller, process: OfProcess
) -> KeysOfClientOut:
    """List the keys of a client, newest first, those that have ended too; never themselves."""
    listing = Listing(process.cursors, "keys", paging, {"client": client})
    keyring = Keyring(uow, caller)
    found = await keyring.page(client, listing.after, listing.wanted)
    page, cursor = listing.cut(found, lambda one: (one.created_at, one.id))
    now = await keyring.clock()
    return KeysOfClientOut(items=[key_out(one, now) for one in page], next_cursor=cursor)


@router.post(
    "/keys/{key}/rotation",
    status_code=201,
    dependencies=[MANAGERS],
    responses=problem_responses(KeyNotFoundError, KeyEndedError, ClientDisabledError),
)
async def rotate_key(key: UUID, body: RotationIn, uow: Uow, caller: Caller) -> NewKeyOut:
    """Give a new key of the same scopes, shown this once; the old one opens for the overlap only.

    `Idempotency-Key` does nothing here, as nobody keeps the key. With an overlap of 0 hours it is
    what to do with a key that others may have seen.
    """
    overlap, lasts = timedelta(hours=body.overlap_hours), timedelta(days=body.valid_days)
    keyring = Keyring(uow, caller)
    given = await keyring.rotate(key, overlap, lasts)
    return new_key_out(given, await keyring.clock())


@router.post(
    "/keys/{key}/revocation",
    response_model=KeyOut,
    dependencies=[MANAGERS],
    responses=problem_responses(KeyNotFoundError, LastManagerError, *RETRIED),
)
async def revoke_key(key: UUID, uow: Uow, caller: Caller, retry: Retry) -> Response:
    """Revoke a key: it and its tokens open nothing once this has answered, on any process.

    The last key by which your organisation can manage itself is rotated instead.
    """
    keyring = Keyring(uow, caller)
    revoked = await keyring.revoke(key)
    return await retry.answer(key_out(revoked, await keyring.clock()), status=200)
