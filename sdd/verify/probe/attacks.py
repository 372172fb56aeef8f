"""Forged tokens against every operation that needs a user."""

import re
from typing import Any

from .atlas import Expectations
from .findings import Findings
from .forgeries import Forgery, Genuine, forgeries
from .identity import Identities
from .messages import NO_ANSWER, Client, Request, Response
from .operations import Operation
from .world import World

_REFUSED = frozenset({401, 403})
# A deletion that is tried twice finds nothing: the token was believed all the same.
_PAST_THE_CHECK = frozenset({404, 409})
_TOO_MANY = 429
_MOST_DEEP = 3
# How a server answers for itself, before any application, to what HTTP does not carry.
_SERVERS_OWN = frozenset({400, 413, 431, NO_ANSWER})
_LONGEST_HEADER = 8000
_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_RULES = (
    ("claims:", "tokens-claims-ignored"),
    ("subject:", "tokens-odd-subject"),
    ("token in", "tokens-outside-header"),
    ("header ", "tokens-outside-header"),
)


class TokenAttacks:
    """Sends every forgery to a few operations, and the telling ones to all."""

    def __init__(
        self,
        client: Client,
        world: World,
        who: Identities,
        expected: Expectations,
        genuine: Genuine,
    ) -> None:
        self._client = client
        self._world = world
        self._who = who
        self._expected = expected
        self._forgeries = forgeries(genuine)
        self._accepted: dict[tuple[str, str], list[str]] = {}
        self._told: dict[tuple[str, str], Response] = {}
        self._severity: dict[tuple[str, str], str] = {}
        self._challenge = False
        self.findings = Findings()

    async def run(self) -> dict[str, Any]:
        """Try everything; return the findings."""
        protected = [
            item for item in self._world.atlas.operations if await self._takes_good_token(item)
        ]
        already = len(self._client.server_errors)
        deep = _representatives(protected)
        for operation in protected:
            for forgery in self._forgeries:
                limited = operation.name in self.findings.unprobed
                if not limited and (forgery.quick or operation in deep):
                    await self._try(operation, forgery)
        self._report()
        errors = self._client.server_errors[already:]
        self.findings.add_server_errors("tokens-server-error", errors)
        return {
            **self.findings.facts(),
            "forgeries": len(self._forgeries),
            "deep": [item.name for item in deep],
            "signed": self._who.signer is not None,
        }

    async def _takes_good_token(self, operation: Operation) -> bool:
        """Check that the refusals to come are due to the token: a good one is taken."""
        with_token = await self._call(operation, self._who.victim.header(), ())
        if with_token.status == 401 or with_token.status >= 500:
            self.findings.unprobed[operation.name] = f"refuses a good token: {with_token.excerpt()}"
            return False
        if self._expected.needs_user(operation) is None:
            without = await self._call(operation, (), ())
            if without.good:
                return False  # public, though nobody says so; the isolation probe judges that
        self.findings.probed.add(operation.name)
        return True

    async def _call(
        self,
        operation: Operation,
        headers: tuple[tuple[str, str], ...],
        raw: tuple[tuple[bytes, bytes], ...],
        query: tuple[tuple[str, str], ...] = (),
    ) -> Response:
        world, victim = self._world, self._who.victim
        slots = [found for _, found in world.atlas.slots(operation) if found is not None]
        rows = world.of(victim, slots[-1]) if slots else []
        chain = rows[-1].chain if rows else {}
        mark = f"{victim.prefix}n99"
        form = operation.media_type.startswith(("application/x-www", "multipart"))
        body = world.body(operation, chain, mark, full=False)
        request = Request(
            operation.method,
            world.path(operation, victim.id, chain, mark),
            world.required_query(operation, mark) + query,
            headers,
            None if form else body,
            {key: str(value) for key, value in body.items()} if form and body else None,
            operation.name,
            raw,
        )
        return await self._client.send(request)

    async def _try(self, operation: Operation, forgery: Forgery) -> None:
        self.findings.checks += 1
        raw = forgery.headers
        if forgery.raw is not None:
            raw = (*raw, (b"authorization", forgery.raw))
        answer = await self._call(operation, (), raw, forgery.query)
        if answer.status == _TOO_MANY:
            self.findings.unprobed[operation.name] = "its rate limit ends the attack (429)"
            return
        if self._client.over_http and _beyond_http(raw) and answer.status in _SERVERS_OWN:
            if answer.status == NO_ANSWER:
                self._client.server_errors.pop()
            return
        if not forgery.refused or answer.status >= 500:
            return
        strict = forgery.strict or self._expected.stated
        if answer.status == 401 or (not self._expected.stated and answer.status in _REFUSED):
            self._judge_form(operation, answer)
        elif answer.good or answer.status in _PAST_THE_CHECK:
            self._note(_rule(forgery), operation, forgery, answer, strict=strict)
        else:
            self._note("tokens-status", operation, forgery, answer, strict=self._expected.stated)

    def _note(
        self, rule: str, operation: Operation, forgery: Forgery, answer: Response, *, strict: bool
    ) -> None:
        key = rule, operation.name
        if strict and self._severity.get(key) != "error":
            self._severity[key] = "error"
            self._accepted.setdefault(key, []).insert(0, forgery.name)
            self._told[key] = answer
        else:
            self._accepted.setdefault(key, []).append(forgery.name)
            self._told.setdefault(key, answer)
            self._severity.setdefault(key, "warning")

    def _judge_form(self, operation: Operation, answer: Response) -> None:
        """A refusal has the error schema that the spec states, and names the scheme."""
        value = answer.value
        missing = [
            name
            for name in self._expected.error_fields
            if not isinstance(value, dict) or name not in value
        ]
        if missing:
            self.findings.add(
                "tokens-error-schema",
                operation.name,
                f"The body of 401 lacks {', '.join(missing)}",
                reason=answer.excerpt(),
            )
        wanted = self._expected.unauthorized_code
        if wanted and isinstance(value, dict) and wanted not in map(str, value.values()):
            self.findings.add(
                "tokens-error-schema",
                operation.name,
                f"The body of 401 lacks the error code {wanted}",
                reason=answer.excerpt(),
            )
        if answer.status == 401 and not answer.header("www-authenticate") and not self._challenge:
            self._challenge = True
            self.findings.add(
                "tokens-missing-challenge",
                operation.name,
                "Answers 401 without WWW-Authenticate",
                reason=answer.excerpt(),
                severity="warning",
            )

    def _report(self) -> None:
        for (rule, route), names in self._accepted.items():
            answer = self._told[rule, route]
            more = f" and {len(names) - 1} more" if len(names) > 1 else ""
            verb = (
                f"Answers {answer.status} instead of 401 to"
                if rule == "tokens-status"
                else "Accepts"
            )
            self.findings.add(
                rule,
                route,
                f"{verb} {names[0]}{more}",
                reason=f"{'; '.join(names[:12])} → {answer.excerpt()}",
                severity=self._severity[rule, route],
            )


def _rule(forgery: Forgery) -> str:
    return next(
        (rule for prefix, rule in _RULES if forgery.name.startswith(prefix)),
        "tokens-forgery-accepted",
    )


def _beyond_http(headers: tuple[tuple[bytes, bytes], ...]) -> bool:
    """Tell whether a header is one that servers need not pass on."""
    values = [value for _, value in headers]
    return any(len(value) > _LONGEST_HEADER or _CONTROL.search(value) for value in values)


def _representatives(operations: list[Operation]) -> list[Operation]:
    """Pick one operation of each kind, so that every way to be authenticated is tried in depth."""
    picked: dict[tuple[str, bool], Operation] = {}
    for operation in operations:
        kind = ("GET" if operation.method == "GET" else "write", bool(operation.path_parameters))
        picked.setdefault(kind, operation)
    return list(picked.values())[:_MOST_DEEP]
