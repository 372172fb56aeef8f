"""The route table: every mount is found with its dependencies, and none that is not there."""

from collections.abc import Callable

import pytest

from sdd.audit import AuditReport, AuditSettings, Verdict

Auditor = Callable[..., AuditReport]

_HEAD = """
from typing import Annotated
from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request, Security
from base import SECRET, UserId, current_user_id, bearer
import jwt
"""

# Each declares one route, `GET /api/x`, behind a verified user.
PROTECTED = {
    "parameter default": """
app = FastAPI()
@app.get("/api/x")
def handler(user=Depends(current_user_id)): return 1
""",
    "annotated alias": """
app = FastAPI()
@app.get("/api/x")
def handler(user: UserId): return 1
""",
    "decorator dependencies": """
app = FastAPI()
@app.get("/api/x", dependencies=[Depends(current_user_id)])
def handler(): return 1
""",
    "router dependencies": """
router = APIRouter(prefix="/x", dependencies=[Depends(current_user_id)])
@router.get("")
def handler(): return 1
app = FastAPI()
app.include_router(router, prefix="/api")
""",
    "inclusion, nested": """
inner = APIRouter()
@inner.get("/x")
def handler(): return 1
outer = APIRouter()
outer.include_router(inner, dependencies=[Depends(current_user_id)])
app = FastAPI()
app.include_router(outer, prefix="/api")
""",
    "app dependencies": """
app = FastAPI(dependencies=[Depends(current_user_id)])
@app.get("/api/x")
def handler(): return 1
""",
    "loop over routers": """
router = APIRouter()
@router.get("/x")
def handler(): return 1
app = FastAPI()
for prefix, one in {"/api": router}.items():
    app.include_router(one, prefix=prefix, dependencies=[Depends(current_user_id)])
""",
    "router subclass": """
class Protected(APIRouter):
    def __init__(self, **options):
        super().__init__(dependencies=[Depends(current_user_id)], **options)
router = Protected(prefix="/x")
@router.get("")
def handler(): return 1
app = FastAPI()
app.include_router(router, prefix="/api")
""",
    "add_api_route": """
def handler(user: UserId): return 1
app = FastAPI()
app.add_api_route("/api/x", handler, methods=["GET"])
""",
    "factory that nobody calls": """
def create_app():
    app = FastAPI()
    @app.get("/api/x")
    def handler(user: UserId): return 1
    return app
""",
    "mounted app": """
inner = FastAPI()
@inner.get("/x")
def handler(user: UserId): return 1
app = FastAPI()
app.mount("/api", inner)
""",
    "bound method": """
class Auth:
    def current(self, credentials=Depends(bearer)):
        try:
            return jwt.decode(credentials.credentials, SECRET, algorithms=["HS256"])["sub"]
        except jwt.PyJWTError:
            raise HTTPException(401)
auth = Auth()
app = FastAPI()
@app.get("/api/x")
def handler(user=Depends(auth.current)): return 1
""",
    "callable instance from a factory": """
class Role:
    def __init__(self, names):
        self.names = names
    def __call__(self, user=Depends(current_user_id)):
        return user
def require(*names):
    return Role(names)
app = FastAPI()
@app.get("/api/x", dependencies=[Depends(require("editor"))])
def handler(): return 1
""",
    "security with scopes": """
app = FastAPI()
@app.get("/api/x")
def handler(user=Security(current_user_id, scopes=["read"])): return 1
""",
    "handler that decodes the token itself": """
app = FastAPI()
@app.get("/api/x")
def handler(request: Request):
    header = request.headers.get("Authorization")
    if not header:
        raise HTTPException(401)
    try:
        claims = jwt.decode(header.split()[1], SECRET, algorithms=["HS256"])
    except jwt.PyJWTError:
        raise HTTPException(401)
    return claims["sub"]
""",
    "decorator of the project": """
from functools import wraps
def logged(function):
    @wraps(function)
    def wrapper(*args, **kwargs):
        return function(*args, **kwargs)
    return wrapper
app = FastAPI()
@app.get("/api/x")
@logged
def handler(user: UserId): return 1
""",
    "bearer subclass": """
from fastapi.security import HTTPBearer
class Token(HTTPBearer):
    async def __call__(self, request: Request):
        credentials = await super().__call__(request)
        try:
            return jwt.decode(credentials.credentials, SECRET, algorithms=["HS256"])
        except jwt.PyJWTError:
            raise HTTPException(403)
app = FastAPI()
@app.get("/api/x")
def handler(claims=Depends(Token())): return 1
""",
}


@pytest.mark.parametrize("form", PROTECTED)
def test_a_declared_dependency_is_found(form: str, base_file: str, audit_files: Auditor) -> None:
    """The complete path is known, and authentication is proved."""
    report = audit_files({"main.py": _HEAD + PROTECTED[form], "base.py": base_file})

    assert [(route.method, route.path) for route in report.routes] == [("GET", "/api/x")]
    assert report.routes[0].auth.verdict is Verdict.PROVED, report.routes[0].auth.because


def test_a_router_that_is_included_twice_appears_twice(audit_files: Auditor) -> None:
    """A route is a mount, not a function."""
    report = audit_files(
        {
            "main.py": (
                "from fastapi import APIRouter, FastAPI\n"
                "router = APIRouter()\n"
                "@router.get('/x')\n"
                "def handler(): return 1\n"
                "app = FastAPI()\n"
                "app.include_router(router, prefix='/a')\n"
                "app.include_router(router, prefix='/b')\n"
            )
        }
    )

    assert [route.path for route in report.routes] == ["/a/x", "/b/x"]


def test_every_app_of_a_tree_is_reported(audit_files: Auditor) -> None:
    """Routes say to which app they belong."""
    text = "from fastapi import FastAPI\napp = FastAPI()\n@app.get('/x')\ndef x(): return 1\n"

    report = audit_files({"one/main.py": text, "two/main.py": text})

    assert [route.app for route in report.routes] == ["one/main.py:app", "two/main.py:app"]


def test_cyclic_imports_are_no_obstacle(audit_files: Auditor) -> None:
    """Names of a module that is still being run are found once they are used."""
    report = audit_files(
        {
            "app/__init__.py": "",
            "app/a.py": "from app.b import later\ndef helper(): return later()\n",
            "app/b.py": "from app.a import helper\ndef later(): return 1\n",
            "app/main.py": (
                "from fastapi import FastAPI\nfrom app.a import helper\napp = FastAPI()\n"
                "@app.get('/x')\ndef x(): return helper()\n"
            ),
        }
    )

    assert [route.path for route in report.routes] == ["/x"]


def test_a_package_runs_before_its_modules(audit_files: Auditor) -> None:
    """As in Python: a table whose package imports it early has its base class all the same."""
    report = audit_files(
        {
            "shop/__init__.py": "from shop.models import Tag\n",
            "shop/models.py": (
                "from sqlalchemy import Column, Integer\n"
                "from shop.base import Base\n\n\n"
                "class Tag(Base):\n"
                "    id = Column(Integer, primary_key=True)\n"
            ),
            "shop/base.py": (
                "from sqlalchemy.orm import DeclarativeBase\n"
                "from shop import errors\n\n\n"
                "class Base(DeclarativeBase):\n    pass\n"
            ),
            "shop/errors.py": "class MissingError(Exception):\n    pass\n",
            "main.py": (
                "from fastapi import Depends, FastAPI\n"
                "from shop.base import Base\n"
                "from shop.models import Tag\n"
                "from sqlalchemy.orm import Session\n\n"
                "app = FastAPI()\n\n\n"
                "def opened():\n    with Session() as session:\n        yield session\n\n\n"
                '@app.delete("/tags/{tag_id}")\n'
                "def delete_tag(tag_id: int, session: Session = Depends(opened)):\n"
                "    session.delete(session.get(Tag, tag_id))\n"
                "    session.commit()\n"
            ),
        }
    )

    assert [route.auth.verdict for route in report.routes] == [Verdict.VIOLATED]


def test_a_dependency_in_an_unreadable_file_makes_the_route_unknown(
    base_file: str, audit_files: Auditor
) -> None:
    """What cannot be read is never proved."""
    report = audit_files(
        {
            "main.py": (
                "from fastapi import Depends, FastAPI\nfrom sqlmodel import select\n"
                "from guard import verified\nfrom base import Note, SessionDep\napp = FastAPI()\n"
                "@app.get('/api/notes')\ndef x(session: SessionDep, user=Depends(verified)):\n"
                "    return session.exec(select(Note).where(Note.owner_id == user.id)).all()\n"
            ),
            "guard.py": "def verified(:\n",
            "base.py": base_file,
        }
    )

    assert report.routes[0].auth.verdict is Verdict.UNKNOWN
    assert [item.path for item in report.unreadable] == ["guard.py"]
    assert report.summary.proved == 0


def test_a_declared_public_route_is_public(audit_files: Auditor) -> None:
    """The settings name it, and nothing is said about it."""
    files = {
        "main.py": (
            "from fastapi import FastAPI\napp = FastAPI()\n"
            "@app.get('/api/prices')\ndef prices(): return 1\n"
        )
    }

    report = audit_files(files, AuditSettings(public_routes=("GET /api/prices",)))

    assert report.routes[0].auth.verdict is Verdict.PUBLIC
    assert not report.diagnostics


def test_an_empty_program_has_no_routes(audit_files: Auditor) -> None:
    """Nothing is found in nothing."""
    report = audit_files({})

    assert report.routes == ()
    assert report.summary.routes == 0


def test_a_folder_that_is_itself_the_package_keeps_its_routes(
    base_file: str, audit_files: Auditor
) -> None:
    """Imports may begin with the name of the folder that is audited, which nobody knows."""
    files = {
        "main.py": "from fastapi import FastAPI\nfrom shop.api.x import router\n"
        "app = FastAPI()\napp.include_router(router)\n",
        "api/x.py": "from fastapi import APIRouter\nfrom shop.base import UserId\n"
        "router = APIRouter()\n"
        "@router.get('/api/x')\ndef handler(user: UserId): return 1\n",
        "base.py": base_file,
    }

    (route,) = audit_files(files).routes

    assert route.verdict is Verdict.PROVED


@pytest.mark.parametrize(
    ("routers", "words"),
    [
        ("from elsewhere.x import router\napp.include_router(router)\n", "was not found"),
        ("router = APIRouter()\n@router.get('/x')\ndef handler(): return 1\n", "no app"),
    ],
)
def test_a_router_that_is_lost_or_not_mounted_is_named(
    routers: str, words: str, audit_files: Auditor
) -> None:
    """Routes that are not in the table do not vanish in silence."""
    head = "from fastapi import APIRouter, FastAPI\napp = FastAPI()\n"

    report = audit_files({"main.py": head + routers})

    (note,) = [item for item in report.diagnostics if item.rule == "undecided"]
    assert words in note.message
