from dataclasses import replace

import pytest

from sdd.adapters.model_names import ModelNames
from sdd.agents.catalog import load_catalog
from sdd.agents.definition import AgentDefinition
from sdd.agents.runner import Limits
from sdd.errors import ExitCode, ModelError

AGENT = AgentDefinition(name="a", description="", prompt="", path="", model="sonnet")


def names(environment: dict[str, str]) -> ModelNames:
    """Return the names of a project without settings of its own."""
    return ModelNames(
        catalog=load_catalog(), environment=environment, scripted={"offline"}, default="claude"
    )


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (None, "claude-sonnet-5-5 needs a key"),
        ("opus", "claude-opus-5-5 needs a key"),
        ("sonet", "There is no model sonet"),
    ],
)
def test_what_cannot_be_asked_is_told_at_once(asked: str | None, message: str) -> None:
    """A missing key or a slip in the name is wrong usage, with a hint."""
    with pytest.raises(ModelError, match=message) as caught:
        names({}).check([AGENT], asked, Limits())

    assert caught.value.exit_code is ExitCode.USAGE
    assert caught.value.hint


def test_a_budget_in_money_needs_a_price_at_once() -> None:
    """What cannot be counted is not begun."""
    with pytest.raises(ModelError, match="No price is known"):
        names({"ANTHROPIC_API_KEY": "k"}).check([AGENT], "claude-new-9", Limits(usd=1))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ("groq:some-model", "groq:some-model needs a client that is not installed"),
        ("nobody:some-model", "nobody:some-model cannot be used"),
    ],
)
def test_another_provider_that_cannot_be_asked_is_told_at_once(asked: str, message: str) -> None:
    """A client that is not there, or a provider that nobody knows: no run is begun for it."""
    with pytest.raises(ModelError, match=message) as caught:
        names({}).check([AGENT], asked, Limits())

    assert caught.value.exit_code is ExitCode.USAGE
    assert caught.value.hint


def test_what_needs_no_provider_needs_no_key() -> None:
    """The offline model, a replay, and an agent's own model with a key."""
    names({}).check([AGENT], "offline", Limits())
    names({}).check([AGENT], "replay:r1", Limits())
    names({"ANTHROPIC_AUTH_TOKEN": "t"}).check([AGENT], None, Limits())


def test_a_script_that_does_not_exist_is_refused_with_those_that_do() -> None:
    """Nothing is planned for a slip of the pen."""
    scripts = {"offline", "scripted:drops-filter"}
    scripted = replace(names({}), scripted=scripts)

    with pytest.raises(ModelError, match="no model scripted:nope") as caught:
        scripted.check([AGENT], "scripted:nope", Limits())

    assert caught.value.hint == "There are: scripted:drops-filter."
