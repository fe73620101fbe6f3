"""One allowance over several processes: each tells what was used of it, and learns the sum.

Once a pulse, in one statement for all clients that used much of an allowance since; who used little
costs nothing, and where nobody did nothing is sent. Between two pulses each process goes by what it
knows, so what passes too much is at most, in each other process: the tenth of an allowance that is
not told, and what comes within a pulse. It is paid back, for the sum counts it.
"""

from collections.abc import Iterable
from hashlib import blake2b
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.api.allowances import Allowance
from app.repositories.unit_of_work import UnitOfWork

MICROSECOND: Final = 1000
KEY_BYTES: Final = 16
LONGEST_SECRET: Final = 64


class Exchange:
    """What one process tells the others and learns of them."""

    def __init__(
        self,
        allowances: Iterable[Allowance],
        sessions: async_sessionmaker[AsyncSession],
        secret: bytes,
    ) -> None:
        """Exchange by a table; `secret` keeps from it who the clients are."""
        self._allowances = tuple(allowances)
        self._sessions = sessions
        self._secret = secret[:LONGEST_SECRET]

    async def pulse(self) -> None:
        """Tell and learn; what cannot be told now is told later, and limits go on by themselves."""
        news = {
            self._key(one, client): (one, client, used, mark)
            for one in self._allowances
            for client, used, mark in one.news()
        }
        if not news:
            return
        used = {key: -(-found[2] // MICROSECOND) for key, found in news.items()}
        try:
            async with self._sessions.begin() as session:
                totals = await UnitOfWork(session).allowances.exchange(used)
        except BaseException:
            for one, client, _, _ in news.values():
                one.tell_again([client])
            raise
        for key, total in totals.items():
            one, client, _, mark = news[key]
            one.learn(client, total * MICROSECOND, mark)

    def _key(self, one: Allowance, client: str) -> bytes:
        name = f"{one.name}:{client}".encode()
        return blake2b(name, key=self._secret, digest_size=KEY_BYTES).digest()
