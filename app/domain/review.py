"""Who may settle an exception, and who may be asked to."""

from typing import Final
from uuid import UUID

from app.domain.principal import Principal
from app.domain.vocabulary import Role

CONTESTED: Final = "plate-contested"
SETTLE_ANY: Final = frozenset({Role.OFFICER, Role.BOARD})
ASSIGNABLE: Final = frozenset({Role.OFFICER, Role.BOARD, Role.AGENCY, Role.YARD})


def may_settle(principal: Principal, rule: str, assigned_to: UUID | None) -> bool:
    """Tell whether a principal may settle an exception of a rule.

    Officers and the board any; who it is assigned to; a yard says which of several entries stood on
    its ground under a contested plate.
    """
    if principal.role in SETTLE_ANY or principal.id == assigned_to:
        return True
    return principal.role is Role.YARD and rule == CONTESTED
