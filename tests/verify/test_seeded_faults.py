from dataclasses import dataclass
from pathlib import Path

import pytest
from verify.harness import Edit, ForkedProcesses, context, seed

from sdd.diagnostics import errors
from sdd.verify import Result, check_isolation, check_tokens


@dataclass(frozen=True)
class Fault:
    """A fault in a correct backend, and the rules and routes that must tell of it."""

    name: str
    backend: str
    edits: tuple[Edit, ...]
    told: tuple[tuple[str, str], ...]


_QUICK = {
    "no owner in the query for one row",
    "counts over all users",
    "the client names the owner of a new row",
    "one route without a user",
    "a child bound to nothing",
    "the user in the path is believed",
    "a clean-up that deletes everybody's rows",
    "a parent in the body that nobody checks",
    "everybody has the same profile",
    "an unverified signature",
    "expiry that nobody checks",
    "an odd subject that ends in 500",
    "a token in the query",
}


def _cases(faults: tuple[Fault, ...]) -> list[object]:
    """Make a test case of each fault; all but one of a kind are slow."""
    return [
        pytest.param(fault, id=fault.name, marks=() if fault.name in _QUICK else pytest.mark.slow)
        for fault in faults
    ]


def _fault(name: str, backend: str, old: str, new: str, *told: tuple[str, str]) -> Fault:
    return Fault(name, backend, (Edit(old, new),), told)


_ISOLATION = (
    _fault(
        "no owner in the query for one row",
        "plain_sync",
        "select(Note).where(Note.id == note_id, Note.owner_id == user)",
        "select(Note).where(Note.id == note_id)",
        ("isolation-foreign-read", "GET /notes/{note_id}"),
        ("isolation-foreign-write", "PATCH /notes/{note_id}"),
        ("isolation-foreign-delete", "DELETE /notes/{note_id}"),
    ),
    _fault(
        "no owner in one update",
        "plain_sync",
        "    note = find_note(note_id, user, session)\n    for",
        "    note = session.get(Note, note_id)\n"
        "    if note is None:\n        raise HTTPException(404, 'Note not found')\n    for",
        ("isolation-foreign-write", "PATCH /notes/{note_id}"),
    ),
    _fault(
        "no owner in one deletion",
        "plain_sync",
        "session.delete(find_note(note_id, user, session))",
        "note = session.get(Note, note_id)\n"
        "    if note is None:\n        raise HTTPException(404, 'Note not found')\n"
        "    session.delete(note)",
        ("isolation-foreign-delete", "DELETE /notes/{note_id}"),
    ),
    _fault(
        "no owner in the list",
        "plain_sync",
        "query = select(Note).where(Note.owner_id == user)",
        "query = select(Note)",
        ("isolation-foreign-list", "GET /notes"),
    ),
    _fault(
        "a search that forgets the owner",
        "plain_sync",
        "query = query.where(Note.title.contains(q))",
        "query = select(Note).where(Note.title.contains(q))",
        ("isolation-foreign-list", "GET /notes"),
    ),
    _fault(
        "a filter that forgets the owner",
        "plain_sync",
        "query = query.where(Note.pinned == pinned)",
        "query = select(Note).where(Note.pinned == pinned)",
        ("isolation-foreign-list", "GET /notes"),
    ),
    _fault(
        "counts over all users",
        "plain_sync",
        "select(func.count()).select_from(Note).where(Note.owner_id == user)",
        "select(func.count()).select_from(Note)",
        ("isolation-foreign-count", "GET /notes/counts"),
    ),
    Fault(
        "the client names the owner of a new row",
        "plain_sync",
        (
            Edit(
                "    pinned: bool = False\n\n",
                "    pinned: bool = False\n    owner_id: str | None = None\n\n",
            ),
            Edit(
                "Note(owner_id=user, **data.model_dump())",
                "Note(**{'owner_id': user, **data.model_dump(exclude_none=True)})",
            ),
        ),
        (("isolation-client-owner", "POST /notes"),),
    ),
    _fault(
        "the client changes the owner",
        "plain_sync",
        "    pinned: bool | None = None\n\n",
        "    pinned: bool | None = None\n    owner_id: str | None = None\n\n",
        ("isolation-client-owner", "PATCH /notes/{note_id}"),
    ),
    _fault(
        "the client chooses the key",
        "plain_sync",
        "class NoteIn(BaseModel):\n",
        "class NoteIn(BaseModel):\n    id: int | None = None\n",
        ("isolation-server-error", "POST /notes"),
    ),
    _fault(
        "a token is optional",
        "plain_sync",
        'raise HTTPException(401, "Not authenticated", {"WWW-Authenticate": "Bearer"})',
        'return "anonymous"',
        ("isolation-open-operation", "GET /notes"),
        ("isolation-open-operation", "POST /notes"),
    ),
    _fault(
        "one route without a user",
        "plain_sync",
        "def delete_note(note_id: int, user: str = Depends(current_user), "
        "session: Session = Depends(get_session)):\n"
        "    session.delete(find_note(note_id, user, session))",
        "def delete_note(note_id: int, session: Session = Depends(get_session)):\n"
        "    session.delete(session.get(Note, note_id) or Note())",
        ("isolation-open-operation", "DELETE /notes/{note_id}"),
    ),
    _fault(
        "an existence oracle in the words",
        "plain_sync",
        '    if note is None:\n        raise HTTPException(404, "Note not found")',
        "    if note is None and session.get(Note, note_id):\n"
        '        raise HTTPException(404, "This note belongs to somebody else")\n'
        '    if note is None:\n        raise HTTPException(404, "Note not found")',
        ("isolation-existence-oracle", "GET /notes/{note_id}"),
    ),
    Fault(
        "the user is read from a header",
        "plain_sync",
        (
            Edit(
                "def current_user(credentials: HTTPAuthorizationCredentials | None "
                "= Depends(bearer))",
                "def current_user(credentials: HTTPAuthorizationCredentials | None "
                "= Depends(bearer), x_user_id: str | None = Header(default=None))",
            ),
            Edit("    return subject\n", "    return x_user_id or subject\n"),
            Edit("from fastapi import Depends,", "from fastapi import Header, Depends,"),
        ),
        (("isolation-client-identity", "GET /notes"),),
    ),
    _fault(
        "an exception that nobody handles",
        "plain_sync",
        "    return find_note(note_id, user, session)\n",
        "    found = find_note(note_id, user, session)\n    assert not found.title.endswith('1')\n"
        "    return find_note(10 // (len(found.title) - len(found.title)), user, session)\n",
        ("isolation-server-error", "GET /notes/{note_id}"),
    ),
    _fault(
        "a child bound to nothing",
        "async_services",
        "        await self.get(card_id)\n"
        "        found = select(Remark).where(Remark.id == remark_id, Remark.card_id == card_id)",
        "        found = select(Remark).where(Remark.id == remark_id)",
        ("isolation-foreign-read", "GET /api/v1/cards/{card_id}/remarks/{remark_id}"),
        ("isolation-foreign-delete", "DELETE /api/v1/cards/{card_id}/remarks/{remark_id}"),
        ("isolation-unbound-child", "GET /api/v1/cards/{card_id}/remarks/{remark_id}"),
    ),
    _fault(
        "a child not bound to its parent",
        "async_services",
        "select(Remark).where(Remark.id == remark_id, Remark.card_id == card_id)",
        "select(Remark).where(Remark.id == remark_id)",
        ("isolation-foreign-read", "GET /api/v1/cards/{card_id}/remarks/{remark_id}"),
    ),
    _fault(
        "a child whose parent belongs to anybody",
        "async_services",
        "        await self.get(card_id)\n        found",
        "        found",
        ("isolation-foreign-read", "GET /api/v1/cards/{card_id}/remarks/{remark_id}"),
    ),
    _fault(
        "children listed below anybody's parent",
        "async_services",
        "        await self.get(card_id)\n        return (",
        "        return (",
        ("isolation-foreign-read", "GET /api/v1/cards/{card_id}/remarks"),
    ),
    _fault(
        "a child added to anybody's parent",
        "async_services",
        "        await self.get(card_id)\n        remark = Remark",
        "        remark = Remark",
        ("isolation-foreign-write", "POST /api/v1/cards/{card_id}/remarks"),
    ),
    _fault(
        "the total of a page counts all users",
        "async_services",
        "select(func.count()).select_from(Card).where(*where)",
        "select(func.count()).select_from(Card)",
        ("isolation-foreign-count", "GET /api/v1/cards"),
    ),
    _fault(
        "an action on anybody's row",
        "async_services",
        "    async def toggle(self, card_id: uuid.UUID) -> Card:\n"
        "        card = await self.get(card_id)",
        "    async def toggle(self, card_id: uuid.UUID) -> Card:\n"
        "        card = await self.session.get(Card, card_id)\n"
        "        if card is None:\n            raise Problem(404, 'not_found')",
        ("isolation-foreign-write", "POST /api/v1/cards/{card_id}/toggle"),
    ),
    _fault(
        "the user in the path is believed",
        "user_path",
        '    if user_id != user:\n        raise HTTPException(403, "forbidden")\n    return user',
        "    return user_id",
        ("isolation-path-user", "GET /api/{user_id}/tasks"),
        ("isolation-path-user", "POST /api/{user_id}/tasks"),
        ("isolation-path-user", "GET /api/{user_id}/tasks/{id}"),
        ("isolation-path-user", "DELETE /api/{user_id}/tasks/{id}"),
    ),
    _fault(
        "a filter by an exact text that forgets the owner",
        "async_services",
        "where.append(Card.lane == lane)",
        "where = [Card.lane == lane]",
        ("isolation-foreign-list", "GET /api/v1/cards"),
    ),
    _fault(
        "a filter by a day that forgets the owner",
        "user_path",
        "query = query.where(Todo.due < due_before)",
        "query = select(Todo).where(Todo.due < due_before)",
        ("isolation-foreign-list", "GET /api/{user_id}/tasks"),
    ),
    _fault(
        "children of all of a user's rows below each of them",
        "async_services",
        "select(Remark).where(Remark.card_id == card_id)",
        "select(Remark).join(Card).where(Card.user_id == self.user)",
        ("isolation-unbound-child", "GET /api/v1/cards/{card_id}/remarks"),
    ),
    _fault(
        "a count that believes the user in the path",
        "user_path",
        "def count_todos(user: str = Depends(path_user)) -> dict[str, int]:",
        "def count_todos(user_id: str, me: str = Depends(token_user)) -> dict[str, int]:\n"
        "    user = user_id",
        ("isolation-path-user", "GET /api/{user_id}/tasks/count"),
    ),
    _fault(
        "only the path is checked",
        "user_path",
        "if todo is None or todo.user_id != user:",
        "if todo is None:",
        ("isolation-foreign-read", "GET /api/{user_id}/tasks/{id}"),
        ("isolation-foreign-write", "PUT /api/{user_id}/tasks/{id}"),
        ("isolation-foreign-write", "PATCH /api/{user_id}/tasks/{id}/complete"),
        ("isolation-foreign-delete", "DELETE /api/{user_id}/tasks/{id}"),
    ),
    _fault(
        "an average over all users",
        "own_login",
        "select(func.avg(Entry.mood)).where(Entry.author_id == user.id)",
        "select(func.avg(Entry.mood))",
        ("isolation-foreign-count", "GET /entries/average"),
    ),
    _fault(
        "a clean-up that deletes everybody's rows",
        "own_login",
        "delete(Entry).where(Entry.author_id == user.id)",
        "delete(Entry)",
        ("isolation-foreign-write", "DELETE /entries"),
    ),
    _fault(
        "a list of everybody's rows in a backend with a login",
        "own_login",
        "def entries(user: User = Depends(current)):\n    return user.entries",
        "def entries(user: User = Depends(current), session: Session = Depends(database)):\n"
        "    return session.exec(select(Entry)).all()",
        ("isolation-foreign-list", "GET /entries"),
    ),
    _fault(
        "a parent in the body that nobody checks",
        "body_parent",
        "        own_wallet(session, body.wallet_id, user)\n        expense",
        "        expense",
        ("isolation-foreign-parent", "POST /expenses"),
    ),
    _fault(
        "a filter by a parent of anybody's",
        "body_parent",
        "query = query.where(Expense.wallet_id == wallet_id)",
        "query = select(Expense).where(Expense.wallet_id == wallet_id)",
        ("isolation-foreign-list", "GET /expenses"),
    ),
    _fault(
        "a join that forgets the owner",
        "body_parent",
        "select(Expense).join(Wallet).where(Expense.id == expense_id, Wallet.owner == user)",
        "select(Expense).join(Wallet).where(Expense.id == expense_id)",
        ("isolation-foreign-read", "GET /expenses/{expense_id}"),
        ("isolation-foreign-delete", "DELETE /expenses/{expense_id}"),
    ),
    _fault(
        "everybody has the same profile",
        "profile",
        "session.get(Profile, user) or Profile(user_id=user)",
        "session.exec(select(Profile)).first() or Profile(user_id=user)",
        ("isolation-foreign-list", "GET /profile"),
        ("isolation-foreign-write", "PUT /profile"),
    ),
    _fault(
        "a bulk change of anybody's rows",
        "profile",
        "col(Bookmark.id).in_(body.ids), Bookmark.user_id == user",
        "col(Bookmark.id).in_(body.ids)",
        ("isolation-foreign-write", "POST /bookmarks/mark-read"),
    ),
    _fault(
        "a bulk deletion of anybody's rows",
        "profile",
        "delete(Bookmark).where(Bookmark.read, Bookmark.user_id == user)",
        "delete(Bookmark).where(Bookmark.read)",
        ("isolation-foreign-write", "DELETE /bookmarks/read"),
    ),
    _fault(
        "a child of another parent",
        "forbidding",
        "if line is None or line.order_id != order.id:",
        "if line is None:",
        ("isolation-foreign-write", "PATCH /v1/orders/{order_id}/lines/{line_id}"),
        ("isolation-foreign-delete", "DELETE /v1/orders/{order_id}/lines/{line_id}"),
    ),
    _fault(
        "SQL by hand that forgets the user",
        "key_set",
        "UPDATE memos SET content = :content WHERE id = :id AND user_id = :me",
        "UPDATE memos SET content = :content WHERE id = :id",
        ("isolation-foreign-write", "PUT /api/memos/{memo_id}"),
    ),
)

_DECODED = (
    'payload = jwt.decode(credentials.credentials, SECRET, algorithms=["HS256"], '
    'options={"require": ["exp", "iat", "sub"]})'
)
_CURRENT = "credentials: HTTPAuthorizationCredentials | None = Depends(bearer)) -> str:\n"
_TOKENS = (
    _fault(
        "an unverified signature",
        "plain_sync",
        _DECODED,
        'payload = jwt.decode(credentials.credentials, options={"verify_signature": False})',
        ("tokens-forgery-accepted", "GET /notes"),
        ("tokens-forgery-accepted", "DELETE /notes/{note_id}"),
    ),
    _fault(
        "the algorithm none",
        "plain_sync",
        _DECODED,
        'none = jwt.get_unverified_header(credentials.credentials)["alg"] == "none"\n'
        '        payload = jwt.decode(credentials.credentials, "" if none else SECRET, '
        'algorithms=["HS256", "none"], options={"verify_signature": not none})',
        ("tokens-forgery-accepted", "POST /notes"),
    ),
    _fault(
        "a second, guessable key",
        "plain_sync",
        "    except jwt.PyJWTError:\n",
        "    except jwt.InvalidSignatureError:\n"
        "        payload = jwt.decode(credentials.credentials, "
        'options={"verify_signature": False}) if hmac_by(credentials) else {"sub": ""}\n'
        "    except jwt.PyJWTError:\n",
        ("tokens-server-error", "GET /notes"),
    ),
    _fault(
        "expiry that nobody checks",
        "plain_sync",
        'options={"require": ["exp", "iat", "sub"]}',
        'options={"verify_exp": False}',
        ("tokens-claims-ignored", "GET /notes"),
    ),
    _fault(
        "a start that nobody checks",
        "plain_sync",
        'options={"require": ["exp", "iat", "sub"]}',
        'options={"require": ["exp", "iat", "sub"], "verify_nbf": False}',
        ("tokens-claims-ignored", "GET /notes"),
    ),
    _fault(
        "an odd subject that ends in 500",
        "plain_sync",
        '    if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", subject):\n',
        "    if not subject:\n",
        ("tokens-server-error", "POST /notes"),
        ("tokens-server-error", "GET /notes"),
    ),
    Fault(
        "a token in the query",
        "plain_sync",
        (
            Edit(_CURRENT, "request: Request, " + _CURRENT),
            Edit(
                "    if credentials is None:\n",
                '    if credentials is None and "token" in request.query_params:\n'
                "        credentials = HTTPAuthorizationCredentials("
                'scheme="Bearer", credentials=request.query_params["token"])\n'
                "    if credentials is None:\n",
            ),
            Edit("from fastapi import Depends,", "from fastapi import Request, Depends,"),
        ),
        (("tokens-outside-header", "GET /notes"),),
    ),
    Fault(
        "a token in a cookie",
        "plain_sync",
        (
            Edit(_CURRENT, "request: Request, " + _CURRENT),
            Edit(
                "    if credentials is None:\n",
                '    if credentials is None and "access_token" in request.cookies:\n'
                "        credentials = HTTPAuthorizationCredentials("
                'scheme="Bearer", credentials=request.cookies["access_token"])\n'
                "    if credentials is None:\n",
            ),
            Edit("from fastapi import Depends,", "from fastapi import Request, Depends,"),
        ),
        (("tokens-outside-header", "GET /notes"),),
    ),
    _fault(
        "any scheme will do",
        "body_parent",
        're.fullmatch(r"[Bb]earer +(\\S+)", authorization or "")',
        're.fullmatch(r"(?:\\S+ )?(\\S+)", authorization or "")',
        ("tokens-forgery-accepted", "GET /wallets"),
    ),
    _fault(
        "a header that cannot be split",
        "user_path",
        'scheme, _, token = request.headers.get("authorization", "").partition(" ")',
        'scheme, token = request.headers.get("authorization", " ").split(" ")',
        ("tokens-server-error", "GET /api/{user_id}/tasks"),
    ),
    _fault(
        "an id that is no number",
        "own_login",
        "except (jwt.PyJWTError, ValueError):",
        "except jwt.PyJWTError:",
        ("tokens-server-error", "GET /entries"),
    ),
    _fault(
        "public keys and shared secrets mixed up",
        "key_set",
        'algorithms=["EdDSA"]',
        'algorithms=["EdDSA", "HS256"]',
        ("tokens-server-error", "GET /api/memos"),
    ),
    _fault(
        "a key set for decoration",
        "key_set",
        'options={"require": ["exp", "iat", "sub"], "verify_aud": False}',
        'options={"verify_signature": False}',
        ("tokens-forgery-accepted", "GET /api/memos"),
    ),
)


@pytest.mark.parametrize("fault", _cases(_ISOLATION))
def test_a_seeded_isolation_fault_is_found(
    fault: Fault, tmp_path: Path, processes: ForkedProcesses
) -> None:
    """The isolation probe fails, and tells rule, route and handler of the fault."""
    place = seed(fault.backend, tmp_path, *fault.edits)

    report = check_isolation(context(place, processes))

    found = errors(report.diagnostics)
    assert report.result is Result.FAILED, report.reason
    assert set(fault.told) <= {(item.rule, item.route) for item in found}
    assert all(item.span is not None and item.hint and item.reason for item in found)


@pytest.mark.parametrize("fault", _cases(_TOKENS))
def test_a_seeded_token_fault_is_found(
    fault: Fault, tmp_path: Path, processes: ForkedProcesses
) -> None:
    """The token attacks fail, and tell rule and route of the fault."""
    place = seed(fault.backend, tmp_path, *fault.edits)

    report = check_tokens(context(place, processes))

    assert report.result is Result.FAILED, report.reason
    assert set(fault.told) <= {(item.rule, item.route) for item in errors(report.diagnostics)}
