"""Pages of lists by time: what comes after a cursor, and no more of it than is asked for."""

from collections.abc import Sequence
from typing import Any, TypeVar

from sqlalchemy import Select, tuple_
from sqlalchemy.orm import InstrumentedAttribute

S = TypeVar("S", bound=Select[*tuple[Any, ...]])
Order = Sequence[InstrumentedAttribute[Any]]


def page_of(
    statement: S, order: Order, after: Sequence[Any] | None, limit: int, *, newest_first: bool
) -> S:
    """Return a statement's first `limit` rows by an order that ends with the id.

    Those after a cursor, the values of `order` in the row before; None is from the start.
    """
    if after is not None:
        here, before = tuple_(*order), tuple_(*after)
        statement = statement.where(here < before if newest_first else here > before)
    ways = [column.desc() for column in order] if newest_first else order
    return statement.order_by(*ways).limit(limit)
