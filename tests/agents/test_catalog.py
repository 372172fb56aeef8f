from decimal import Decimal
from typing import Any

import pytest

from sdd.agents.catalog import OUR_TOOLS, load_catalog
from sdd.errors import ConfigError


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("sonnet", "claude-sonnet-5-5"),
        (" OPUS ", "claude-opus-5-5"),
        ("claude-opus-4-8", "claude-opus-4-8"),
        ("claude-next-9-1", "claude-next-9-1"),
        ("anthropic:haiku", "claude-haiku-5-5"),
        ("openai:gpt-9", "openai:gpt-9"),
        ("Claude Haiku 5.5 (fast)", "claude-haiku-5-5"),
        ("claude-opus-4.6", "claude-opus-4-6"),
        ("sonnet[1m]", "claude-sonnet-5-5"),
        ("please use opus", "claude-opus-5-5"),
        ("inherit", None),
    ],
)
def test_written_names_mean_models(written: str, meant: str | None) -> None:
    """Aliases, ids, other providers and free text each have one meaning."""
    choice = load_catalog().models.resolve(written)

    assert choice is not None
    assert choice.id == meant


@pytest.mark.parametrize("written", ["GPT-4.1", "the best", "sonnet or opus"])
def test_a_name_without_a_meaning_is_none(written: str) -> None:
    """Nothing is guessed where two guesses are as good."""
    assert load_catalog().models.resolve(written) is None


def test_every_name_that_we_resolve_to_has_a_price() -> None:
    """A budget can be kept for each alias and each replacement."""
    models = load_catalog().models

    meant = {*models.aliases.values(), *(item.replacement for item in models.retired.values())}
    assert [name for name in sorted(meant) if models.price(name) is None] == []
    assert models.price("claude-haiku-4-5-20251001") == models.price("claude-haiku-4-5")


def test_no_current_id_is_retired() -> None:
    """Replacements and aliases lead to models that answer."""
    models = load_catalog().models

    meant = {*models.aliases.values(), *(item.replacement for item in models.retired.values())}
    assert not meant & set(models.retired)


def test_a_long_prompt_costs_its_factor() -> None:
    """Every token of a request is dearer once its prompt passes the bound."""
    price = load_catalog().models.price("claude-haiku-5-5")
    assert price is not None

    short = price.cost(fresh=100_000, cached=0, written=0, output=0)
    long = price.cost(fresh=100_000, cached=1, written=0, output=0)
    assert short == Decimal("0.01")
    assert long > short * 5


def test_a_project_overrides_key_by_key() -> None:
    """Its own alias and price stand beside ours."""
    catalog = load_catalog(
        {"aliases": {"Sonnet": "house-1"}, "prices": {"house-1": {"input": 1, "output": "2.5"}}}
    )

    price = catalog.models.price("house-1")
    assert catalog.models.aliases["opus"] == "claude-opus-5-5"
    assert catalog.models.aliases["sonnet"] == "house-1"
    assert price is not None
    assert (price.output, price.cache_read) == (Decimal("2.5"), Decimal(1))


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ({"alias": {}}, "'alias'"),
        ({"aliases": "sonnet"}, "'aliases'"),
        ({"prices": {"m": {"input": "1"}}}, "price of model 'm'"),
        ({"prices": {"m": {"input": "x", "output": "1"}}}, "price of model 'm'"),
        ({"prices": {"m": {"input": "-1", "output": "1"}}}, "price of model 'm'"),
        ({"prices": {"m": "cheap"}}, "price of model 'm'"),
        ({"retired": {"m": {}}}, "retired model 'm'"),
    ],
)
def test_unusable_overrides_are_one_sentence(overrides: dict[str, Any], message: str) -> None:
    """The message names the place, the hint shows the form."""
    with pytest.raises(ConfigError, match=message) as caught:
        load_catalog(overrides)

    assert caught.value.hint


def test_every_counterpart_is_a_tool_of_ours() -> None:
    """The table of foreign names leads only to names that exist, and removed ones to known ones."""
    tools = load_catalog().tools

    assert {name for ours in tools.counterparts.values() for name in ours} <= set(OUR_TOOLS)
    assert set(tools.removed.values()) <= set(tools.counterparts)
    assert tools.find("read-file") == ("read_file",)
    assert tools.find("vscode/anything") == ()
    assert tools.find("teleport") is None
