from pathlib import Path

import pytest

from sdd.agents.catalog import load_catalog
from sdd.errors import ConfigError
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
