"""One transaction and the repositories that ask within it; nothing here commits."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cached_property
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.models import Base
from app.repositories.access import AccessRepository
from app.repositories.allowances import AllowancesRepository
from app.repositories.batches import BatchesRepository
from app.repositories.boards import BoardsRepository
from app.repositories.book_checks import BookChecksRepository
from app.repositories.books import BooksRepository
from app.repositories.claims import ClaimsRepository
from app.repositories.constraints import named_failures
from app.repositories.corrections import CorrectionsRepository
from app.repositories.deadlines import DeadlinesRepository
from app.repositories.delegations import DelegationsRepository
from app.repositories.difficulties import DifficultiesRepository
from app.repositories.dispatches import DispatchesRepository
from app.repositories.driver_messages import DriverMessagesRepository
from app.repositories.editions import (
    PolicyEditionsRepository,
    ReductionsRepository,
    TariffEditionsRepository,
)
from app.repositories.entries import EntriesRepository
from app.repositories.exchange import ExchangeRepository
from app.repositories.fairness import FairnessRepository
from app.repositories.feed import FeedRepository
from app.repositories.forecasts import ForecastsRepository
from app.repositories.inspections import InspectionsRepository
from app.repositories.keys import KeysRepository
from app.repositories.lane_grounds import LaneGroundsRepository
from app.repositories.lines import LinesRepository
from app.repositories.log import LogRepository
from app.repositories.members import MembersRepository
from app.repositories.money import MoneyRepository
from app.repositories.moves import MovesRepository
from app.repositories.notices import NoticesRepository
from app.repositories.organisations import OrganisationsRepository
from app.repositories.overrides import OverridesRepository
from app.repositories.passes import PassesRepository
from app.repositories.payments import PaymentsRepository
from app.repositories.personal import PersonalRepository
from app.repositories.prepared import Wire
from app.repositories.prices import PricesRepository
from app.repositories.queues import QueuesRepository
from app.repositories.quotes import QuotesRepository
from app.repositories.receipts import ReceiptsRepository
from app.repositories.records import RecordsRepository
from app.repositories.reference import ReferenceRepository
from app.repositories.refunds import RefundsRepository
from app.repositories.resealing import ResealingRepository
from app.repositories.retention import RetentionRepository
from app.repositories.revenue import RevenueRepository
from app.repositories.scores import ScoresRepository
from app.repositories.sessions import SessionsRepository
from app.repositories.shifts import ShiftsRepository
from app.repositories.standings import StandingsRepository
from app.repositories.stays import StaysRepository
from app.repositories.strikes import StrikesRepository
from app.repositories.treasury import TreasuryRepository
from app.repositories.upkeep import UpkeepRepository
from app.repositories.webhooks import WebhooksRepository
from app.repositories.yards import YardsRepository


class UnitOfWork:
    """What a service method works in: repositories that share one transaction."""

    def __init__(self, session: AsyncSession) -> None:
        """Work within the transaction of `session`."""
        self._session = session
        self._wire = Wire(session)

    @cached_property
    def access(self) -> AccessRepository:
        """Principals, stored answers, the sandbox's clock."""
        return AccessRepository(self._session, self._wire)

    @cached_property
    def allowances(self) -> AllowancesRepository:
        """What all processes together say of allowances."""
        return AllowancesRepository(self._session)

    @cached_property
    def batches(self) -> BatchesRepository:
        """Batches of vehicles, and what became of each row."""
        return BatchesRepository(self._session, self._wire)

    @cached_property
    def boards(self) -> BoardsRepository:
        """What queue boards show."""
        return BoardsRepository(self._session)

    @cached_property
    def book_checks(self) -> BookChecksRepository:
        """The books against the rows beside them."""
        return BookChecksRepository(self._session)

    @cached_property
    def quotes(self) -> QuotesRepository:
        """Kept quotes."""
        return QuotesRepository(self._session, self._wire)

    @cached_property
    def books(self) -> BooksRepository:
        """The books: postings."""
        return BooksRepository(self._session, self._wire)

    @cached_property
    def claims(self) -> ClaimsRepository:
        """What entries in position hold."""
        return ClaimsRepository(self._session)

    @cached_property
    def deadlines(self) -> DeadlinesRepository:
        """What is due by itself."""
        return DeadlinesRepository(self._session, self._wire)

    @cached_property
    def delegations(self) -> DelegationsRepository:
        """Who is let be a party of whose entries."""
        return DelegationsRepository(self._session)

    @cached_property
    def difficulties(self) -> DifficultiesRepository:
        """What companies and drivers reported, and what it was answered."""
        return DifficultiesRepository(self._session)

    @cached_property
    def dispatches(self) -> DispatchesRepository:
        """What providers of electronic receipts are to be told."""
        return DispatchesRepository(self._session)

    @cached_property
    def driver_messages(self) -> DriverMessagesRepository:
        """What drivers are told by text message."""
        return DriverMessagesRepository(self._session, self._wire)

    @cached_property
    def editions(self) -> PolicyEditionsRepository:
        """Policy editions that the board proposes and announces."""
        return PolicyEditionsRepository(self._session)

    @cached_property
    def tariff_editions(self) -> TariffEditionsRepository:
        """Tariff editions that the board proposes and announces."""
        return TariffEditionsRepository(self._session)

    @cached_property
    def reductions(self) -> ReductionsRepository:
        """Questions about the reductions that the board proposes and announces."""
        return ReductionsRepository(self._session)

    @cached_property
    def entries(self) -> EntriesRepository:
        """Entries, found by what people know of them."""
        return EntriesRepository(self._session, self._wire)

    @cached_property
    def feed(self) -> FeedRepository:
        """Positions of events, and who reads them."""
        return FeedRepository(self._session, self._wire)

    @cached_property
    def exchange(self) -> ExchangeRepository:
        """Partners' messages and their sources."""
        return ExchangeRepository(self._session)

    @cached_property
    def fairness(self) -> FairnessRepository:
        """What reports of fairness are made of."""
        return FairnessRepository(self._session)

    @cached_property
    def forecasts(self) -> ForecastsRepository:
        """What queues are rolled forward from."""
        return ForecastsRepository(self._wire)

    @cached_property
    def keys(self) -> KeysRepository:
        """API keys of principals."""
        return KeysRepository(self._session)

    @cached_property
    def lines(self) -> LinesRepository:
        """Who waits in queues, in order."""
        return LinesRepository(self._session)

    @cached_property
    def log(self) -> LogRepository:
        """The sealed logs of the queues."""
        return LogRepository(self._session, self._wire)

    @cached_property
    def members(self) -> MembersRepository:
        """People who act for organisations."""
        return MembersRepository(self._session)

    @cached_property
    def money(self) -> MoneyRepository:
        """Charges and orders."""
        return MoneyRepository(self._session, self._wire)

    @cached_property
    def moves(self) -> MovesRepository:
        """Substitutions, diversions and receiving vehicles."""
        return MovesRepository(self._session)

    @cached_property
    def notices(self) -> NoticesRepository:
        """Notices of gates."""
        return NoticesRepository(self._session)

    @cached_property
    def personal(self) -> PersonalRepository:
        """Drivers found by their numbers, and who read their data."""
        return PersonalRepository(self._session)

    @cached_property
    def inspections(self) -> InspectionsRepository:
        """What officers found of vehicles."""
        return InspectionsRepository(self._session)

    @cached_property
    def lane_grounds(self) -> LaneGroundsRepository:
        """What was said of the grounds for which entries belong to a lane."""
        return LaneGroundsRepository(self._session)

    @cached_property
    def overrides(self) -> OverridesRepository:
        """Calls out of turn, and who stands behind each."""
        return OverridesRepository(self._session)

    @cached_property
    def passes(self) -> PassesRepository:
        """Passes that were handed out."""
        return PassesRepository(self._session)

    @cached_property
    def payments(self) -> PaymentsRepository:
        """Money that came in, and what waits for a review."""
        return PaymentsRepository(self._session, self._wire)

    @cached_property
    def shifts(self) -> ShiftsRepository:
        """Cashiers' shifts."""
        return ShiftsRepository(self._session)

    @cached_property
    def organisations(self) -> OrganisationsRepository:
        """Organisations and their clients."""
        return OrganisationsRepository(self._session)

    @cached_property
    def prices(self) -> PricesRepository:
        """Charges as they were frozen, and the checks of them."""
        return PricesRepository(self._session)

    @cached_property
    def queues(self) -> QueuesRepository:
        """Queue locks, numbers, seasonal places, calls."""
        return QueuesRepository(self._session, self._wire)

    @cached_property
    def records(self) -> RecordsRepository:
        """Observations, checks, holds, exceptions, events."""
        return RecordsRepository(self._session, self._wire)

    @cached_property
    def receipts(self) -> ReceiptsRepository:
        """Receipts and their series."""
        return ReceiptsRepository(self._session, self._wire)

    @cached_property
    def corrections(self) -> CorrectionsRepository:
        """Corrections of receipts."""
        return CorrectionsRepository(self._session)

    @cached_property
    def refunds(self) -> RefundsRepository:
        """Money that goes back."""
        return RefundsRepository(self._session, self._wire)

    @cached_property
    def reference(self) -> ReferenceRepository:
        """Reference data and confirmations."""
        return ReferenceRepository(self._session)

    @cached_property
    def retention(self) -> RetentionRepository:
        """Personal data whose time is over."""
        return RetentionRepository(self._session)

    @cached_property
    def revenue(self) -> RevenueRepository:
        """Revenue as it was posted."""
        return RevenueRepository(self._session)

    @cached_property
    def scores(self) -> ScoresRepository:
        """Expected waits that were told, and how far they were off."""
        return ScoresRepository(self._session)

    @cached_property
    def resealing(self) -> ResealingRepository:
        """Encrypted columns, and by which keys."""
        return ResealingRepository(self._session)

    @cached_property
    def sessions(self) -> SessionsRepository:
        """Who is signed in."""
        return SessionsRepository(self._session)

    @cached_property
    def stays(self) -> StaysRepository:
        """Stays at gates, and what reports count of them."""
        return StaysRepository(self._session)

    @cached_property
    def standings(self) -> StandingsRepository:
        """Where entries stand."""
        return StandingsRepository(self._wire)

    @cached_property
    def strikes(self) -> StrikesRepository:
        """Strikes of companies, and whom a limit keeps from waiting."""
        return StrikesRepository(self._session)

    @cached_property
    def treasury(self) -> TreasuryRepository:
        """What is due to the state budget, and its payments."""
        return TreasuryRepository(self._session)

    @cached_property
    def upkeep(self) -> UpkeepRepository:
        """What the service tells of itself."""
        return UpkeepRepository(self._session)

    @cached_property
    def webhooks(self) -> WebhooksRepository:
        """Webhooks, and what is due to them."""
        return WebhooksRepository(self._session, self._wire)

    @cached_property
    def yards(self) -> YardsRepository:
        """Who stands in which yard."""
        return YardsRepository(self._session, self._wire)

    @property
    def entries_told(self) -> tuple[UUID, ...]:
        """The entries of which this transaction has told events, in order: what logs name."""
        return tuple(self._wire.entries_told)

    def add(self, *rows: Base) -> None:
        """Keep new rows; they are stored by the next `flush` or by the end."""
        self._session.add_all(rows)

    @asynccontextmanager
    async def attempt(self) -> AsyncIterator[None]:
        """Do something whole or not at all, and go on with the transaction either way.

        Raises:
            DomainError: the rule that a constraint guards which was broken within.
        """
        with named_failures():
            async with self._session.begin_nested():
                await self._session.connection()  # else the savepoint waits for the session's own
                yield

    async def flush(self) -> None:
        """Store what is pending now, so that a broken constraint surfaces in the service.

        Raises:
            DomainError: the rule that the constraint guards.
        """
        with named_failures():
            await self._session.flush()
