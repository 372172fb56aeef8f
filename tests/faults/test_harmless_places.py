"""The seeder breaks protections; what looks like one and is none it leaves alone."""

import pytest
from faults.backend import MAIN, SHELVES
from memory_files import MemoryFiles

from sdd.audit.survey import survey
from sdd.faults import Kind, faults
from sdd.program import load

_HANDLER = """

def row_of(user: str = Depends(current_user), session: Session = Depends(get_session)):
    return session.get(User, user)


@router.delete("/own/{{shelf_id}}")
def extra(
    shelf_id: int,
    user_id: str,
    data: ShelfIn,
    user: str = Depends(current_user),
    me: User = Depends(row_of),
    session: Session = Depends(get_session),
):
{body}

app.include_router(router)
"""

_REMOVES = """\
    removed = remove(session, shelf_id, user)
    if not removed:
        raise HTTPException(404)
"""
_REMOVE = """

def remove(session, shelf_id, user):
    from main import Shelf

    shelf = session.get(Shelf, shelf_id)
    if shelf is None or shelf.keeper != user:
        return False
    session.delete(shelf)
    session.commit()
    return True

def verified(words, password):
    return words == password
"""
_UNUSED_ID = """\
    if user_id != user:
        raise HTTPException(403)
    return session.exec(select(Shelf).where(Shelf.keeper == user)).all()
"""
_ROLE = """\
    shelf = session.get(Shelf, shelf_id)
    if shelf is None or shelf.keeper != user:
        raise HTTPException(404)
    other = session.exec(select(Shelf).where(Shelf.title == data.title)).first()
    if other is not None and other.keeper == user:
        raise HTTPException(409)
    session.delete(shelf)
    session.commit()
"""
_PASSWORD = """\
    if not verified(data.title, me.password):
        raise HTTPException(403)
    return session.exec(select(Shelf).where(Shelf.keeper == user)).all()
"""


@pytest.mark.parametrize(
    ("body", "line"),
    [
        (_REMOVES, "if not removed:"),
        (_UNUSED_ID, "if user_id != user:"),
        (_PASSWORD, "if not verified(data.title, me.password):"),
        (_ROLE, "if other is not None and other.keeper == user:"),
    ],
    ids=[
        "the answer of a write",
        "an id that nothing uses",
        "a password",
        "a refusal of one's own",
    ],
)
def test_a_branch_that_protects_nothing_is_no_guard(body: str, line: str) -> None:
    """Without it nobody reaches anything more than before."""
    text = MAIN.replace("from shelves import", "from shelves import remove, verified,")
    text = text.replace(
        "User(SQLModel, table=True):\n", "User(SQLModel, table=True):\n    password: str\n"
    )
    text = text.replace("app.include_router(router)\n", _HANDLER.format(body=body))
    program = load(MemoryFiles({"main.py": text, "shelves.py": SHELVES + _REMOVE}))
    report, facts = survey(program)
    at = text.split("\n").index(f"    {line}") + 1

    guards = {Kind.DROPPED_GUARD, Kind.INVERTED_GUARD, Kind.SWALLOWED_GUARD, Kind.LATE_GUARD}
    seeded = faults(program, facts)

    assert report.summary.proved == report.summary.routes
    assert not [item for item in seeded if item.span.line == at and item.kind in guards]
