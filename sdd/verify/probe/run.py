"""One job from standard input to a line of events: load, describe, attack, or run the tests."""

import asyncio
import json
import logging
import os
import secrets
import sys
import tempfile
import traceback
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from . import confine, database, describe, environment, own_tests, sources
from .asgi import Client, Request
from .atlas import Atlas, Expectations, expectations
from .attacks import TokenAttacks
from .channel import Channel
from .forgeries import Genuine
from .identity import Identities, NobodyError, Registry
from .isolation import Isolation
from .loading import Loaded, LoadError, load_app
from .operations import Document, Operation, singular
from .synthesis import Maker
from .tokens import KeySetSigner, SecretSigner, Signer, key_set_signer
from .world import World

_SECRET_BYTES = 48
_TRACEBACK = 1500


class Job:
    """What was asked, with the places and secrets of this run."""

    def __init__(self, asked: dict[str, Any], scratch: Path) -> None:
        self.stages: list[str] = asked["stages"]
        self.folder = Path(asked["folder"]).resolve()
        self.app: str | None = asked.get("app")
        self.spec: dict[str, Any] | None = asked.get("spec")
        self.seconds: float = asked.get("seconds", 60.0)
        self.given: dict[str, str] = asked.get("environment") or {}
        self.asynchronous: bool | None = asked.get("asynchronous")
        self.database_url: str | None = asked.get("database_url")
        self.secret: str = asked.get("secret") or secrets.token_urlsafe(_SECRET_BYTES)
        self.auth: dict[str, Any] = asked.get("auth") or {}
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
        shared: list[Signer] = [SecretSigner(self.secret, f"HS256 and {name}")]
        keys: list[Signer] = [self.key_set] if self.key_set else []
        return keys + shared if self.auth.get("mode") == "jwks" else shared + keys


def main() -> None:
    """Run the job on standard input and leave at once: a backend's threads do not hold us."""
    channel = Channel.take_stdout()
    asked = json.load(sys.stdin)
    logging.disable(logging.CRITICAL)
    scratch = tempfile.TemporaryDirectory(prefix="sdd-verify-", ignore_cleanup_errors=True)
    job = Job(asked, Path(scratch.name))
    confine.close_network([urlsplit(job.database_url or "").hostname or ""])
    timer = confine.watch_time(
        job.seconds,
        job.folder,
        job.scratch,
        lambda where: channel.emit({"event": "hang", "stage": channel.stage, "where": where}),
    )
    try:
        _run(job, channel)
    except Exception:  # noqa: BLE001 - what the backend raises is caught where it is called: a bug
        channel.emit({"event": "bug", "text": traceback.format_exc()[-_TRACEBACK:]})
    finally:
        timer.cancel()
        os.chdir("/")
        scratch.cleanup()
        sys.stderr.flush()
    os._exit(0)


def _run(job: Job, channel: Channel) -> None:
    os.chdir(job.folder)
    job.prepare()
    if "tests" in job.stages:
        channel.begin("tests")
        channel.result(own_tests.run(job.folder))
        return
    channel.begin("import")
    try:
        loaded = load_app(job.folder, job.app, job.scratch)
    except LoadError as error:
        channel.result({"ok": False, **error.facts})
        return
    asyncio.run(_Session(job, channel, loaded).run())


class _Session:
    """The stages that need the imported application, in one event loop."""

    def __init__(self, job: Job, channel: Channel, loaded: Loaded) -> None:
        self._job = job
        self._channel = channel
        self._loaded = loaded
        self._client = Client(loaded.served, job.folder)
        self._tables: list[dict[str, Any]] = []

    async def run(self) -> None:
        """Start the application and go through the stages."""
        job, channel = self._job, self._channel
        fault = await self._client.start()
        document = describe.openapi(self._loaded.fastapi) if fault is None else {}
        facts = {
            "ok": fault is None,
            "kind": "startup",
            "app": self._loaded.reference,
            "operations": len(Document(document).operations()),
            **(fault or {}),
        }
        channel.result(facts)
        if fault is not None:
            return
        channel.begin("describe")
        handlers = describe.handlers(self._loaded.fastapi, job.folder)
        self._tables = describe.tables(job.folder)
        channel.result(
            {
                "openapi": document,
                "handlers": handlers,
                "tables": self._tables,
            }
        )
        if {"isolation", "tokens"} & set(job.stages):
            await self._attack(Document(document))
        await self._client.stop()

    async def _attack(self, document: Document) -> None:
        job, channel = self._job, self._channel
        database_fault = await database.create_tables(job.url)
        expected = expectations(job.spec, _shared(self._tables))
        atlas = Atlas(document, expected)
        world = World(self._client, atlas, Maker(document))
        stages = [name for name in ("isolation", "tokens") if name in job.stages]
        channel.begin(stages[0])
        try:
            who = await self._registry(document, atlas, world).find()
        except NobodyError as error:
            for stage in stages:
                channel.begin(stage)
                channel.result({"nobody": str(error), "database": database_fault})
            return
        common = {"operations": len(document.operations()), "public": atlas.public, "how": who.how}
        if "isolation" in stages:
            found = await Isolation(self._client, world, who, expected).run()
            channel.result({**found, **common, "shared": sorted(expected.shared)})
        if "tokens" in stages:
            channel.begin("tokens")
            found = await self._tokens(world, who, expected)
            channel.result({**found, **common})

    async def _tokens(
        self, world: World, who: Identities, expected: Expectations
    ) -> dict[str, Any]:
        if "isolation" not in self._job.stages:
            await world.populate(who.victim, 1)
        for resource in world.atlas.resources:
            # What went before may have deleted rows; the refusals must concern one that exists.
            await world.create(who.victim, resource)
        genuine = Genuine(
            token=who.victim.token,
            claims=who.claims,
            signer=who.signer,
            subject=self._job.auth.get("subject") or "sub",
            issuer=bool(self._job.auth.get("issuer")),
            audience=bool(self._job.auth.get("audience")),
            public=_public_keys(self._job.key_set),
        )
        return await TokenAttacks(self._client, world, who, expected, genuine).run()

    def _registry(self, document: Document, atlas: Atlas, world: World) -> Registry:
        auth = self._job.auth
        extra = {
            name: auth[key]
            for name, key in (("iss", "issuer"), ("aud", "audience"))
            if auth.get(key)
        }
        return Registry(
            self._client,
            document,
            self._tables,
            self._job.url,
            lambda user: _controls(atlas, world, user),
            self._job.signers(),
            auth.get("subject") or "sub",
            extra,
        )


def _controls(atlas: Atlas, world: World, user: str) -> list[Request]:
    """Pick requests that show whether a token is accepted: reads, the plainest first."""

    def rank(operation: Operation) -> tuple[bool, bool, int]:
        stated = atlas.expected.needs_user(operation) is True
        return not stated, operation.method != "GET", len(operation.path_parameters)

    return [
        Request(
            operation.method,
            world.path(operation, user, {}, "zq"),
            world.required_query(operation, "zq"),
            json={} if operation.body is not None else None,
            route=operation.name,
        )
        for operation in sorted(atlas.operations, key=rank)[:3]
    ]


def _shared(tables: list[dict[str, Any]]) -> list[str]:
    """Name the resources whose tables bear no owner, neither themselves nor above."""
    by_name = {table["name"]: table for table in tables}
    user_names = {"user", "users", "account", "accounts", "auth_user", "app_users"}

    def owned(name: str, seen: frozenset[str]) -> bool:
        if name in user_names:
            return True
        table = by_name.get(name)
        if table is None or name in seen:
            return False
        for column in table["columns"]:
            if column["name"] in database.OWNER_NAMES:
                return True
            targets = [key["target"].split(".")[-2] for key in column["foreign_keys"]]
            if any(owned(target, seen | {name}) for target in targets):
                return True
        return False

    return [singular(name) for name in by_name if not owned(name, frozenset())]


def _public_keys(keys: KeySetSigner | None) -> tuple[bytes, ...]:
    if keys is None:
        return ()
    return keys.pem, keys.raw, json.dumps(keys.key).encode()
