"""Who may settle which exception: a table."""

from uuid import UUID

import pytest

from app.domain.principal import Principal
from app.domain.review import CONTESTED, may_settle
from app.domain.vocabulary import Agency, Role

ME, OTHER = UUID(int=1), UUID(int=2)
ANY = {Role.OFFICER, Role.BOARD}


@pytest.mark.parametrize("role", Role)
def test_officers_and_the_board_settle_any_a_yard_a_contested_plate(role: Role) -> None:
    agency = Agency.CUSTOMS if role is Role.AGENCY else None
    me = Principal(ME, OTHER, "me", role, agency)
    assert (role in ANY) is may_settle(me, "arrived-uncalled", OTHER)
    assert (role in {*ANY, Role.YARD}) is may_settle(me, CONTESTED, None)
    assert may_settle(me, "arrived-uncalled", ME)
