"""The adapters, one for each kind of source."""

from collections.abc import Mapping

from app.domain.exchange import AdapterKind
from app.services.exchange import border_guard, customs, other_side, plate_camera, yard
from app.services.exchange.told import Adapter

ADAPTERS: Mapping[AdapterKind, Adapter] = {
    AdapterKind.CUSTOMS: customs.ADAPTER,
    AdapterKind.BORDER_GUARD: border_guard.ADAPTER,
    AdapterKind.PLATE_CAMERA: plate_camera.ADAPTER,
    AdapterKind.YARD: yard.ADAPTER,
    AdapterKind.OTHER_SIDE: other_side.ADAPTER,
}
"""How messages are read, by the adapter of their source."""


def adapter_of(kind: str) -> Adapter:
    """Return the adapter of a source."""
    return ADAPTERS[AdapterKind(kind)]
