"""How real code says that a route needs a known caller."""

import functools
from typing import Annotated

import jwt
from fastapi import APIRouter, Depends, FastAPI, Header, HTTPException, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer, OAuth2PasswordBearer
from fastapi_users import FastAPIUsers
from fastapi_utils.cbv import cbv
from sqlmodel import select

from base import SECRET, Bearer, Note, SessionDep, User, UserId, bearer, current_user_id

app = FastAPI()
scheme = OAuth2PasswordBearer(tokenUrl="/login")
Known = Depends(current_user_id)
PrebuiltId = Annotated[int, Known]


def mine(session, me):
    return session.exec(select(Note).where(Note.owner_id == me)).all()


@app.get("/api/proved/default")
def by_default(session: SessionDep, me: int = Depends(current_user_id)):
    return mine(session, me)


@app.get("/api/proved/inline")
def inline(session: SessionDep, me: Annotated[int, Depends(current_user_id)]):
    return mine(session, me)


@app.get("/api/proved/prebuilt")
def prebuilt(session: SessionDep, me: PrebuiltId):
    return mine(session, me)


@app.get("/api/none/decorator", dependencies=[Depends(current_user_id)])
def in_decorator():
    return {}


guarded = APIRouter(dependencies=[Depends(current_user_id)])


@guarded.get("/api/none/router")
def in_router():
    return {}


inner, outer = APIRouter(), APIRouter()


@inner.get("/api/none/included")
def included():
    return {}


outer.include_router(inner)
app.include_router(guarded)
app.include_router(outer, dependencies=[Depends(current_user_id)])

first, second = APIRouter(), APIRouter()


@first.get("/api/none/looped")
def looped():
    return {}


@second.get("/api/proved/looped_too")
def looped_too(session: SessionDep, me: UserId):
    return mine(session, me)


for one in {"a": first, "b": second}.values():
    app.include_router(one, dependencies=[Depends(current_user_id)])


class Guarded(APIRouter):
    def __init__(self, **options):
        super().__init__(dependencies=[Depends(current_user_id)], **options)


subclassed = Guarded()


@subclassed.get("/api/none/subclass")
def in_subclass():
    return {}


app.include_router(subclassed)


class WithUser:
    me: int = Depends(current_user_id)


class WithSession(WithUser):
    session: SessionDep


views = APIRouter()


@cbv(views)
class Notes(WithSession):
    @views.get("/api/proved/class_view")
    def notes(self):
        return mine(self.session, self.me)

    @views.get("/api/violated/class_view")
    def all_notes(self):
        return self.session.exec(select(Note)).all()


app.include_router(views)


class Accounts:
    def current(self, credentials: Bearer) -> int:
        try:
            return int(jwt.decode(credentials.credentials, SECRET, algorithms=["HS256"])["sub"])
        except jwt.PyJWTError:
            raise HTTPException(401) from None


accounts = Accounts()


@app.get("/api/proved/bound_method")
def bound_method(session: SessionDep, me: int = Depends(accounts.current)):
    return mine(session, me)


class Needs:
    def __init__(self, role):
        self.role = role

    def __call__(self, me: UserId) -> int:
        return me


def needs(role):
    return Needs(role)


@app.get("/api/proved/factory")
def by_factory(session: SessionDep, me: int = Depends(needs("reader"))):
    return mine(session, me)


class IsKnown:
    def __init__(self, request: Request):
        given = request.headers.get("authorization", "")
        try:
            jwt.decode(given.removeprefix("Bearer "), SECRET, algorithms=["HS256"])
        except jwt.PyJWTError:
            raise HTTPException(401) from None


class IsAnybody:
    def __init__(self, request: Request):
        self.request = request


class Permissions:
    def __init__(self, kinds):
        self.kinds = kinds

    def __call__(self, request: Request):
        for kind in self.kinds:
            kind(request)


@app.get("/api/none/permissions", dependencies=[Depends(Permissions([IsKnown]))])
def by_permissions():
    return {}


@app.get("/api/open/permissions", dependencies=[Depends(Permissions([IsAnybody]))])
def by_no_permissions(session: SessionDep):
    return session.exec(select(Note)).all()


users = FastAPIUsers(None, [])
active = users.current_user(active=True)


@app.get("/api/proved/fastapi_users")
def by_fastapi_users(session: SessionDep, user: User = Depends(active)):
    return mine(session, user.id)


def same(wanted: int, me: int):
    if wanted != me:
        raise HTTPException(403)


def path_user(user_id: int, me: UserId) -> int:
    same(user_id, me)
    return user_id


@app.get("/api/proved/path/{user_id}")
def by_path(session: SessionDep, user_id: int = Depends(path_user)):
    return mine(session, user_id)


@app.get("/api/proved/handler")
def by_handler(session: SessionDep, authorization: Annotated[str, Header()]):
    try:
        claims = jwt.decode(authorization[7:], SECRET, algorithms=["HS256"])
    except jwt.PyJWTError:
        raise HTTPException(401) from None
    return mine(session, int(claims["sub"]))


def needs_user(register, path):
    def decorate(function):
        @functools.wraps(function)
        def inside(*args, **kwargs):
            return function(*args, **kwargs)

        return register(path, dependencies=[Depends(current_user_id)])(inside)

    return decorate


@needs_user(app.get, "/api/none/own_decorator")
def own_decorator():
    return {}


@app.get("/api/proved/security")
def by_security(session: SessionDep, me: int = Security(current_user_id, scopes=["notes"])):
    return mine(session, me)


maybe = HTTPBearer(auto_error=False)


def optional_user(given: HTTPAuthorizationCredentials | None = Depends(maybe)):
    if given is None:
        return None
    try:
        return jwt.decode(given.credentials, SECRET, algorithms=["HS256"])["sub"]
    except jwt.PyJWTError:
        return None


@app.get("/api/open/optional")  # [optional-principal]
def by_optional(session: SessionDep, me: str | None = Depends(optional_user)):
    if me:
        return mine(session, me)
    return session.exec(select(Note)).all()


@app.get("/api/proved/optional_guarded")
def by_guarded_optional(session: SessionDep, me: str | None = Depends(optional_user)):
    if me is None:
        raise HTTPException(401)
    return mine(session, me)


@app.get("/api/open/scheme_only")  # [fake-authentication]
def by_scheme(session: SessionDep, token: str = Depends(scheme)):
    return session.exec(select(Note)).all()


@app.get("/api/open/constant")  # [fake-authentication]
def by_constant(session: SessionDep, me: None = Depends(lambda: None)):
    return session.exec(select(Note)).all()
