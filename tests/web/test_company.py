"""What a company's pages put first, and what they let choose."""

from app.domain.events import FOR_COMPANIES
from app.web.company.entry import ours_first
from app.web.company.settings import kinds


def test_what_the_companys_own_side_does_comes_first_else_the_order_stays() -> None:
    steps = [
        {"who": who, "code": str(place)}
        for place, who in enumerate(("customs", "driver", "officer", "payer", "yard", "declarant"))
    ]
    who = ["declarant", "payer", "driver", "customs", "officer", "yard"]
    assert who == [one["who"] for one in ours_first(steps)]


def test_every_kind_of_event_that_a_company_may_be_told_of_can_be_chosen_once() -> None:
    chosen = [kind for group in kinds().values() for kind in group]
    assert sorted(FOR_COMPANIES - {"bank_secret.made"}) == sorted(chosen)
