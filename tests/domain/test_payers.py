"""Who pays: a Vietnamese or Chinese company by its code, or anybody by name."""

import pytest

from app.domain.errors import PayerUnfitError
from app.domain.payers import Payer, PayerCountry, admitted, payer_of

VN, CN = PayerCountry.VIETNAM, PayerCountry.CHINA
DECLARANT = Payer("Company 1", VN, "9900123466")


@pytest.mark.parametrize(
    ("country", "typed", "code"),
    [
        pytest.param(VN, " 9900123459 ", "9900123459", id="a company of Vietnam"),
        pytest.param(VN, "9900123459-001", "9900123459001", id="its branch"),
        pytest.param(VN, "020299000017", "020299000017", id="a person's number"),
        pytest.param(CN, "91450000ma5kud1236", "91450000MA5KUD1236", id="a company of China"),
        pytest.param(CN, None, None, id="no code"),
    ],
)
def test_a_payer_has_its_code_in_one_spelling(
    country: PayerCountry, typed: str | None, code: str | None
) -> None:
    payer = admitted("Somebody", country, typed, None)
    assert code == payer.tax_code
    assert payer.known_as == (code or "Somebody")


@pytest.mark.parametrize(
    ("country", "typed", "rule"),
    [
        pytest.param(VN, "9900123450", "tax-code-invalid", id="a wrong check digit"),
        pytest.param(CN, "91450000MA5KUD1230", "credit-code-invalid", id="a wrong one of China"),
        pytest.param(VN, "91450000MA5KUD1236", "tax-code-invalid", id="the other country's"),
        pytest.param(CN, "9900123459", "credit-code-invalid", id="this country's"),
        pytest.param(VN, "", "tax-code-invalid", id="an empty text"),
    ],
)
def test_a_code_of_no_payer_is_refused(country: PayerCountry, typed: str, rule: str) -> None:
    with pytest.raises(PayerUnfitError) as refused:
        admitted("Somebody", country, typed, None)
    assert [("/tax_code", rule)] == [(one.pointer, one.rule) for one in refused.value.errors]


def test_who_is_named_comes_before_who_is_declared_and_that_before_the_declarant() -> None:
    named = admitted("广西示例", CN, "91450000MA5KUD1236", "南宁")
    declared = {"name": "Công ty Ví Dụ", "tax_code": " 9900123459"}
    assert named == payer_of(named.document(), declared, "9900123459", DECLARANT)
    found = payer_of(None, declared, "9900123459", DECLARANT)
    assert ("Công ty Ví Dụ", "9900123459") == (found.name, found.tax_code)
    assert "odd" == payer_of(None, {"tax_code": "odd"}, None, DECLARANT).known_as
    assert DECLARANT == payer_of(None, {"address": "Lạng Sơn"}, None, DECLARANT)
    assert DECLARANT == payer_of(None, None, None, DECLARANT)
