"""Links between records, decisions, tasks, requirements and commits."""

from sdd.records.adr import read_adr
from sdd.records.links import Reference, backlinks, find_references, references_by_source
from sdd.records.reading import read_phr
from sdd.text import SourceText


def test_every_kind_of_reference_is_found_once() -> None:
    """Numbers are widened, words that only look like references are none."""
    text = (
        "ADR-4, history/adr/0004-x.md, T012 and T012 for FR-003 in commit 1a2b3c4d; "
        "see history/prompts/general/0001-a.general.prompt.md. Not: BT012, effaced, 1234567, T1."
    )

    assert find_references(text) == (
        Reference(kind="commit", name="1a2b3c4d"),
        Reference(kind="decision", name="ADR-0004"),
        Reference(kind="record", name="history/prompts/general/0001-a.general.prompt.md"),
        Reference(kind="requirement", name="FR-003"),
        Reference(kind="task", name="T012"),
    )


def test_links_are_read_in_both_directions() -> None:
    """What a record, a decision and a task list say is found from what they speak of."""
    phr = read_phr(
        b"---\ntitle: a\nlabels: [T001]\nlinks:\n  adr: history/adr/0002-b.md\n---\n"
        b"## Prompt\n\nDo T999.\n\n## Outcome\n\nFR-001 holds.\n",
        "history/prompts/x/0001-a.green.prompt.md",
    )
    adr = read_adr(
        b"# ADR-0002: B\n\n## References\n\n- history/prompts/x/0001-a.green.prompt.md\n",
        "history/adr/0002-b.md",
    )
    tasks = SourceText(path="specs/x/tasks.md", text="- [ ] T001 Do it per FR-001\n")

    found = backlinks(references_by_source([phr], [adr], [tasks]))

    assert {reference.name: paths for reference, paths in found.items()} == {
        "ADR-0002": ("history/prompts/x/0001-a.green.prompt.md",),
        "FR-001": ("history/prompts/x/0001-a.green.prompt.md", "specs/x/tasks.md"),
        "T001": ("history/prompts/x/0001-a.green.prompt.md", "specs/x/tasks.md"),
        "history/prompts/x/0001-a.green.prompt.md": ("history/adr/0002-b.md",),
    }
