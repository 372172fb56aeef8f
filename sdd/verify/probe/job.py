"""What the probe was asked to do, and the environment that it makes for the backend."""

import secrets
from pathlib import Path
from typing import Any

from . import environment, sources
from .tokens import KeySetSigner, SecretSigner, Signer, key_set_signer

_SECRET_BYTES = 48


class Job:
    """What was asked, with the places and secrets of this run."""

    def __init__(self, asked: dict[str, Any], scratch: Path) -> None:
        self.stages: list[str] = asked["stages"]
        self.base_url: str | None = asked.get("base_url")
        self.tokens: list[str] = asked.get("tokens") or []
        self.folder = Path(asked["folder"]).resolve()
        self.app: str | None = asked.get("app")
        self.spec: dict[str, Any] | None = asked.get("spec")
        self.seconds: float = asked.get("seconds", 60.0)
        self.given: dict[str, str] = asked.get("environment") or {}
        self.asynchronous: bool | None = asked.get("asynchronous")
        self.database_url: str | None = asked.get("database_url")
        given_secret = asked.get("secret")
        # A running server has its secret already: one of ours would sign nothing that it takes.
        self.signs = bool(given_secret) or not self.base_url
        self.secret: str = given_secret or secrets.token_urlsafe(_SECRET_BYTES)
        self.auth: dict[str, Any] = asked.get("auth") or {}
        self.schemathesis: str = asked.get("schemathesis") or ""
        self.scratch = scratch
        self.url = ""
        self.secret_names: list[str] = []
        self.key_set: KeySetSigner | None = None

    def prepare(self) -> None:
        """Set the environment that the backend will read."""
        texts = [sources.read(path) for path in sources.python_files(self.folder)]
        if self.auth.get("mode") == "jwks" or any("JWK" in text for text in texts):
            self.key_set = key_set_signer()
        wants_async = self.asynchronous
        if wants_async is None:
            wants_async = sources.wants_async_driver(texts)
        self.url = environment.database_urls(
            self.scratch, self.database_url, asynchronous=wants_async
        )
        self.secret_names = environment.fill(
            sources.settings(texts),
            secret=self.secret,
            database_url=self.url,
            scratch=self.scratch,
            auth_url=self.key_set.url if self.key_set else None,
            more=self.given,
        )

    def signers(self) -> list[Signer]:
        """Return the signers worth trying, the stated mode first."""
        name = self.auth.get("secret_variable") or "the shared secret"
        shared: list[Signer] = (
            [SecretSigner(self.secret, f"HS256 and {name}")] if self.signs else []
        )
        keys: list[Signer] = [self.key_set] if self.key_set else []
        return keys + shared if self.auth.get("mode") == "jwks" else shared + keys
