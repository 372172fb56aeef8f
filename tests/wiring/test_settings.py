from decimal import Decimal
from pathlib import Path

import pytest

from sdd.errors import ConfigError
from sdd.wiring.settings import Settings, load_settings


def test_without_files_every_setting_has_its_default(tmp_path: Path) -> None:
    """An empty project is a valid one."""
    assert load_settings(tmp_path, {}) == Settings()


def test_the_environment_beats_the_file(tmp_path: Path) -> None:
    """The order is file, environment, options."""
    (tmp_path / "pyproject.toml").write_text('[tool.sdd]\nmodel = "opus"\nparallel = 2\n')

    settings = load_settings(tmp_path, {"SDD_MODEL": "haiku", "SDD_BUDGET_USD": "1.50"})

    assert (settings.model, settings.parallel) == ("haiku", 2)
    assert settings.budget_usd == Decimal("1.50")


def test_a_slip_in_a_variable_is_an_error_and_other_programs_variables_are_not(
    tmp_path: Path,
) -> None:
    """`SDD_MODLE` was meant for us; a variable that looks like none of ours was not."""
    assert load_settings(tmp_path, {"SDD_HOME": "x", "SDD_USER": "y"}) == Settings()
    with pytest.raises(ConfigError, match="'SDD_MODLE' is no setting") as caught:
        load_settings(tmp_path, {"SDD_MODLE": "sonnet"})

    assert "'SDD_MODEL'" in str(caught.value.hint)


def test_sdd_toml_counts_alone(tmp_path: Path) -> None:
    """With both files there is one source, not a mixture."""
    (tmp_path / "pyproject.toml").write_text('[tool.sdd]\nmodel = "opus"\nmax-rounds = 9\n')
    (tmp_path / "sdd.toml").write_text('model = "haiku"\n[audit]\npublic = ["GET /ping"]\n')

    settings = load_settings(tmp_path, {})

    assert (settings.model, settings.max_rounds) == ("haiku", 3)
    assert settings.audit.public == ("GET /ping",)


def test_an_unknown_key_names_the_nearest_known_one(tmp_path: Path) -> None:
    """A misspelt setting is never ignored."""
    (tmp_path / "sdd.toml").write_text('modle = "opus"\n')

    with pytest.raises(ConfigError, match="modle") as raised:
        load_settings(tmp_path, {})

    assert raised.value.hint == "Did you mean 'model'?"


@pytest.mark.parametrize(
    "line",
    [
        'parallel = "many"',
        "parallel = 0",
        "max_rounds = -1",
        "budget_usd = true",
        "model = 3",
        'phr_per_order = "perhaps"',
        "audit = 3",
        "model = ",
    ],
)
def test_an_unusable_value_is_one_clear_error(tmp_path: Path, line: str) -> None:
    """Wrong forms end in ConfigError, never in a traceback."""
    (tmp_path / "sdd.toml").write_text(line + "\n")

    with pytest.raises(ConfigError):
        load_settings(tmp_path, {})
