"""Two users whom the backend believes: through its own sign-up, or by tokens we sign."""

import re
import secrets
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from . import database
from .messages import Client, Request, Response
from .operations import LOGIN, REGISTER, Document, Operation
from .synthesis import Maker
from .tokens import SUBJECTS, Signer, claims, decode_part

_UNKNOWN = (401, 403)
_TEXT_ID = 32


@dataclass(frozen=True)
class Actor:
    """A user: the id that their rows bear, a token, and the mark that their texts begin with."""

    letter: str
    id: str
    token: str
    prefix: str

    def header(self) -> tuple[tuple[str, str], ...]:
        """Return the header that says who they are."""
        return (("authorization", f"Bearer {self.token}"),)

    def marks(self, text: str) -> list[str]:
        """Return the complete marks of theirs that a text holds."""
        return re.findall(rf"{self.prefix}n\d\d", text)


@dataclass(frozen=True)
class Identities:
    """Who attacks whom, how their tokens are signed, and the claims of a good token."""

    victim: Actor
    attacker: Actor
    how: str
    signer: Signer | None
    claims: dict[str, Any]


class NobodyError(Exception):
    """No token of ours was accepted, so nothing can be asked as a user."""


@dataclass
class Registry:
    """Finds the two users of a backend."""

    client: Client
    document: Document
    tables: list[dict[str, Any]]
    url: str
    control: Callable[[str], Sequence[Request]]
    signers: Sequence[Signer]
    subject: str
    extra_claims: dict[str, Any]
    given: Sequence[str] = ()
    fault: str | None = None

    async def find(self) -> Identities:
        """Return two users whose tokens the backend accepts.

        Raises:
            NobodyError: None was accepted; says what was tried.
        """
        if not self.control(""):
            raise NobodyError("no operation needs a user")
        if self.given:
            return await self._of_tokens(list(self.given), "tokens of the given command")
        operations = self.document.operations()
        register = _named(operations, REGISTER)
        login = _named(operations, LOGIN)
        if register is not None:
            found = await self._through_login(register, login)
            if found is not None:
                return found
        return await self._by_signing()

    async def accepted(self, token: str, user: str) -> bool:
        """Tell whether a token opens what a bad one does not."""
        for request in self.control(user):
            answer = await self.client.send(_with_token(request, token))
            plain = "{" not in request.route
            if (
                answer.good
                or answer.status in {400, 409, 422}
                or (answer.status == 404 and not plain)
            ):
                return True
            if answer.status == 403:
                bad = await self.client.send(_with_token(request, "not.a.token"))
                if bad.status == 401:
                    return True
        return False

    async def _by_signing(self) -> Identities:
        last = ""
        for signer in self.signers:
            for kind in self._kinds():
                victim_id, attacker_id = _ids(self._key_kind() if kind == "email" else kind)
                emails = [f"zq{letter}{secrets.token_hex(3)}@example.com" for letter in "ab"]
                await self._insert(kind, (victim_id, attacker_id), emails)
                subjects = emails if kind == "email" else [victim_id, attacker_id]
                for more in self._claim_sets(signer):
                    made = [
                        claims(subject, claim=self.subject, email=email, **more)
                        for subject, email in zip(subjects, emails, strict=True)
                    ]
                    tokens = [signer.sign(item) for item in made]
                    if await self.accepted(tokens[0], victim_id):
                        ids = (victim_id, attacker_id)
                        return _pair(
                            ids, tokens, signer, made[0], f"tokens signed with {signer.described}"
                        )
            last = signer.described
        fault = f"; no row for a user: {self.fault}" if self.fault else ""
        raise NobodyError(f"no token of ours was accepted (tried {last or 'nothing'}){fault}")

    def _kinds(self) -> Iterator[str]:
        """Yield forms of user ids: what the tables say first, then the usual ones."""
        stated = [self._key_kind(), *database.owner_kinds(self.tables)]
        yield from dict.fromkeys(
            [*(kind for kind in stated if kind in {"int", "uuid"}), "str", "uuid", "int", "email"]
        )

    def _key_kind(self) -> str:
        """Return the form of the keys in the table of users."""
        table = database.user_table()
        return database.key_kind(table) if table is not None else "str"

    def _claim_sets(self, signer: Signer) -> Iterator[dict[str, Any]]:
        yield dict(self.extra_claims)
        url = getattr(signer, "url", None)
        if url and not {"iss", "aud"} & self.extra_claims.keys():
            yield {**self.extra_claims, "iss": url, "aud": url}

    async def _insert(self, kind: str, ids: Sequence[str], emails: Sequence[str]) -> None:
        """Give the users rows of their own, where a table of users is found."""
        table = database.user_table()
        key = self._key_kind()
        if table is None or (kind not in {"email", key} and "str" not in {kind, key}):
            return
        for user_id, email in zip(ids, emails, strict=True):
            self.fault = await database.insert_user(table, self.url, user_id, email) or self.fault

    async def _through_login(
        self, register: Operation, login: Operation | None
    ) -> Identities | None:
        maker = Maker(self.document)
        tokens: list[str] = []
        for letter in "ab":
            mark = f"zq{letter}{secrets.token_hex(3)}"
            body = maker.body(register.body or {}, mark, full=True, fixed={})
            answer = await self._submit(register, body)
            if not answer.good:
                return None
            token = _token_in(answer.value)
            if token is None and login is not None:
                token = await self._sign_in(login, maker, body)
            if token is None:
                return None
            tokens.append(token)
        try:
            return await self._of_tokens(tokens, f"users registered by {register.name}")
        except NobodyError:
            return None

    async def _of_tokens(self, tokens: list[str], how: str) -> Identities:
        """Take two tokens as they are, and find out whose they are.

        Raises:
            NobodyError: They are of one user, of nobody known, or refused.
        """
        payloads = [decode_part(token.split(".")[1]) if "." in token else None for token in tokens]
        ids = [
            await self._id(payload, token) for payload, token in zip(payloads, tokens, strict=True)
        ]
        if None in ids or ids[0] == ids[1]:
            raise NobodyError(f"{how}: they do not name two users")
        pair = [str(item) for item in ids]
        for token, user in zip(tokens, pair, strict=True):
            if not await self.accepted(token, user):
                raise NobodyError(f"{how}: the backend refuses them")
        signer = await self._matching_signer(payloads[0], pair[0])
        return _pair(pair, tokens, signer, payloads[0] or {}, how)

    async def _sign_in(self, login: Operation, maker: Maker, body: dict[str, Any]) -> str | None:
        names = [body.get(key) for key in ("email", "username", "name") if body.get(key)]
        for name in names:
            known = {**body, "username": name}
            fields = maker.body(login.body or {}, "zq", full=False, fixed={})
            filled = {key: known.get(key, value) for key, value in (fields or {}).items()}
            filled = filled or {"username": name, "password": body.get("password")}
            token = _token_in((await self._submit(login, filled)).value)
            if token is not None:
                return token
        return None

    async def _submit(self, operation: Operation, body: dict[str, Any]) -> Response:
        if "form" in operation.media_type:
            form = {key: str(value) for key, value in body.items()}
            request = Request("POST", operation.path, form=form, route=operation.name)
        else:
            request = Request("POST", operation.path, json=body, route=operation.name)
        return await self.client.send(request)

    async def _id(self, payload: Any, token: str) -> str | None:
        headers = (("authorization", f"Bearer {token}"),)
        for operation in self.document.operations():
            if operation.method == "GET" and operation.segments[-1:] in {("me",), ("profile",)}:
                answer = await self.client.send(
                    Request("GET", operation.path, headers=headers, route=operation.name)
                )
                value = answer.value
                if isinstance(value, dict) and value.get("id") is not None:
                    return str(value["id"])
        if isinstance(payload, dict):
            found = (payload.get(name) for name in (self.subject, *SUBJECTS))
            return next((str(item) for item in found if item is not None), None)
        return None

    async def _matching_signer(self, payload: Any, user: str) -> Signer | None:
        """Find the signer that would have made this token, so that it can be forged from."""
        for signer in self.signers:
            if isinstance(payload, dict) and await self.accepted(signer.sign(payload), user):
                return signer
        return None


def _pair(
    ids: Sequence[str],
    tokens: Sequence[str],
    signer: Signer | None,
    payload: dict[str, Any],
    how: str,
) -> Identities:
    actors = [
        Actor(letter, user_id, token, f"zq{letter}{secrets.token_hex(3)}")
        for letter, user_id, token in zip("ab", ids, tokens, strict=True)
    ]
    return Identities(actors[0], actors[1], how, signer, payload)


def _ids(kind: str) -> tuple[str, str]:
    match kind:
        case "uuid":
            return str(uuid.uuid4()), str(uuid.uuid4())
        case "int" | "email":
            first = 700_000 + secrets.randbelow(90_000)
            return str(first), str(first + 1)
        case _:
            return secrets.token_hex(_TEXT_ID // 2), secrets.token_hex(_TEXT_ID // 2)


def _named(operations: Sequence[Operation], words: frozenset[str]) -> Operation | None:
    posts = (item for item in operations if item.method == "POST" and item.segments)
    return next((item for item in posts if item.segments[-1].lower() in words), None)


def _with_token(request: Request, token: str) -> Request:
    return replace(request, headers=(("authorization", f"Bearer {token}"),))


def _token_in(value: Any) -> str | None:
    """Find the access token in an answer."""
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: ("access" not in name.lower(), name))
        for name in names:
            item = value[name]
            wanted = "token" in name.lower() or name.lower() in {"jwt", "access"}
            if isinstance(item, str) and wanted and "type" not in name.lower() and len(item) > 20:
                return item
        for item in value.values():
            found = _token_in(item)
            if found:
                return found
    return None
