from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from sdd.adapters.mcp_servers import McpServer
from sdd.agents.catalog import load_catalog
from sdd.agents.definition import AgentDefinition, OwnServer
from sdd.errors import ConfigError
from sdd.wiring.bounds import read_bounds
from sdd.wiring.mcp import allowed_server, read_servers
from sdd.wiring.settings import load_settings


def test_a_project_names_and_prices_models_of_its_own(tmp_path: Path) -> None:
    """`[tool.sdd.models]` stands beside the packaged names."""
    (tmp_path / "sdd.toml").write_text(
        '[models.aliases]\nhouse = "openai:house-1"\n'
        '[models.prices]\n"openai:house-1" = { input = "1", output = "2" }\n'
    )

    models = load_catalog(load_settings(tmp_path, {}).models).models

    assert models.resolve("house") is not None
    assert models.price("openai:house-1") is not None


def test_models_must_be_a_table(tmp_path: Path) -> None:
    """The hint says how to write it."""
    (tmp_path / "sdd.toml").write_text('models = "sonnet"\n')

    with pytest.raises(ConfigError, match="'models'"):
        load_settings(tmp_path, {})


def test_bounds_of_agents_and_orders_are_read(tmp_path: Path) -> None:
    """`[tool.sdd.limits]` in the units of the run's own bounds; a slip is named."""
    (tmp_path / "sdd.toml").write_text(
        '[limits.agents."*"]\nusd = "1.5"\n[limits.orders.routes]\nrequests = 9\nrounds = 2\n'
    )

    bounds = read_bounds(load_settings(tmp_path, {}).limits)

    assert bounds.of_agent("anyone").usd == Decimal("1.5")
    assert (bounds.of_order("routes").requests, bounds.rounds_of("routes")) == (9, 2)
    assert bounds.of_order("models").requests == 200
    with pytest.raises(ConfigError, match="Unknown setting 'rout'") as caught:
        read_bounds({"orders": {"rout": {}}})
    assert caught.value.hint == "Did you mean 'routes'?"
    with pytest.raises(ConfigError, match="unusable value"):
        read_bounds({"agents": {"a": {"usd": "much"}}})


def test_servers_are_allowed_by_the_settings(tmp_path: Path) -> None:
    """A command and the names of variables; nothing else is taken."""
    (tmp_path / "sdd.toml").write_text(
        '[mcp.scales]\ncommand = ["scales", "--stdio"]\nenvironment = ["SCALES_KEY"]\n'
    )

    servers = read_servers(load_settings(tmp_path, {}).mcp)

    expected = McpServer(command=("scales", "--stdio"), variables=("SCALES_KEY",))
    assert servers == {"scales": expected}
    with pytest.raises(ConfigError, match="scales"):
        read_servers({"scales": {"command": "scales"}})


def test_an_agents_own_server_is_started_only_where_the_settings_say_so() -> None:
    """A definition describes it, `from-agent` allows it; neither alone starts anything."""
    own = OwnServer(command=("scales", "--stdio"), environment={"UNIT": "kg"})
    agent = AgentDefinition(
        name="porter",
        description="",
        prompt="",
        path="agents/porter.md",
        mcp_servers=("scales",),
        own_servers={"scales": own},
    )
    allowed = read_servers({"scales": {"from-agent": True}})

    started = McpServer(command=("scales", "--stdio"), given={"UNIT": "kg"})
    assert allowed_server(allowed, "scales", agent) == started
    assert allowed_server({}, "scales", agent) is None
    with pytest.raises(ConfigError, match=r"agents/porter.md names the MCP server scales"):
        allowed_server(allowed, "scales", replace(agent, own_servers={}))
