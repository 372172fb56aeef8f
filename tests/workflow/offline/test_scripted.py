from sdd.agents.conversation import (
    AssistantMessage,
    Message,
    SystemMessage,
    ToolCall,
    UserMessage,
)
from sdd.workflow.briefing import order_prompt
from sdd.workflow.offline.scripted import (
    MARK,
    DropsFilter,
    deterministic_models,
    find_owner,
    without_owner,
)
from tests.workflow.test_plan import briefing, plan_of

CODE = """
class NoteRepository:
    async def list(self, person: str) -> list[Note]:
        return await self.session.exec(select(Note).where(Note.holder == person))

    async def get(self, person: str, key: int) -> Note | None:
        return await self.session.exec(select(Note).where(Note.id == key, Note.holder == person))
"""
PATH = "backend/app/repositories/note.py"


class Writer:
    """A model that always writes the right code."""

    name = "writer"

    def respond(self, messages: object, tools: object) -> AssistantMessage:
        """Write."""
        arguments = {"path": PATH, "content": CODE}
        return AssistantMessage(calls=(ToolCall(id="1", name="write_file", arguments=arguments),))


def conversation(order: str, *more: str) -> list[Message]:
    """Return the beginning of an order's conversation."""
    plan = plan_of()
    prompt = order_prompt(plan.order(order), plan, briefing())
    return [SystemMessage(text=""), *(UserMessage(text=text) for text in (prompt, *more))]


def written(model: DropsFilter, messages: list[Message]) -> str:
    """Return what a model writes next."""
    return str(model.respond(messages, ()).calls[0].arguments["content"])


def test_the_owner_is_left_out_of_one_query_whatever_it_is_called() -> None:
    """The parameter that every method takes is the owner's."""
    owner = find_owner([CODE])
    assert owner == "person"
    code = without_owner(CODE, owner)

    assert code is not None
    assert code.count("Note.holder == person") == 1
    assert f"Note.holder{MARK}" in code
    assert "Note.id == key" in code


def test_code_without_an_owner_is_left_alone() -> None:
    """There is nothing to drop, and nothing is broken."""
    assert without_owner("def list() -> None: ...\n", "person") is None
    assert without_owner("class (:", "person") is None
    assert find_owner(["class (:", "x = 1\n"]) is None


def test_a_parent_in_every_method_of_one_file_is_not_taken_for_the_owner() -> None:
    """Only what all methods of all files take is the owner."""
    child = CODE.replace("person: str", "parent: int, person: str")

    assert find_owner([child, CODE]) == "person"


def test_drops_filter_spoils_the_first_turn_and_lets_it_be_mended() -> None:
    """Once diagnostics have come, the other model's work passes."""
    model = DropsFilter(inner=Writer())

    assert MARK in written(model, conversation("repositories"))
    assert written(model, conversation("repositories", "1. `unscoped-read`")) == CODE


def test_never_mends_spoils_every_turn() -> None:
    """Diagnostics change nothing."""
    model = DropsFilter(inner=Writer(), mends=False)

    assert MARK in written(model, conversation("repositories", "1. `unscoped-read`"))


def test_other_orders_are_not_spoilt() -> None:
    """The mistake is made in queries alone."""
    assert written(DropsFilter(inner=Writer()), conversation("models")) == CODE


def test_models_are_found_by_the_name_that_the_command_line_takes() -> None:
    """`offline` and the two that make mistakes."""
    assert set(deterministic_models()) == {
        "offline",
        "scripted:drops-filter",
        "scripted:never-mends",
    }


def test_a_query_that_stays_confined_without_its_filter_is_left_alone() -> None:
    """Where the parent was checked first, the filter that goes must be another."""
    code = """
class RemarkRepository:
    async def list(self, person: str, parent: int) -> list[Remark]:
        await Notes(self.session).get(person, parent)
        return await self.session.exec(select(Remark).where(Note.holder == person))

    async def get(self, person: str, key: int) -> Remark | None:
        return await self.session.exec(select(Remark).where(Note.holder == person))
"""
    spoilt = without_owner(code, "person")

    assert spoilt is not None
    first, second = spoilt.split("async def get")
    assert MARK not in first
    assert MARK in second
