"""What `check` says of real records, held against a second reading that shares no code with it."""

import os
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from record_fakes import MemoryStore, check_phrs
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from sdd.diagnostics import Severity
from sdd.records.library import list_phrs

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif("SDD_CORPUS_DIR" not in os.environ, reason="needs SDD_CORPUS_DIR"),
]
_STAGES = (
    *("constitution", "spec", "plan", "tasks", "red", "green"),
    *("refactor", "explainer", "misc", "general"),
)
_NAME = re.compile(r"(\d{1,5})-[^/]+\.[A-Za-z][\w-]*\.prompt\.md")
_COMPARED = frozenset(
    {
        "broken-front-matter", "duplicate-number", "file-name", "invented-stage", "invalid-date",
        "missing-field", "missing-front-matter", "missing-prompt", "stage-mismatch", "title-length",
        "unfilled-placeholder", "unquoted-id",
    }
)  # fmt: skip


def _projects() -> Iterator[MemoryStore]:
    for place in sorted((Path(os.environ["SDD_CORPUS_DIR"]) / "phr").iterdir()):
        names = {str(path.relative_to(place)): path for path in sorted(place.rglob("*.md"))}
        yield MemoryStore(
            {name[name.index("history/") :]: path.read_bytes() for name, path in names.items()}
        )


def _second_reading(name: str, text: str, taken: Counter[tuple[str, int]]) -> Iterator[str]:
    """Yield the rules that a record breaks, as a plain reader of the rules would say."""
    folder, _, file = name.rpartition("/")
    named = _NAME.fullmatch(file)
    if named is None:
        yield "file-name"
    elif taken[folder, int(named[1])] > 1:
        yield "duplicate-number"
    if not re.search(
        r"(?im)^(#{1,2} +(user |full |original )?prompt(_text)?\b|prompt_text:)", text
    ):
        yield "missing-prompt"
    text = text.replace("\r\n", "\n")
    parts = re.split(r"(?m)^---[ \t]*$", text, maxsplit=2)
    prose = re.sub(r"(?s)```.*?```|`[^`\n]*`", "", parts[-1])
    if re.search(r"\{\{[A-Z_]+\}\}", "".join(parts[:-1]) + prose):
        yield "unfilled-placeholder"
    if len(parts) < 3 or parts[0].strip():
        yield "missing-front-matter"
        return
    yield from _fields(parts[1], file)


def _fields(yaml: str, file: str) -> Iterator[str]:
    reader = YAML(typ="safe", pure=True)
    reader.version = (1, 1)
    reader.allow_duplicate_keys = True
    if re.search(r"(?im)^id: *\d+$", yaml):
        yield "unquoted-id"
    try:
        values = {str(key).lower(): value for key, value in reader.load(yaml).items()}
    except (YAMLError, ValueError):
        if "{{" not in yaml:
            yield "broken-front-matter"
        return
    stage, title = str(values.get("stage") or ""), str(values.get("title") or "")
    day = values.get("date", values.get("date_iso"))
    if not all((values.get("id") is not None, title, stage, day)):
        yield "missing-field"
    if stage and "{{" not in stage and stage not in _STAGES:
        yield "invented-stage"
    if stage in _STAGES and _NAME.fullmatch(file) and f".{stage}.prompt.md" not in file:
        yield "stage-mismatch"
    if title and len([word for word in re.split(r"[\s_-]+", title) if word]) not in range(3, 8):
        yield "title-length"
    if day and not re.match(r"\d{4}-\d{2}-\d{2}([T ]|$)", str(day)):
        yield "invalid-date"


def test_two_readings_agree_on_every_real_record() -> None:
    """File by file and rule by rule, nothing is said of one that the other does not see."""
    differences, files, faultless = [], 0, 0
    for store in _projects():
        phrs = list_phrs(store)
        taken = Counter(
            (str(phr.path.parent), int(named[1]))
            for phr in phrs
            if (named := _NAME.fullmatch(phr.path.name))
        )
        found = check_phrs(phrs)
        for phr in phrs:
            files += 1
            name = str(phr.path)
            told = [item for item in found if item.span and item.span.path == name]
            bad = {item.rule for item in told if item.severity is Severity.ERROR}
            said = {item.rule for item in told} - ({"missing-field"} - bad)
            expected = set(_second_reading(name, phr.text, taken))
            if {item.rule for item in found if item.related and item.related[0].span.path == name}:
                expected.discard("duplicate-number")  # it keeps the number that others took too
            faultless += not bad
            if said & _COMPARED != expected & _COMPARED:
                differences.append((name, sorted((said ^ expected) & _COMPARED)))

    assert differences == []
    assert files >= 60
    assert 0 < faultless < files
