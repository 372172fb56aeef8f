"""Fixes are kept only if the audit finds less afterwards; nothing else of a file changes."""

from audit_backend import HOLE, MAIN
from memory_files import MemoryFiles

from sdd.program import load
from sdd.workflow.fixing import Fixed, fix, what_of

OPEN = """

@app.delete("/api/notes/{note_id}")
def remove(note_id: int, session: Session = Depends(get_session)):
    note = session.exec(select(Note).where(Note.id == note_id)).one()
    session.delete(note)
    session.commit()
"""
ODD = """

@app.get("/api/odd")
def odd(user: int = Depends(current_user), session: Session = Depends(get_session)):
    return session.connection().exec_driver_sql("SELECT * FROM note").all()
"""


def run(text: str, **options: object) -> tuple[str, Fixed]:
    data = text.encode()
    fixed = fix(load(MemoryFiles({"main.py": data})), {"main.py": data}, **options)  # type: ignore[arg-type]
    return fixed.files.get("main.py", data).decode(), fixed


def test_the_owners_conjunct_is_added_to_a_lookup_by_id() -> None:
    """With the caller that the handler knows already."""
    text, fixed = run(MAIN + HOLE)

    assert "select(Note).where(Note.id == note_id, Note.user_id == user)" in text
    assert [item.rule for item in fixed.mended] == ["unscoped-read"]
    assert fixed.after.summary.violated == 0


def test_a_dependency_is_added_as_a_sibling_has_it_and_then_the_conjunct() -> None:
    """One fix makes the next one possible."""
    text, fixed = run(MAIN + OPEN)

    assert "session: Session = Depends(get_session), user: int = Depends(current_user)):" in text
    assert "where(Note.id == note_id, Note.user_id == user)).one()" in text
    assert {item.rule for item in fixed.mended} == {"missing-authentication", "unscoped-write"}
    assert fixed.after.summary.proved == 2


def test_the_rest_of_the_file_stays_byte_for_byte() -> None:
    """Line ends too."""
    before = (MAIN + HOLE).replace("\n", "\r\n")
    after, _ = run(before)

    changed = [
        (old, new)
        for old, new in zip(before.split("\n"), after.split("\n"), strict=True)
        if old != new
    ]
    assert [old for old, _ in changed] == ["    note = session.get(Note, note_id)\r"]


def test_what_no_fix_makes_better_stays_as_it_is() -> None:
    """A finding that needs thought is left to people."""
    text, fixed = run(MAIN + ODD)

    assert text == MAIN + ODD
    assert fixed.mended == ()
    assert fixed.before == fixed.after


def test_what_people_have_accepted_is_not_mended() -> None:
    """A suppression is a decision."""
    _, fixed = run(MAIN + HOLE)
    accepted = frozenset(map(what_of, fixed.mended))

    text, _ = run(MAIN + HOLE, accepted=accepted)

    assert text == MAIN + HOLE


def test_a_mended_program_has_nothing_more_to_mend() -> None:
    """A second run changes nothing."""
    text, _ = run(MAIN + HOLE + OPEN)

    assert run(text)[0] == text
