"""Decision records: suggested from evidence, written with consent, checked."""

import os
from pathlib import Path, PurePosixPath

import pytest
from fakes import FixedClock
from record_fakes import MemoryStore

from sdd.changes import apply_changes
from sdd.errors import ConfigError
from sdd.records.adr import AdrRequest, list_adrs, new_adr, read_adr, supersede
from sdd.records.adr_checking import check_adrs, check_against_adrs
from sdd.records.decisions import find_decisions
from sdd.records.suggestions import Answer, Evidence, draft_of, is_covered, suggest_adrs
from sdd.text import SourceText, decode

_RESEARCH = """# Research

## Technology

### Web framework
- **Decision**: FastAPI
- **Rationale**:
  - Dependency injection carries authentication to every endpoint
- **Alternatives considered**: Flask, Django
- **Best practices**: typed models

### Decision: Token authentication with JWT
**Rationale**: The client and the server share no session state.

**Alternatives Considered**:
- Server sessions: need a store
- API keys

Notes:
- not an option

## 3. Toast colours

### Decision
Green

### Alternatives Considered
- Blue

## Decision 4: Cache
**Options Considered**:
1. **Redis** - a server more
2. **None at all** - simple
**Decision**: Nothing for now
"""


@pytest.mark.corpus
@pytest.mark.skipif("SDD_CORPUS_DIR" not in os.environ, reason="needs SDD_CORPUS_DIR")
def test_suggestions_on_real_research_have_all_their_evidence() -> None:
    """Real documents give suggestions, each with impact, alternatives and scope."""
    count = 0
    for place in (Path(os.environ["SDD_CORPUS_DIR"]) / "specs").glob("*/specs/*/"):
        documents = tuple(
            decode(name, (place / name).read_bytes())
            for name in ("research.md", "plan.md")
            if (place / name).is_file()
        )
        suggestions = suggest_adrs(Evidence(feature=place.name, documents=documents))
        count += len(suggestions)
        assert all(item.significance.holds for item in suggestions)
    assert count > 30


def _source(text: str, path: str = "research.md") -> SourceText:
    return SourceText(path=path, text=text)


def _adr(number: int, title: str, decision: str, alternatives: str, status: str = "Accepted"):  # noqa: ANN202 - an Adr
    text = (
        f"# ADR-{number:04d}: {title}\n\n- **Status:** {status}\n- **Date:** 2026-01-02\n\n"
        f"## Decision\n\n{decision}\n\n## Consequences\n\nFine.\n\n"
        f"## Alternatives Considered\n\n{alternatives}\n\n## References\n\n- none\n"
    )
    return read_adr(text.encode(), f"history/adr/{number:04d}-x.md")


def test_decisions_are_found_in_every_common_form() -> None:
    """Labels in lists and paragraphs, headings with and without words, options first."""
    found = find_decisions(_source(_RESEARCH))

    assert [(item.topic, item.choice, item.alternatives) for item in found] == [
        ("Web framework", "FastAPI", ("Flask", "Django")),
        (
            "Token authentication with JWT",
            "Token authentication with JWT",
            ("Server sessions", "API keys"),
        ),
        ("Toast colours", "Green", ("Blue",)),
        ("Cache", "Nothing for now", ("Redis", "None at all")),
    ]
    assert found[1].span.line == 12


def test_a_table_of_decisions_is_read() -> None:
    """Columns named decision and alternatives make a row a decision."""
    table = (
        "| Decision | Rationale | Alternatives |\n|--|--|--|\n"
        "| Use UUID keys | safe | int, ULID |\n"
    )

    found = find_decisions(_source(table, "plan.md"))

    assert [(item.choice, item.rationale, item.alternatives) for item in found] == [
        ("Use UUID keys", "safe", ("int", "ULID"))
    ]


def test_what_passes_the_three_tests_is_suggested_with_its_evidence() -> None:
    """Impact, alternatives and scope are shown; a detail of taste is not suggested."""
    suggestions = suggest_adrs(Evidence(feature="tasks", documents=(_source(_RESEARCH),)))

    assert [item.title for item in suggestions] == [
        "Web framework",
        "Token authentication with JWT",
    ]
    assert [line.partition(":")[0] for line in suggestions[0].evidence] == [
        "impact",
        "alternatives",
        "scope",
    ]
    significance = suggestions[0].significance
    assert significance.impact
    assert significance.alternatives == ("Flask", "Django")
    assert significance.scope


def test_the_suggestion_is_worded_to_the_letter() -> None:
    """Three lines: what was detected, the question, and our own command."""
    suggestion = suggest_adrs(Evidence(feature="tasks", documents=(_source(_RESEARCH),)))[0]

    assert suggestion.text == (
        "📋 Architectural decision detected: Web framework: FastAPI\n"
        "   Document reasoning and tradeoffs? Run `/sp.adr Web framework`\n"
        '   or `sdd adr new "Web framework"`'
    )


def test_related_choices_make_one_suggestion() -> None:
    """Two choices of one area are suggested together, a repetition counts once."""
    text = (
        "## Database\n**Decision**: PostgreSQL for all data\n**Alternatives**: SQLite, MySQL\n"
        "## ORM\n**Decision**: SQLModel\n**Alternatives**: Tortoise\n"
    )
    evidence = Evidence(feature="x", documents=(_source(text), _source(text, "plan.md")))

    (suggestion,) = suggest_adrs(evidence)

    assert [item.topic for item in suggestion.decisions] == ["Database", "ORM"]
    assert suggestion.title == "Data model: Database and related choices"


def test_choices_of_two_features_stay_apart() -> None:
    """What two folders of specs decide is related within each of them alone."""
    first = _source(
        "## Database\n**Decision**: PostgreSQL\n**Alternatives**: SQLite\n", "specs/a/r.md"
    )
    second = _source("## ORM\n**Decision**: SQLModel\n**Alternatives**: Tortoise\n", "specs/b/r.md")

    found = suggest_adrs(Evidence(feature="none", documents=(first, second)))

    assert [(item.title, item.feature) for item in found] == [("Database", "a"), ("ORM", "b")]


def test_a_draft_carries_what_the_documents_say(store: MemoryStore, clock: FixedClock) -> None:
    """Decision, reasons and alternatives are filled in, with the place they come from."""
    source = _source(_RESEARCH, "specs/001-items/research.md")
    suggestion = suggest_adrs(Evidence(feature="001-items", documents=(source,)))[0]

    written = new_adr(draft_of(suggestion), store=store, clock=clock)

    adr = read_adr(store.files[written.path], written.path)
    assert adr.title == "Web framework"
    assert "Web framework: FastAPI" in adr.decision
    assert "Dependency injection" in adr.text
    assert "- Flask\n- Django" in adr.alternatives
    assert "specs/001-items/research.md" in adr.sections["references"]
    assert is_covered(suggestion.decisions[0], [adr])


def test_what_a_record_covers_is_not_suggested_again() -> None:
    """An existing record silences its decision; a superseded one does not."""
    covered = _adr(1, "Web framework", "We use FastAPI.", "- Flask")
    superseded = _adr(2, "Token authentication", "JWT.", "- none", "Superseded by ADR-0001")
    evidence = Evidence(
        feature="x", documents=(_source(_RESEARCH),), existing=(covered, superseded)
    )

    titles = [item.title for item in suggest_adrs(evidence)]

    assert titles == ["Token authentication with JWT"]


def test_an_answered_question_and_a_dependency_are_evidence() -> None:
    """A question with options that was answered counts as a decision; a new package as scope."""
    answer = Answer(
        question="Which database keeps the tasks?",
        answer="PostgreSQL",
        options=("PostgreSQL", "SQLite"),
    )

    (suggestion,) = suggest_adrs(
        Evidence(feature="x", answers=(answer,), new_dependencies=("postgresql-driver",))
    )

    assert suggestion.significance.alternatives == ("SQLite",)
    assert "new dependency: postgresql-driver" in suggestion.significance.impact


def test_suggesting_writes_nothing(store: MemoryStore) -> None:
    """Only `new_adr` writes, and only when it is called."""
    suggest_adrs(Evidence(feature="x", documents=(_source(_RESEARCH),)))

    assert not store.files


def test_a_new_record_is_numbered_filled_and_redacted(
    store: MemoryStore, clock: FixedClock
) -> None:
    """Numbers follow the highest, open parts say so, secrets stay out."""
    store.create_exclusive(PurePosixPath("history/adr/0007-old.md"), b"# ADR-0007: Old\n")
    request = AdrRequest(
        title="Use FastAPI",
        decision="FastAPI, key ghp_" + "a1B2c3" * 6,
        alternatives=("Flask",),
        related=(7,),
    )

    written = new_adr(request, store=store, clock=clock)

    adr = read_adr(store.files[written.path], written.path)
    assert (written.number, str(written.path)) == (8, "history/adr/0008-use-fastapi.md")
    assert (adr.title, adr.status, adr.date) == ("Use FastAPI", "Proposed", "2026-01-02")
    assert "[REDACTED:github-token]" in adr.decision
    assert "- Flask" in adr.alternatives
    assert "ADR-0007" in adr.text
    own = [
        item for item in check_adrs(list_adrs(store)) if item.span and "fastapi" in str(item.span)
    ]
    assert own == []


def test_a_template_with_other_names_is_filled(store: MemoryStore, clock: FixedClock) -> None:
    """The names that spec-kit-plus gives its placeholders are known too."""
    template = (
        "# ADR-{{ID}}: {{TITLE}}\n\n- **Status:** Proposed | Accepted\n- **Date:** {{DATE_ISO}}\n"
        "- **Feature:** {{FEATURE_NAME}}\n- **Context:** {{CONTEXT}}\n\n## Decision\n\n"
        "{{DECISION}}\n\n{{POSITIVE_CONSEQUENCES}}\n\n- Spec: {{SPEC_LINK}}\n"
        "- Related: {{RELATED_ADRS}}\n"
    )
    store.create_exclusive(PurePosixPath(".specify/templates/adr-template.md"), template.encode())
    request = AdrRequest(title="Use X", feature="items", context="Two\nlines", positive=("fast",))

    written = new_adr(request, store=store, clock=clock)

    adr = read_adr(store.files[written.path], written.path)
    assert (adr.status, adr.feature) == ("Proposed", "items")
    assert "- **Context:** Two lines\n" in adr.text
    assert "- fast\n" in adr.text


def test_a_record_without_title_is_refused(store: MemoryStore, clock: FixedClock) -> None:
    """An empty title or an unknown status is an error, and nothing is written."""
    for request in (AdrRequest(title=" "), AdrRequest(title="X", status="Maybe")):
        with pytest.raises(ConfigError):
            new_adr(request, store=store, clock=clock)

    assert not store.files


@pytest.mark.parametrize(
    "status", ["- **Status:** Accepted\r\n", "**Status**: Accepted\n", "## Status\n\nAccepted\n"]
)
def test_superseding_changes_the_status_alone(status: str) -> None:
    """Every other byte of the old record stays."""
    text = f"# ADR-0001: Old\n\n{status}\n## Decision\r\nX\n"
    store = MemoryStore(
        {"history/adr/0001-old.md": text, "history/adr/0002-new.md": "# ADR-0002: New\n"}
    )
    old, new = list_adrs(store)

    apply_changes(supersede(old, new, store), store)

    assert store.text("history/adr/0001-old.md") == text.replace(
        "Accepted", "Superseded by ADR-0002"
    )
    assert list_adrs(store)[0].superseded_by == 2


def test_a_contradiction_to_an_earlier_record_is_reported() -> None:
    """Choosing what a valid record rejected is a warning that names both."""
    first = _adr(1, "Use PostgreSQL", "PostgreSQL everywhere.", "- **SQLite**: too small\n- MySQL")
    second = _adr(2, "Local storage", "We use SQLite on the desktop.", "- files")

    (found,) = check_adrs((first, second))

    assert found.rule == "contradicts-decision"
    assert found.message == "ADR-0002 chooses 'SQLite', which ADR-0001 rejected"
    assert found.related[0].span.path == str(first.path)


def test_what_was_rejected_for_one_matter_may_be_taken_for_another() -> None:
    """Common words contradict within one matter; names do so everywhere."""
    sessions = _adr(
        1, "Session state", "Sessions live in a table.", "- In-memory storage\n- GraphQL"
    )
    decisions = find_decisions(
        _source(
            "## Test doubles\n**Decision**: In-memory storage pattern with a dictionary\n\n"
            "## Session handling\n**Decision**: Keep the state in in-memory storage\n\n"
            "## Reports\n**Decision**: Serve them over GraphQL with one endpoint\n"
        )
    )

    found = check_against_adrs((sessions,), decisions=decisions)

    assert sorted(item.message for item in found) == [
        "'Reports' chooses 'GraphQL', which ADR-0001 rejected",
        "'Session handling' chooses 'In-memory storage', which ADR-0001 rejected",
    ]


def test_a_dependency_that_was_rejected_is_reported() -> None:
    """Packages and decisions are held against the records."""
    first = _adr(1, "Web framework", "FastAPI.", "- Flask\n- Django")
    decisions = find_decisions(_source("## Admin\n**Decision**: Django\n"))

    found = check_against_adrs((first,), decisions=decisions, new_dependencies=("flask", "httpx"))

    assert [item.message for item in found] == [
        "The new dependency flask is 'Flask', which ADR-0001 rejected",
        "'Admin' chooses 'Django', which ADR-0001 rejected",
    ]


def test_broken_records_are_reported_one_by_one() -> None:
    """Numbers, status, links, placeholders and empty sections have rules of their own."""
    second = "# ADR-0001: B {{TITLE}}\n\n- **Status:** Superseded\n\nSee ADR-0099.\n"
    third = (
        "# ADR-0004: C\n\n- **Status:** Maybe\n## Decision\nx\n## Consequences\nx\n"
        "## Alternatives Considered\nx\n## References\n- specs/none.md\n"
    )
    records = (
        _adr(1, "A", "x", "- y"),
        read_adr(second.encode(), "history/adr/0001-b.md"),
        read_adr(third.encode(), "history/adr/0003-c.md"),
    )

    found = check_adrs(records, known_paths={PurePosixPath("specs/a.md")})

    assert {(item.span.path[-4], item.rule) for item in found if item.span} == {
        ("b", "duplicate-number"), ("b", "broken-supersession"), ("b", "dangling-link"),
        ("b", "unfilled-placeholder"), ("b", "missing-section"),
        ("c", "id-mismatch"), ("c", "unknown-status"), ("c", "dangling-link"),
    }  # fmt: skip
