"""How requests name the vehicle that they are about."""

from typing import Annotated

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from app.api.schemas.types import Choice, In, RawIdentifier
from app.domain.identifiers import plate_key
from app.domain.vocabulary import Direction


class NamesVehicle(In):
    """An entry's reference, or a plate and a direction."""

    reference: Annotated[str | None, Field(max_length=16, examples=["E4K7-9QXPM2"])] = None
    plate: Annotated[RawIdentifier | None, Field(min_length=1, examples=["12C-000.17"])] = None
    direction: Choice[Direction] | None = None

    @model_validator(mode="after")
    def _names_somebody(self) -> "NamesVehicle":
        has_plate = self.direction is not None and plate_key(self.plate or "") != ""
        if self.reference is None and not has_plate:
            code, text = "reference_or_plate", "a reference, or a plate with a direction"
            raise PydanticCustomError(code, text)
        return self
