from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.money import BASIS_POINTS, share_of

AMOUNTS = st.integers(0, 10**15)
SHARES = st.integers(0, 1_000_000)


@pytest.mark.parametrize(
    ("expected", "amount", "shares"),
    [
        pytest.param(390_000, 390_000, (10_000,), id="one whole"),
        pytest.param(507_000, 390_000, (13_000,), id="goods going inland"),
        pytest.param(1_950_000, 390_000, (50_000,), id="ore pays five times"),
        pytest.param(1, 5, (1_000,), id="half a dong is rounded up"),
        pytest.param(0, 4, (1_000,), id="less than half is rounded down"),
        pytest.param(1, 3, (5_000, 5_000), id="factors are rounded once: 0.75"),
        pytest.param(7, 7, (), id="no factor leaves the amount"),
        pytest.param(0, 0, (13_000,), id="nothing"),
    ],
)
def test_a_share_is_rounded_half_up(expected: int, amount: int, shares: tuple[int, ...]) -> None:
    assert expected == share_of(amount, *shares)


@given(AMOUNTS, st.lists(SHARES, max_size=3))
def test_a_share_is_the_exact_product_rounded_half_up(amount: int, shares: list[int]) -> None:
    exact = Fraction(amount)
    for share in shares:
        exact *= Fraction(share, BASIS_POINTS)

    assert floor(exact + Fraction(1, 2)) == share_of(amount, *shares)


@given(AMOUNTS, AMOUNTS, SHARES)
def test_more_never_has_a_smaller_share(one: int, other: int, share: int) -> None:
    low, high = sorted((one, other))

    assert share_of(low, share) <= share_of(high, share)


@pytest.mark.parametrize("asked", [(-1, 10_000), (1, -1)])
def test_negative_amounts_and_shares_are_refused(asked: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="not negative"):
        share_of(*asked)
