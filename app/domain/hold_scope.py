"""What a hold may be on beside one entry: a vehicle by its plate or container, a consignment."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.domain.errors import FieldError, HoldScopeUnfitError
from app.domain.identifiers import plate_key, read


class ScopeKind(StrEnum):
    """By what an entry is known to be of the vehicle or the consignment."""

    PLATE = "plate"
    CONTAINER = "container_number"
    DECLARATION = "declaration_number"


# A number of a declaration does not say of which direction it is.
_IDENTIFIERS: Mapping[ScopeKind, Sequence[str]] = {
    ScopeKind.CONTAINER: ("container",),
    ScopeKind.DECLARATION: ("customs-declaration-export", "customs-declaration-import"),
}


@dataclass(frozen=True, slots=True)
class Scope:
    """A vehicle or a consignment; its value is written as entries keep it."""

    kind: ScopeKind
    value: str

    @classmethod
    def read(cls, kind: ScopeKind, raw: str) -> "Scope":
        """Return the scope of a plate or number in any spelling.

        Raises:
            HoldScopeUnfitError: it reads as none, so no entry could ever match.
        """
        if kind is ScopeKind.PLATE:
            value: str | None = plate_key(raw)
        else:
            readings = (read(one, raw).normalised for one in _IDENTIFIERS[kind])
            value = next(filter(None, readings), None)
        if not value:
            raise HoldScopeUnfitError(errors=(FieldError(f"/{kind}", HoldScopeUnfitError.code),))
        return cls(kind, value)


def scopes_of(
    plate: str | None, containers: Iterable[str], declarations: Iterable[str]
) -> Iterator[Scope]:
    """Yield every scope by which an entry may be held."""
    if plate is not None:
        yield Scope(ScopeKind.PLATE, plate)
    yield from (Scope(ScopeKind.CONTAINER, number) for number in containers)
    yield from (Scope(ScopeKind.DECLARATION, number) for number in declarations)
