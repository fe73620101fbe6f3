"""The application: `create_app()` builds it; importing this module opens nothing."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial

import structlog
from fastapi import FastAPI

from app.api import manners
from app.api.driver_messages import text_of
from app.api.exchange import Exchange
from app.api.fleet.rows import Rows
from app.api.front import Front, ShortWay
from app.api.guesses import Guesses
from app.api.live import Drawing
from app.api.long_bodies import longer_bodies
from app.api.middleware import security_headers
from app.api.openapi import application, install_routes
from app.api.paging import Cursors
from app.api.rate_limits import RateLimits, Work
from app.api.routes import ROUTERS, SANDBOX_ROUTERS, SANDBOX_TAGS, TAGS
from app.api.same_site import cookie_name
from app.api.schemas.events import event_bytes
from app.api.sheets import sheet_page
from app.api.state import Process
from app.api.texts import Language
from app.clients.gateway import GatewayClient, e164
from app.clients.otlp import sending, spans_of
from app.clients.receipts import ReceiptProviderClient, SandboxProvider
from app.clients.webhooks import WebhookClient
from app.core.access_tokens import AccessTokens
from app.core.bells import Bell
from app.core.ciphers import ApiKeys, Cipher, Tokens
from app.core.config import Settings, SettingsError, load_settings
from app.core.database import check_version, is_passing, make_engine, make_readers, make_sessions
from app.core.ids import reference_of, uuid7
from app.core.migrations import newest_revision
from app.core.ringing import keep_ringing
from app.core.signing import Signers
from app.domain.log.checkpoints import NoteError
from app.domain.log.leaves import SALT_BYTES, Clock
from app.models import Batch, Delivery, FeedItem, ReceiptDispatch
from app.services.act import Tools
from app.services.log.reading import witnesses_of
from app.services.log.sealing import Sealer
from app.services.notifying.sending import Wording
from app.web import preferences, site
from app.workers import Duty, Jobs
from app.workers.batches import BatchWorker
from app.workers.books import BookKeeper
from app.workers.counting import COUNTING_SECONDS, count_stays
from app.workers.deadlines import DeadlineWorker
from app.workers.delivering import DELIVERY_SECONDS, WEBHOOKS, Deliverer
from app.workers.exchange import ExchangeWorker
from app.workers.forgetting import Forgetter
from app.workers.notifying import NOTIFIER, NOTIFIER_RESTS, NOTIFIER_SECONDS, Notifier
from app.workers.numbering import NUMBERING, NUMBERING_SECONDS, ReceiptSender
from app.workers.passes import PassKeeper
from app.workers.prices import PRICES_SECONDS, PriceChecker
from app.workers.resealing import Resealer
from app.workers.scoring import ScoreKeeper
from app.workers.sealing import SEALING_RESTS, SEALING_SECONDS, SealingWorker
from app.workers.sheets import SHEET_SECONDS, SheetWriter
from app.workers.today import Todays

# A quarter of the second within which every process goes by a notice; the rest is for reading it.
PULSE_SECONDS = 0.25
USES_SECONDS = 10
DEADLINES_SECONDS = 1
SCORING_SECONDS = 10
FORGETTING_SECONDS = 60
RESEALING_SECONDS = 10
PASSES_SECONDS = 3600
BOOKS_SECONDS = 600
BATCHES_SECONDS = 1
EXCHANGE_SECONDS = 3
log = structlog.get_logger()


def create_app(settings: Settings | None = None) -> FastAPI:
    """Return the service for `settings`, read from the environment where none are given."""
    settings = settings or load_settings()
    ensure_witnesses(settings)
    tags = TAGS if settings.is_production else (*TAGS, *SANDBOX_TAGS)
    app = application(version="0.1.0", tags=tags, lifespan=_lifespan)
    app.state.settings, app.state.bell = settings, Bell()
    app.state.rate_limits = RateLimits(
        {work: getattr(settings, f"rate_limit_{work}") for work in Work},
        organisation_times=settings.rate_limit_organisation_times,
    )
    install_routes(app, ROUTERS if settings.is_production else (*ROUTERS, *SANDBOX_ROUTERS))
    site.install(app, settings)
    app.state.spans = spans = spans_of(settings)
    app.state.metrics = metrics = manners.install(
        app,
        spans=spans,
        max_body_bytes=settings.max_body_bytes,
        longer=longer_bodies(settings),
        max_body_depth=settings.max_body_depth,
        hsts=settings.is_production,
    )
    words = "Drawings of boards for those who listen, by what came of them."
    app.state.tell_drawing = metrics.counted("gate_live_drawings", words, "outcome", Drawing)
    metrics.gauged("gate_listeners", "Streams of boards that are open.", partial(listeners_of, app))
    app.state.guesses = Guesses(settings.rate_limit_guesses, os.urandom(32), metrics)
    look_in = partial(preferences.look_in, session=cookie_name(settings))
    app.front = Front(app, metrics, security_headers(hsts=settings.is_production), look_in)
    if not settings.is_production:
        from app.api import scenarios  # noqa: PLC0415 - production does without

        scenarios.install(app)
    app.short_way = ShortWay(app)
    return app


def listeners_of(app: FastAPI) -> int:
    """Return how many listen to the boards of a process; before it has begun, nobody."""
    process: Process | None = getattr(app.state, "process", None)
    return 0 if process is None else len(process.live)


def ensure_witnesses(settings: Settings) -> None:
    """Look at the keys of witnesses before anything begins.

    Raises:
        SettingsError: one is no key that cosigns, or its id is not its own.
    """
    try:
        witnesses_of(settings.log_witnesses)
    except NoteError as error:
        message = "GATE_LOG_WITNESSES: write keys that cosign (C2SP, type 4) as name+id+key"
        raise SettingsError(message) from error


def make_tools(settings: Settings) -> Tools:
    """Return what only the edge can make: identities, tokens, keys, ciphertexts, signatures."""
    signers = Signers(settings.signing_seeds)
    return Tools(
        new_id=uuid7,
        reference_of=reference_of,
        tokens=Tokens(settings.token_secret.get_secret_value()),
        cipher=Cipher(settings.encryption_keys, settings.pepper.get_secret_value()),
        keys=ApiKeys(settings.pepper.get_secret_value()),
        signers=signers,
        access_tokens=AccessTokens(signers.es256, settings.issuer),
    )


def make_sealer(settings: Settings) -> Sealer:
    """Return what the logs are sealed by."""
    return Sealer(
        service=settings.log_origin,
        signer=Signers(settings.signing_seeds).log,
        clock=Clock.TIME if settings.is_production else Clock.SANDBOX,
        new_salt=partial(os.urandom, SALT_BYTES),
    )


def make_jobs(settings: Settings) -> Jobs:
    """Return what workers do beside their own; sheets where they may."""
    todays = Todays(is_production=settings.is_production)
    tools = make_tools(settings)
    deadlines, scores = DeadlineWorker(tools, todays), ScoreKeeper(todays)
    batches = BatchWorker(tools, todays, Rows())
    exchange = ExchangeWorker(tools, todays)
    count = partial(count_stays, todays=Todays(is_production=False))
    jobs = {
        "counting": Duty(COUNTING_SECONDS, count),
        "deadlines": Duty(DEADLINES_SECONDS, deadlines.do_due),
        "scoring": Duty(SCORING_SECONDS, scores.keep),
        "sealing": Duty(
            SEALING_SECONDS,
            SealingWorker(make_sealer(settings), todays).seal,
            after=(FeedItem,),
            rest=SEALING_RESTS,
        ),
        "forgetting": Duty(FORGETTING_SECONDS, Forgetter(tools, todays).forget),
        "books": Duty(BOOKS_SECONDS, BookKeeper(tools, todays).keep),
        "prices": Duty(PRICES_SECONDS, PriceChecker(todays).check),
        "resealing": Duty(RESEALING_SECONDS, Resealer(tools.cipher).reseal),
        "passes": Duty(PASSES_SECONDS, PassKeeper(todays).forget),
        "batches": Duty(BATCHES_SECONDS, batches.do_batches, after=(Batch,)),
        "old-batches": Duty(FORGETTING_SECONDS, batches.forget),
        "exchange": Duty(EXCHANGE_SECONDS, exchange.try_again),
        "old-messages": Duty(FORGETTING_SECONDS, exchange.forget),
    }
    if settings.sheets_dir is None:
        return jobs
    page = partial(sheet_page, language=Language.VI)
    writer = SheetWriter(settings.sheets_dir, page, todays)
    return {**jobs, "sheets": Duty(SHEET_SECONDS, writer.write)}


@asynccontextmanager
async def running_jobs(settings: Settings) -> AsyncIterator[Jobs]:
    """Return all of `make_jobs`, and what sends to others while the block runs."""
    client = WebhookClient(is_open=settings.egress_open)
    deliverer = Deliverer(client, make_tools(settings).cipher, event_bytes)
    gateway = gateway_of(settings)
    notifier = make_notifier(settings, gateway)
    provider = receipt_provider_of(settings)
    sending_jobs = {
        WEBHOOKS: Duty(DELIVERY_SECONDS, deliverer.deliver, after=(Delivery,)),
        NOTIFIER: Duty(NOTIFIER_SECONDS, notifier.notify, after=(FeedItem,), rest=NOTIFIER_RESTS),
    }
    if provider is not None:
        todays = Todays(is_production=settings.is_production)
        sender = ReceiptSender(make_tools(settings), todays, provider)
        sending_jobs[NUMBERING] = Duty(NUMBERING_SECONDS, sender.send, after=(ReceiptDispatch,))
    try:
        async with deliverer.working():
            yield {**make_jobs(settings), **sending_jobs}
    finally:
        await client.aclose()
        if provider is not None:
            await provider.aclose()
        if gateway is not None:
            await gateway.aclose()


def gateway_of(settings: Settings) -> GatewayClient | None:
    """Return the gateway for text messages, where the operator names one."""
    if settings.notify_url is None:
        return None
    token = settings.notify_token.get_secret_value()
    return GatewayClient(settings.notify_url, token, is_open=not settings.is_production)


def receipt_provider_of(settings: Settings) -> ReceiptProviderClient | SandboxProvider | None:
    """Return who numbers receipts: whom the operator names, else nobody; a sandbox pretends one."""
    if settings.receipts_url is None:
        return None if settings.is_production else SandboxProvider()
    token = settings.receipts_token.get_secret_value()
    return ReceiptProviderClient(settings.receipts_url, token, is_open=not settings.is_production)


def make_notifier(settings: Settings, gateway: GatewayClient | None) -> Notifier:
    """Return what tells drivers: a sandbox without gateway records it, production does nothing."""
    wording = None
    if gateway is not None or not settings.is_production:
        render = partial(text_of, base_url=settings.base_url)
        wording = Wording(render, e164, is_only_recorded=gateway is None)
    todays = Todays(is_production=settings.is_production)
    return Notifier(make_tools(settings), todays, wording, gateway)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    settings: Settings = app.state.settings
    if settings.database_url is None:
        message = "DATABASE_URL: no database; `gate serve` starts one where none is named"
        raise RuntimeError(message)
    engine = make_engine(settings.database_url.get_secret_value(), settings)
    async with engine.connect() as connection:
        await check_version(connection)
    process = Process(
        settings=settings,
        sessions=make_sessions(engine, app.state.bell),
        readers=make_readers(engine, settings),
        bell=app.state.bell,
        tell_drawing=app.state.tell_drawing,
        tools=make_tools(settings),
        cursors=Cursors(settings.cursor_secret.get_secret_value()),
        schema_head=newest_revision() or "",
    )
    app.state.process, app.state.engine = process, engine
    await process.pulse()
    told = (*app.state.rate_limits, *app.state.guesses)
    exchange = Exchange(told, process.sessions, settings.pepper.get_secret_value().encode())
    beats = [
        asyncio.create_task(keep_ringing(engine, app.state.bell, settings)),
        asyncio.create_task(keep_pulse(process)),
        asyncio.create_task(again(exchange.pulse, PULSE_SECONDS)),
        asyncio.create_task(again(process.store_uses, USES_SECONDS)),
    ]
    async with sending(settings, app.state.spans):
        yield
    for beat in beats:
        beat.cancel()
    await asyncio.gather(*beats, return_exceptions=True)
    await engine.dispose()


async def keep_pulse(process: Process, seconds: float = PULSE_SECONDS) -> None:
    """Learn again and again what other processes changed.

    A pulse that ended would leave boards in the past.
    """
    await again(process.pulse, seconds)


async def again(do: Callable[[], Awaitable[None]], seconds: float) -> None:
    """Do something every so often, whatever went wrong the time before; a database comes back."""
    while True:
        await asyncio.sleep(seconds)
        try:
            await do()
        except Exception as error:
            if is_passing(error):
                log.warning("database away", error=type(error).__name__)
            else:
                log.exception("pulse missed")
