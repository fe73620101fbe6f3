"""Refunds: what goes back of what came in, and the steps of it."""

from collections.abc import Sequence
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import RefundStepRefusedError
from app.domain.receipts.refunds import (
    ENDED_SHORT,
    GONE,
    STEPS,
    PaidOrder,
    Promised,
    RefundState,
    RefundStep,
    Returned,
    Unfit,
    kept,
    opened,
    returned,
    step,
)
from app.domain.vocabulary import State

ONE, OTHER, FIRST = UUID(int=1), UUID(int=2), UUID(int=3)


def paid(*amounts: int) -> list[PaidOrder]:
    return [PaidOrder(UUID(int=number), amount) for number, amount in enumerate(amounts, 1)]


@pytest.mark.parametrize(
    ("price", "due"),
    [
        pytest.param(800_000, [], id="a higher price"),
        pytest.param(500_000, [], id="the same price"),
        pytest.param(450_000, [(OTHER, 50_000)], id="a part of the last order"),
        pytest.param(300_000, [(OTHER, 200_000)], id="all of the last"),
        pytest.param(250_000, [(OTHER, 200_000), (ONE, 50_000)], id="the last, and of the first"),
        pytest.param(0, [(OTHER, 200_000), (ONE, 300_000)], id="everything"),
    ],
)
def test_what_was_paid_last_goes_back_first(price: int, due: list[tuple[UUID, int]]) -> None:
    assert Returned([], due) == returned(price, paid(300_000, 200_000))


def test_an_open_refund_of_as_much_stays_and_any_other_is_cancelled() -> None:
    open_one = Promised(FIRST, 100_000, RefundState.ASKED)
    order = PaidOrder(ONE, 300_000, [open_one])
    assert Returned([], []) == returned(200_000, [order])
    assert Returned([FIRST], [(ONE, 150_000)]) == returned(150_000, [order])
    assert Returned([FIRST], []) == returned(300_000, [order])


def test_what_is_approved_is_gone_and_is_not_cancelled() -> None:
    order = PaidOrder(ONE, 300_000, [Promised(FIRST, 100_000, RefundState.APPROVED)])
    assert 200_000 == kept([order])
    assert Returned([], []) == returned(300_000, [order])
    assert Returned([], [(ONE, 150_000)]) == returned(50_000, [order])


@pytest.mark.parametrize("state", RefundState)
@pytest.mark.parametrize("taken", RefundStep)
def test_a_step_goes_from_where_the_table_says(state: RefundState, taken: RefundStep) -> None:
    before, after = STEPS[taken]
    if state in before:
        assert after is step(state, taken)
        return
    with pytest.raises(RefundStepRefusedError) as refused:
        step(state, taken)
    assert {"state": state.value, "step": taken.value} == refused.value.facts


class Story:
    """An entry's orders of one kind, as prices change and people pay and are paid back."""

    def __init__(self) -> None:
        self.orders: list[PaidOrder] = []
        self.price = 0

    def reprice(self, price: int) -> None:
        self.price = price
        found = returned(price, self.orders)
        due = dict(found.due)
        self.orders = [self._after(one, found.cancelled, due.get(one.id)) for one in self.orders]

    def pay(self) -> None:
        """Pay what is due."""
        if self.due:
            self.orders.append(PaidOrder(uuid4(), self.due))

    @property
    def due(self) -> int:
        """What the orders ask for: the price less what is ours of what came in."""
        return max(0, self.price - kept(self.orders))

    def approve(self, chance: int) -> None:
        """Approve one of the open refunds, whichever."""
        every = [(order, one) for order in self.orders for one in order.open]
        if every:
            chosen, refund = every[chance % len(every)]
            gone = Promised(refund.id, refund.amount_vnd, RefundState.APPROVED)
            self._replace(chosen, [gone if one is refund else one for one in chosen.refunds])

    def _replace(self, order: PaidOrder, refunds: Sequence[Promised]) -> None:
        changed = PaidOrder(order.id, order.amount_vnd, refunds)
        self.orders = [changed if one.id == order.id else one for one in self.orders]

    def _after(self, order: PaidOrder, cancelled: Sequence[UUID], due: int | None) -> PaidOrder:
        ended = [
            Promised(one.id, one.amount_vnd, RefundState.CANCELLED) if one.id in cancelled else one
            for one in order.refunds
        ]
        new = [Promised(uuid4(), due, RefundState.DUE)] if due else []
        return PaidOrder(order.id, order.amount_vnd, [*ended, *new])


@given(
    st.lists(
        st.tuples(st.sampled_from(["reprice", "pay", "approve"]), st.integers(0, 2_000_000)),
        max_size=30,
    )
)
def test_after_any_story_no_more_goes_back_than_came_in_and_the_rest_is_the_price(
    acts: list[tuple[str, int]],
) -> None:
    story = Story()
    for act, number in acts:
        match act:
            case "reprice":
                story.reprice(number)
            case "pay":
                story.pay()
            case _:
                story.approve(number)
        for order in story.orders:
            back = [one for one in order.refunds if one.state is not RefundState.CANCELLED]
            assert sum(one.amount_vnd for one in back) <= order.amount_vnd
            assert len(order.open) <= 1
        promised = sum(one.amount_vnd for order in story.orders for one in order.open)
        ours = kept(story.orders)
        assert promised == max(0, ours - story.price)
        assert ours + story.due - promised == story.price
        came_in = sum(order.amount_vnd for order in story.orders)
        gone = sum(
            one.amount_vnd for order in story.orders for one in order.refunds if one.state in GONE
        )
        assert came_in == ours + gone


@pytest.mark.parametrize("state", list(State))
def test_what_was_paid_is_given_back_by_asking_only_where_nobody_crossed(state: State) -> None:
    (order,) = paid(300_000)
    expected = 300_000 if state in ENDED_SHORT else Unfit.MAY_CROSS
    assert expected == opened(state, order)
    assert Unfit.NOT_PAID == opened(state, None)


@pytest.mark.parametrize("state", list(RefundState))
def test_only_what_is_kept_and_not_going_back_is_given_back_by_asking(state: RefundState) -> None:
    order = PaidOrder(ONE, 300_000, [Promised(OTHER, 100_000, state)])
    expected = {
        RefundState.APPROVED: 200_000, RefundState.PAID: 200_000, RefundState.CANCELLED: 300_000,
    }  # fmt: skip
    assert expected.get(state, Unfit.GOES_BACK) == opened(State.CANCELLED, order)
    whole = PaidOrder(ONE, 100_000, [Promised(OTHER, 100_000, RefundState.PAID)])
    assert Unfit.GOES_BACK == opened(State.CANCELLED, whole)
