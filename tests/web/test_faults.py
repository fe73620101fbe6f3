"""What is wrong with a form: each fault is told once, beside its field or above them."""

from app.web.asking import Faults

PROBLEM = {
    "errors": [
        {"pointer": "/gate", "message": "There is no such gate."},
        {"pointer": "/vehicle", "message": "One plate is needed."},
    ]
}


def test_what_no_field_asked_for_is_told_above() -> None:
    faults = Faults(PROBLEM)
    assert ["/gate", "/vehicle"] == [one["pointer"] for one in faults.untold]
    assert "There is no such gate." == faults.get("/gate")
    assert None is faults.get("/direction")
    assert ["One plate is needed."] == [one["message"] for one in faults.untold]


def test_what_was_known_before_is_told_beside_its_field_alone() -> None:
    faults = Faults(PROBLEM, {"/gate": "Give a gate.", "/driver": "Give a driver."})
    assert ("There is no such gate.", "Give a driver.") == (
        faults.get("/gate"), faults.get("/driver"),
    )  # fmt: skip
    assert ["/vehicle"] == [one["pointer"] for one in faults.untold]


def test_all_that_is_wrong_with_one_field_is_told_beside_it() -> None:
    several = {"errors": [*PROBLEM["errors"], {"pointer": "/gate", "message": "It is closed."}]}
    assert "There is no such gate. It is closed." == Faults(several).get("/gate")


def test_a_problem_of_no_field_has_no_faults() -> None:
    assert ({}, []) == (Faults({"title": "Not found"}), Faults({}).untold)
