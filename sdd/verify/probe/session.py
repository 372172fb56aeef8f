"""The stages on a running application: describe it, then attack it."""

import json
from pathlib import Path
from typing import Any, Protocol

from . import database, describe, fuzz
from .asgi import AsgiClient
from .atlas import Atlas, Expectations, expectations
from .attacks import TokenAttacks
from .channel import Channel
from .forgeries import Genuine
from .identity import Identities, NobodyError, Registry
from .isolation import Isolation
from .job import Job
from .loading import Loaded
from .messages import Client, Request
from .operations import Document, Operation, singular
from .roles import role_claims
from .synthesis import Maker
from .tokens import KeySetSigner
from .wire import WireClient
from .world import World

# Schemathesis's cases for each operation in a phase; a large application gets fewer for each.
_EXAMPLES, _FEWEST, _MOST = 400, 5, 25


class Application(Protocol):
    """An application that can be asked, wherever it runs."""

    client: Client
    reference: str

    def describe(self) -> tuple[dict[str, Any], list[dict[str, Any]], list[dict[str, Any]]]:
        """Return its OpenAPI document, its handlers with their places, and its tables."""
        ...

    async def fill(self, url: str, /) -> str | None:
        """Create the tables that are missing; return what went wrong, or None."""
        ...


class Imported:
    """An application in this process."""

    def __init__(self, loaded: Loaded, folder: Path) -> None:
        self.client: Client = AsgiClient(loaded.served, folder)
        self.reference = loaded.reference
        self.served = loaded.served
        self._fastapi = loaded.fastapi
        self._folder = folder

    def describe(self) -> tuple[dict[str, Any], list[dict[str, Any]], list[dict[str, Any]]]:
        """Return its OpenAPI document, its handlers with their places, and its tables."""
        document = describe.openapi(self._fastapi)
        handlers = describe.handlers(self._fastapi, self._folder)
        return document, handlers, describe.tables(self._folder)

    async def fill(self, url: str) -> str | None:
        """Create the tables that are missing; return what went wrong, or None."""
        return await database.create_tables(url)


class Served:
    """An application behind a server that runs already: neither code nor tables are in sight."""

    def __init__(self, client: WireClient) -> None:
        self.client: Client = client
        self.reference = client.base_url
        self._wire = client

    def describe(self) -> tuple[dict[str, Any], list[dict[str, Any]], list[dict[str, Any]]]:
        """Return the OpenAPI document that the server sends."""
        return self._wire.document, [], []

    async def fill(self, _: str) -> str | None:
        """Leave the server's database alone."""
        return None


class Session:
    """The stages that need a running application, in one event loop."""

    def __init__(self, job: Job, channel: Channel, application: Application) -> None:
        self._job = job
        self._channel = channel
        self._application = application
        self._client = application.client
        self._tables: list[dict[str, Any]] = []

    async def run(self) -> None:
        """Start the application and go through the stages."""
        channel = self._channel
        fault = await self._client.start()
        facts = {"ok": fault is None, "kind": "startup", "app": self._application.reference}
        if fault is not None:
            channel.result({**facts, **fault, "operations": 0})
            return
        openapi, handlers, self._tables = self._application.describe()
        channel.result({**facts, "operations": len(Document(openapi).operations())})
        channel.begin("describe")
        channel.result({"openapi": openapi, "handlers": handlers, "tables": self._tables})
        if {"isolation", "tokens", "fuzz"} & set(self._job.stages):
            await self._attack(openapi)
        await self._client.stop()

    async def _attack(self, openapi: dict[str, Any]) -> None:
        job, channel, document = self._job, self._channel, Document(openapi)
        database_fault = await self._application.fill(job.url)
        expected = expectations(job.spec, _shared(self._tables))
        atlas = Atlas(document, expected)
        world = World(self._client, atlas, Maker(document))
        stages = [name for name in ("isolation", "tokens", "fuzz") if name in job.stages]
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
        if "fuzz" in stages:
            channel.begin("fuzz")
            examples = max(_EXAMPLES // max(len(document.operations()), 1), _FEWEST)
            trial = fuzz.Trial(
                openapi, job.scratch, job.schemathesis, who.victim.token, min(examples, _MOST)
            )
            found = await fuzz.run(self._client, trial)
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
        extra |= role_claims(atlas.expected)
        return Registry(
            self._client,
            document,
            self._tables,
            self._job.url,
            lambda user: _controls(atlas, world, user),
            self._job.signers(),
            auth.get("subject") or "sub",
            extra,
            self._job.tokens,
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
