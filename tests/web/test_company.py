"""What a company's page of an entry puts first."""

from app.web.company.entry import ours_first


def test_what_the_companys_own_side_does_comes_first_else_the_order_stays() -> None:
    steps = [
        {"who": who, "code": str(place)}
        for place, who in enumerate(("customs", "driver", "officer", "payer", "yard", "declarant"))
    ]
    who = ["declarant", "payer", "driver", "customs", "officer", "yard"]
    assert who == [one["who"] for one in ours_first(steps)]
