import importlib.util
import sys
from pathlib import Path

import pytest
from audit_backend import HOLE, MAIN
from ruamel.yaml import YAML

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


def test_the_rules_for_semgrep_are_complete() -> None:
    """Each has an id, a message and a pattern."""
    rules = YAML(typ="safe").load((BENCHMARKS / "audit_rules.yml").read_text())["rules"]

    assert all({"id", "message", "languages", "severity"} <= set(rule) for rule in rules)
    assert all("pattern" in rule or "patterns" in rule for rule in rules)


@pytest.mark.slow
def test_everything_is_measured_in_one_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Parsing, cold, warm and the other checkers, or that they are missing."""
    spec = importlib.util.spec_from_file_location("audit_speed", BENCHMARKS / "audit_speed.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, module)
    spec.loader.exec_module(module)
    (tmp_path / "main.py").write_text(MAIN + HOLE)
    monkeypatch.setattr(sys, "argv", ["audit_speed.py", str(tmp_path), "--repeats", "1"])

    module.main()

    said = capsys.readouterr().out
    for name in ("1 files", "ast.parse", "cold", "warm", "ruff", "semgrep", "bandit", "beyond"):
        assert name in said
