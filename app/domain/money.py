"""Money is whole Vietnamese dong; shares and factors are basis points; nothing else rounds."""

from math import prod

BASIS_POINTS = 10_000
"""One whole: 10,000 basis points are 100 %, 50,000 are five times."""


def share_of(amount: int, *basis_points: int) -> int:
    """Return the share of `amount` VND, half a dong rounded up; the one rounding function.

    Several factors are multiplied exactly and rounded once: a multiplier and a share of one
    price never add two roundings.

    Raises:
        ValueError: a negative amount or share; differences are taken between rounded amounts.
    """
    if amount < 0 or any(share < 0 for share in basis_points):
        message = "a share is taken of an amount and by factors that are not negative"
        raise ValueError(message)
    whole: int = BASIS_POINTS ** len(basis_points)
    return (2 * amount * prod(basis_points) + whole) // (2 * whole)
