"""Who may do what with a thing of a company's: by role, by relation, else nobody."""

from itertools import product
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.authorisation import (
    OF_RELATION,
    OF_ROLE,
    Action,
    Relation,
    Tie,
    decide,
    house,
    parties_who,
    relations_to,
    sides_of,
)
from app.domain.principal import Principal
from app.domain.vocabulary import Party, Role

HOUSE = UUID(int=7)


def somebody(role: Role = Role.COMPANY, tax_code: str | None = None) -> Principal:
    return Principal(uuid4(), HOUSE, "somebody", role, tax_code=tax_code)


@pytest.mark.parametrize(
    ("role", "relation", "action", "expected"),
    [
        pytest.param(Role.COMPANY, Party.DECLARANT, Action.CANCEL, True, id="own: cancelled"),
        pytest.param(Role.APP, Party.DECLARANT, Action.AMEND, True, id="own of an app: amended"),
        pytest.param(Role.COMPANY, Party.DECLARANT, Action.RECORD, False, id="own: not checked"),
        pytest.param(Role.COMPANY, Party.DECLARANT, Action.PAY, False, id="own: not booked"),
        pytest.param(Role.COMPANY, Party.CARRIER, Action.DEFER, True, id="carried: deferred"),
        pytest.param(Role.COMPANY, Party.CARRIER, Action.CANCEL, False, id="carried: kept"),
        pytest.param(Role.COMPANY, Party.CARRIER, Action.PERSONAL, False, id="carried: masked"),
        pytest.param(Role.COMPANY, Party.PAYER, Action.ORDERS, True, id="paid for: its orders"),
        pytest.param(Role.COMPANY, Party.PAYER, Action.TRACK, False, id="paid for: no link"),
        pytest.param(Role.COMPANY, Party.OWNER, Action.READ, True, id="owned: read"),
        pytest.param(Role.COMPANY, Party.OWNER, Action.ORDERS, False, id="owned: not the money"),
        pytest.param(Role.OFFICER, None, Action.CANCEL, True, id="an officer revokes any"),
        pytest.param(Role.OFFICER, None, Action.AMEND, False, id="an officer amends none"),
        pytest.param(Role.YARD, None, Action.RECORD, True, id="a yard records of any"),
        pytest.param(Role.YARD, None, Action.PERSONAL, False, id="a yard reads no driver"),
        pytest.param(Role.BANK, None, Action.READ, False, id="a bank reads no entry"),
        pytest.param(Role.BANK, None, Action.ORDERS, True, id="a bank reads orders"),
        pytest.param(Role.COLLECTOR, None, Action.ORDERS, True, id="who collects reads orders"),
        pytest.param(Role.COLLECTOR, None, Action.PAY, False, id="who collects is no bank"),
        pytest.param(Role.AGENCY, Tie.ASSIGNEE, Action.DIFFICULTY, True, id="given to an agency"),
        pytest.param(Role.AGENCY, None, Action.DIFFICULTY, False, id="not given to it"),
    ],
)
def test_the_tables_say_who_may_do_what(
    role: Role, relation: Relation | None, action: Action, expected: bool
) -> None:
    relations = [relation] if relation else []
    assert expected is decide(somebody(role), action, relations)


@pytest.mark.parametrize("role", Role)
def test_to_whom_nothing_binds_somebody_may_what_the_role_may_with_any(role: Role) -> None:
    may = {action for action in Action if decide(somebody(role), action)}
    assert OF_ROLE.get(role, frozenset()) == may


@pytest.mark.parametrize("role", [Role.COMPANY, Role.APP])
def test_companies_may_nothing_with_what_is_not_theirs(role: Role) -> None:
    assert not any(decide(somebody(role), action) for action in Action)


def test_an_operator_looks_after_organisations_and_sees_no_entry() -> None:
    may = {action for action in Action if decide(somebody(Role.ADMIN), action)}
    assert {Action.HOUSE, Action.MANAGE} == may


def test_an_organisation_is_looked_after_by_its_own() -> None:
    assert decide(somebody(), Action.MANAGE, house(somebody(), HOUSE))
    assert not decide(somebody(), Action.MANAGE, house(somebody(), UUID(int=8)))


@pytest.mark.parametrize("action", Action)
def test_whatever_is_done_may_be_done_by_somebody(action: Action) -> None:
    assert any(action in may for may in (*OF_ROLE.values(), *OF_RELATION.values()))


def test_no_party_may_more_than_the_declarant_and_each_may_read() -> None:
    for party in Party:
        assert Action.READ in OF_RELATION[party]
        alike = OF_RELATION[party] - {Action.AMEND_VEHICLE}
        assert alike <= OF_RELATION[Party.DECLARANT]


@given(
    st.sampled_from(Role),
    st.sampled_from(Action),
    st.sets(st.sampled_from([*Party, *Tie])),
    st.sampled_from([*Party, *Tie]),
)
def test_another_relation_never_takes_anything_away(
    role: Role, action: Action, relations: set[Relation], more: Relation
) -> None:
    who = somebody(role)
    assert decide(who, action, relations) <= decide(who, action, {*relations, more})


@pytest.mark.parametrize(
    ("declarant", "own", "payer"), [*product([HOUSE, UUID(int=8), None], ["1", None], ["1", None])]
)
def test_a_company_is_declarant_by_its_id_and_payer_by_its_tax_code(
    declarant: UUID | None, own: str | None, payer: str | None
) -> None:
    expected = {Party.DECLARANT} if declarant == HOUSE else set()
    expected |= {Party.PAYER} if own is not None and own == payer else set()
    assert expected == relations_to(somebody(tax_code=own), declarant, payer)


def test_a_delegation_is_ended_by_who_gave_it_and_refused_by_who_received_it() -> None:
    us, them, others = HOUSE, UUID(int=8), UUID(int=9)
    assert {Tie.GRANTOR} == sides_of(somebody(), us, them)
    assert {Tie.GRANTEE} == sides_of(somebody(), them, us)
    assert set() == sides_of(somebody(), them, others)
    assert decide(somebody(), Action.DELEGATE, sides_of(somebody(), us, them))
    assert not decide(somebody(), Action.DELEGATE, sides_of(somebody(), them, us))
    assert decide(somebody(), Action.REFUSE, sides_of(somebody(), them, us))


def test_every_party_reads_and_only_the_declarant_lets_in() -> None:
    assert tuple(Party) == parties_who(Action.READ)
    assert (Party.DECLARANT,) == parties_who(Action.DELEGATE)
    assert {Party.CARRIER, Party.DECLARANT} == relations_to(
        somebody(), HOUSE, None, [Party.CARRIER]
    )
