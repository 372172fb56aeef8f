import re
from pathlib import Path

from sdd.verify.hints import RULES

_ROOT = Path(__file__).parents[2]
_RULE = re.compile(
    r"""["'`]((?:import|contract|schema|tests|isolation|tokens|schemathesis|verify)-[a-z-]+)["'`]"""
)


def test_every_rule_has_a_hint_and_a_line_in_the_documentation() -> None:
    """The rules that the code can tell, those with hints and those documented are the same."""
    sources = (_ROOT / "sdd" / "verify").rglob("*.py")
    told = {rule for file in sources for rule in _RULE.findall(file.read_text("utf-8"))}
    documented = set(_RULE.findall((_ROOT / "docs" / "verify.md").read_text("utf-8")))

    computed = {"isolation-foreign-write", "isolation-foreign-read", "isolation-foreign-delete"}
    words = {"verify-email", "isolation-foreign"}  # a path, and how some rules begin
    assert (told | computed) - words == set(RULES)
    assert documented == set(RULES)
