"""The operations of an OpenAPI document, and the resources that their paths speak of."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

METHODS = ("get", "post", "put", "patch", "delete")
USER_PARAMETERS = frozenset(
    {"user_id", "userid", "user", "uid", "owner_id", "ownerid", "user_uuid", "account_id", "sub"}
)
REGISTER = frozenset({"register", "signup", "sign-up", "sign_up", "registration"})
LOGIN = frozenset({"login", "signin", "sign-in", "sign_in", "token", "access-token"})
_PUBLIC = (
    REGISTER
    | LOGIN
    | frozenset(
        {
            "health",
            "healthz",
            "healthcheck",
            "health-check",
            "live",
            "livez",
            "liveness",
            "ready",
            "readyz",
            "readiness",
            "ping",
            "status",
            "version",
            "metrics",
            "docs",
            "redoc",
            "openapi.json",
            "info",
            "root",
            "logout",
            "signout",
            "sign-out",
            "refresh",
            "refresh-token",
            "forgot-password",
            "reset-password",
            "verify-email",
            "password-reset",
            "jwks",
            "jwks.json",
            "webhook",
            "webhooks",
            "csrf",
            "favicon.ico",
            "robots.txt",
        }
    )
)

_SIGNING_IN = frozenset({"oauth", "oauth2", "sso", "saml", "oidc", "callback", "webhooks"})


@dataclass(frozen=True)
class Parameter:
    """A parameter outside the body."""

    name: str
    where: str
    schema: Mapping[str, Any]
    required: bool


@dataclass(frozen=True)
class Operation:
    """One method on one path."""

    method: str
    path: str
    parameters: tuple[Parameter, ...]
    body: Mapping[str, Any] | None
    media_type: str
    secured: bool
    statuses: tuple[int, ...]
    response: Mapping[str, Any] | None

    @cached_property
    def name(self) -> str:
        """`METHOD /path`."""
        return f"{self.method} {self.path}"

    @cached_property
    def segments(self) -> tuple[str, ...]:
        """The path's parts."""
        return tuple(part for part in self.path.split("/") if part)

    @cached_property
    def path_parameters(self) -> tuple[str, ...]:
        """Names of the parameters in the path, in its order."""
        return tuple(re.findall(r"\{(\w+)(?::\w+)?\}", self.path))

    @cached_property
    def looks_public(self) -> bool:
        """Whether its words are those of health checks, documentation and signing in."""
        literals = [part.lower() for part in self.segments if not part.startswith("{")]
        words = [part for part in literals if part not in {"api", "v1", "v2"}]
        if not words and not self.path_parameters:
            return True
        if _SIGNING_IN & set(words):
            return True
        return bool(words) and not self.path_parameters and words[-1] in _PUBLIC

    def parameter(self, name: str) -> Parameter | None:
        """Find a parameter by name."""
        return next((item for item in self.parameters if item.name == name), None)


class Document:
    """An OpenAPI document with its references resolved on demand."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document

    def resolve(self, schema: Any) -> dict[str, Any]:
        """Follow `$ref` and merge `allOf`; anything that is no schema is the empty one."""
        for _ in range(20):
            if not isinstance(schema, Mapping) or "$ref" not in schema:
                break
            rest = {key: value for key, value in schema.items() if key != "$ref"}
            schema = {**self._target(str(schema["$ref"])), **rest}
        if not isinstance(schema, Mapping):
            return {}
        if "allOf" not in schema:
            return dict(schema)
        merged: dict[str, Any] = {key: value for key, value in schema.items() if key != "allOf"}
        for part in schema["allOf"]:
            other = self.resolve(part)
            merged["properties"] = {**other.get("properties", {}), **merged.get("properties", {})}
            merged["required"] = [*merged.get("required", []), *other.get("required", [])]
            merged = {**other, **merged}
        return merged

    def _target(self, reference: str) -> Mapping[str, Any]:
        place: Any = self._document
        for part in reference.removeprefix("#/").split("/"):
            key = part.replace("~1", "/").replace("~0", "~")
            place = place.get(key, {}) if isinstance(place, Mapping) else {}
        return place if isinstance(place, Mapping) else {}

    def operations(self) -> tuple[Operation, ...]:
        """List every operation, in the document's order."""
        return tuple(self._operations())

    def _operations(self) -> Iterator[Operation]:
        everywhere = bool(self._document.get("security"))
        for path, item in (self._document.get("paths") or {}).items():
            for method in METHODS:
                if method in item:
                    yield self._operation(method, path, item, secured=everywhere)

    def _operation(
        self, method: str, path: str, item: Mapping[str, Any], *, secured: bool
    ) -> Operation:
        stated = item[method]
        merged = [*item.get("parameters", []), *stated.get("parameters", [])]
        body, media_type = self._content(self.resolve(stated.get("requestBody")))
        answers = stated.get("responses") or {}
        good = next((answers[key] for key in sorted(answers) if str(key).startswith("2")), None)
        response, _ = self._content(self.resolve(good))
        return Operation(
            method=method.upper(),
            path=path,
            parameters=tuple(self._parameter(entry) for entry in merged),
            body=body,
            media_type=media_type,
            secured=bool(stated["security"]) if "security" in stated else secured,
            statuses=tuple(int(key) for key in answers if str(key).isdigit()),
            response=response,
        )

    def _parameter(self, entry: Mapping[str, Any]) -> Parameter:
        entry = self.resolve(entry)
        return Parameter(
            name=entry.get("name", ""),
            where=entry.get("in", "query"),
            schema=self.resolve(entry.get("schema")),
            required=bool(entry.get("required")),
        )

    def _content(self, holder: Mapping[str, Any]) -> tuple[Mapping[str, Any] | None, str]:
        content = holder.get("content") or {}
        for media_type, entry in content.items():
            return self.resolve(entry.get("schema")), media_type
        return None, ""


def shape(path: str) -> str:
    """Return a path with the names of its parameters taken out."""
    return re.sub(r"\{[^}]*\}", "{}", path.rstrip("/")) or "/"


def is_user_parameter(name: str) -> bool:
    """Tell whether a path parameter stands for a user."""
    return name.lower() in USER_PARAMETERS


def singular(word: str) -> str:
    """Return a collection's name for one of its members: `tasks` → `task`."""
    word = word.lower().replace("-", "_")
    if word.endswith("ies") and len(word) > 4:
        return f"{word[:-3]}y"
    if re.search(r"(ss|x|z|ch|sh|us)es$", word):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us")) else word
