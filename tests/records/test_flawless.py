from pathlib import PurePosixPath
from random import Random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sdd.records.flawless import recognise
from sdd.records.library_checking import check_record
from sdd.records.phr import default_template, file_name, render_phr
from sdd.records.phr_draft import Links, Outcome, PhrRequest
from sdd.records.reading import read_phr
from sdd.records.stages import folder_of

_TEXTS = st.text(min_size=1, max_size=60)
_PIECES = (
    *("", " ", "#", "# x", "## Outcome", "\n\n## Outcome\n\n", "## Prompt", "```", "~~~text"),
    *('"', "'", "- ", ": ", "null", "~", "@", "{{ID}}", "\\", "\t", "\r", "é", "\u2028", "---"),
    *("/home/me/x", "C:\\me", "file:///x", "password = hunter2hunter2", "ghp_" + "a1B2" * 9),
    *("$ARGUMENTS", "general", "constitution", "plan", "2026-02-30", "0010", "(truncated)"),
    *("## Evaluation notes (flywheel)", "\ufeff", "### Part", "### Outcome", "#### x"),
)


def written(request: PhrRequest) -> tuple[bytes, PurePosixPath]:
    """Return a record as the program writes it, and where."""
    data = render_phr(request, "0007", "2026-03-04", default_template())
    name = file_name("0007", request.title, request.stage)
    return data, folder_of(request.stage, request.feature) / name


def ordinary(prompt: str = "Add a rule.", response: str = "Added.\n\n- one\n") -> PhrRequest:
    """Return an ordinary request."""
    return PhrRequest(
        title="Add the first rule",
        stage="green",
        prompt=prompt,
        response=response,
        feature="001-rules",
        files=("backend/app/rule.py",),
        tests=("tests/test_rule.py",),
        links=Links(spec="specs/001-rules/spec.md"),
        outcome=Outcome(impact="One more rule", tests="12 passed"),
    )


def test_what_the_program_writes_is_recognised_with_its_links() -> None:
    """The answer is the check's, without its work."""
    data, path = written(ordinary())

    found = recognise(data, path)

    assert found is not None
    assert found == check_record(read_phr(data, path))
    assert [link.target for link in found.links] == ["specs/001-rules/spec.md"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'id: "0007"', b'id: "0008"'),
        (b"stage: green", b"stage: red"),
        (b"date: 2026-03-04", b"date: 2026-02-30"),
        (b"Add the first rule", b"Add it"),
        (b"feature: ", b"feature: 002-"),
        (b"user: ", b"user: me@host "),
        (b"  - backend/app/rule.py", b"  - /srv/app/rule.py"),
        (b"Add a rule.", b" "),
        (b"Add a rule.", b"$ARGUMENTS"),
        (b"Added.", b"See /home/me/rule.py."),
        (b"One more rule", b"{{OUTCOME_IMPACT}}"),
        (b"Added.", b"ghp_" + b"a1B2" * 9),
        (b"## Response snapshot", b"## Answer"),
        (b"## Evaluation notes (flywheel)", b"## Notes"),
        (b"Add a rule.", b"Add a r\xfcle."),
    ],
)
def test_what_has_a_flaw_is_left_to_the_check(old: bytes, new: bytes) -> None:
    """Whatever the flaw, the quick look does not vouch for it."""
    data, path = written(ordinary())
    data = data.replace(old, new, 1)

    assert recognise(data, path) is None
    assert check_record(read_phr(data, path)).diagnostics


@given(prompt=_TEXTS, response=_TEXTS, seed=st.integers(), changes=st.integers(0, 4))
@example(prompt="# x", response="a\n# Outcome\n", seed=1, changes=0)
@example(prompt="x", response="### Files\n\n- one\n\n### Outcome", seed=1, changes=0)
@example(prompt="x", response="``` text", seed=1, changes=0)
def test_who_is_recognised_passes_the_check(
    prompt: str, response: str, seed: int, changes: int
) -> None:
    """Of anything that looks nearly like a record of ours, too."""
    request = ordinary(prompt if prompt.strip() else "x", response)
    drawn = Random(seed)  # noqa: S311 - no secret
    data, path = written(request)
    lines = data.decode().split("\n")
    for _ in range(changes):
        at = drawn.randrange(len(lines))
        piece = drawn.choice(_PIECES)
        cut = drawn.randrange(len(lines[at]) + 1)
        lines[at] = drawn.choice(
            [piece, lines[at][:cut] + piece + lines[at][cut:], f"{lines[at]}\n{piece}"]
        )
        if drawn.random() < 1 / 4:
            del lines[drawn.randrange(len(lines))]
    changed = "\n".join(lines).encode()

    found = recognise(changed, path)

    assert found is None or found == check_record(read_phr(changed, path))
