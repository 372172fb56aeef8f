"""The survey tells which functions a route runs and what their parameters hold."""

from faults.backend import FILES
from memory_files import MemoryFiles

from sdd.audit import audit
from sdd.audit.survey import survey
from sdd.program import load
from sdd.program.facts import FunctionFacts


def functions() -> dict[str, FunctionFacts]:
    """Return the facts on each function, by the line of its definition."""
    _, facts = survey(load(MemoryFiles(FILES)))
    lines = {path: text.split("\n") for path, text in FILES.items()}
    return {
        lines[place.path][place.line - 1].split("(")[0].removeprefix("def "): known
        for place, known in facts.functions.items()
    }


def test_principals_and_clients_values_are_followed_through_calls() -> None:
    """A helper's parameter holds what the handler passes."""
    known = functions()

    assert known["find_shelf"].principals == {"user"}
    assert known["find_shelf"].clients == {"shelf_id"}
    assert known["refuse_strangers"].principals == {"user"}
    assert known["refuse_strangers"].clients == {"claimed"}


def test_models_of_the_body_are_told_with_the_place_of_their_class() -> None:
    """So that a field can be put into it."""
    place = functions()["add_shelf"].bodies["data"]

    assert FILES["main.py"].split("\n")[place.line - 1] == "class ShelfIn(SQLModel):"


def test_entries_name_what_runs_before_the_handler_and_after() -> None:
    """Dependencies are doors; the handler and what it calls are not."""
    _, facts = survey(load(MemoryFiles(FILES)))
    entry = next(item for item in facts.entries if item.name.endswith("/jars/{jar_id}"))

    assert entry.known
    assert entry.confined
    assert entry.handler.line == entry.functions[0].line
    assert {place.path for place in entry.functions} == {"main.py", "shelves.py"}
    assert not set(entry.doors) & set(entry.functions)


def test_columns_are_those_of_owned_tables() -> None:
    """An owner refers to users, a child to an owned table."""
    _, facts = survey(load(MemoryFiles(FILES)))

    assert facts.owner_columns == {("Shelf", "keeper"), ("User", "id")}
    assert facts.parent_columns == {("Jar", "shelf_id")}


def test_a_survey_judges_as_the_audit_does() -> None:
    """Noting changes no verdict."""
    program = load(MemoryFiles(FILES))

    assert survey(program)[0] == audit(program)


def test_an_audit_of_some_routes_says_of_them_what_one_of_all_says() -> None:
    """Whoever changes one handler need not wait for the others."""
    program = load(MemoryFiles(FILES))
    name = "PUT /api/shelves/{shelf_id}"

    some = audit(program, only=frozenset({name}))

    assert some.routes == tuple(route for route in audit(program).routes if route.name == name)
