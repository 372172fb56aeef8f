"""Drift of endpoints: which there are, where they are, whom they let in, what they take."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from sdd.ir.drift.bodies import body_differences
from sdd.ir.drift.difference import Difference, Side
from sdd.ir.matching import identifier
from sdd.ir.model import Application, Endpoint
from sdd.names import counted

_VERSION = re.compile(r"^v\d+$")
_FEWEST_MOVED = 2
_MOST_NAMED = 6
_FOLDED = frozenset({"drifted-answer", "drifted-body", "drifted-status"})
_CONVENTIONS = frozenset(
    {"", "health", "healthz", "healthcheck", "health-check", "ready", "readyz", "live", "livez"}
    | {"ping", "docs", "redoc", "openapi.json", "metrics", "favicon.ico", "version"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """The same endpoint on both sides."""

    spec: Endpoint
    code: Endpoint


def endpoint_differences(
    spec: Application, code: Application, columns: frozenset[str]
) -> Iterator[Difference]:
    """Yield what specs and code state differently about endpoints.

    Args:
        spec: What the specs state.
        code: What the code does.
        columns: Columns that only one side has: bodies that follow them say nothing new.
    """
    pairs, missing, extra = pair_endpoints(spec.endpoints, code.endpoints)
    twins = _twins(pairs, extra)
    extra = [item for item in extra if not any(item is twin.code for twin in twins)]
    yield from _moved(pairs)
    found = [item for pair in (*pairs, *twins) for item in _pair(pair, columns)]
    yield from _folded(list({item.fingerprint: item for item in reversed(found)}.values())[::-1])
    for endpoint in missing:
        yield Difference(
            rule="missing-endpoint",
            subject=endpoint.name,
            message=f"The specs state {endpoint.name}, the code does not answer it.",
            only=Side.SPEC,
            spec=endpoint.name,
            spec_span=endpoint.span,
        )
    yield from _unspecified([item for item in extra if not _is_convention(item)])


def _is_convention(endpoint: Endpoint) -> bool:
    """Whether an endpoint is there for machines and browsers, and no spec would state it."""
    last = endpoint.path.rstrip("/").rpartition("/")[2].casefold()
    return (
        endpoint.method in {"OPTIONS", "HEAD"}
        or last in _CONVENTIONS
        or endpoint.path.startswith("/.well-known/")
    )


def _unspecified(extra: list[Endpoint]) -> Iterator[Difference]:
    """Yield one difference for each resource that only the code knows."""
    groups: dict[str, list[Endpoint]] = {}
    for endpoint in extra:
        segments = [part for part in endpoint.path.split("/") if part]
        shared = segments[: len(split_path(endpoint)[0]) + 1]
        groups.setdefault("/" + "/".join(shared), []).append(endpoint)
    for path, group in groups.items():
        names = [endpoint.name for endpoint in group]
        told = (
            f"The code answers {names[0]}, no spec states it."
            if len(names) == 1
            else f"The code answers {counted(len(names), 'endpoint')} "
            f"under {path} that no spec states: "
            f"{', '.join(names[:_MOST_NAMED])}{', …' if len(names) > _MOST_NAMED else ''}."
        )
        yield Difference(
            rule="unspecified-endpoint",
            subject=names[0] if len(names) == 1 else path,
            message=told,
            only=Side.CODE,
            code=", ".join(names),
            code_span=group[0].span,
        )


def _folded(found: list[Difference]) -> Iterator[Difference]:
    """Yield what several endpoints say in the same words once, with how many they are."""
    groups: dict[tuple[str, str, str], list[Difference]] = {}
    for item in found:
        groups.setdefault((item.rule, item.spec, item.code), []).append(item)
    for (rule, _, _), group in groups.items():
        first = group[0]
        if len(group) == 1 or rule not in _FOLDED:
            yield from group
            continue
        others = ", ".join(item.subject for item in group[1:])
        told = f"{first.message.removesuffix('.')}; likewise {others}."
        yield replace(first, message=told, subject=f"{first.subject}, {others}")


def pair_endpoints(
    spec: Iterable[Endpoint], code: Iterable[Endpoint]
) -> tuple[list[Pair], list[Endpoint], list[Endpoint]]:
    """Pair what is the same endpoint: the same path, the same below its base, nearly the same."""
    missing, extra = list(spec), list(code)
    pairs: list[Pair] = []
    for same in (_same_path, _same_tail, _same_place):
        for endpoint in list(missing):
            found = [other for other in extra if same(endpoint, other)]
            if len(found) != 1 and same is not _same_path:
                continue
            if found:
                pairs.append(Pair(spec=endpoint, code=found[0]))
                missing.remove(endpoint)
                extra.remove(found[0])
    order = {id(endpoint): number for number, endpoint in enumerate(spec)}
    pairs.sort(key=lambda pair: order.get(id(pair.spec), 0))
    return pairs, missing, extra


def _twins(pairs: list[Pair], extra: list[Endpoint]) -> list[Pair]:
    """Pair what answers a paired route once more, often with a slash at the end."""
    return [
        Pair(spec=pair.spec, code=other)
        for other in extra
        for pair in pairs
        if _same_path(pair.code, other)
    ]


def _parts(endpoint: Endpoint) -> list[str]:
    return ["{}" if part.startswith("{") else part for part in endpoint.path.split("/") if part]


def _same_path(left: Endpoint, right: Endpoint) -> bool:
    return left.method == right.method and _parts(left) == _parts(right)


def _same_tail(left: Endpoint, right: Endpoint) -> bool:
    return left.method == right.method and split_path(left)[1] == split_path(right)[1]


def _same_place(left: Endpoint, right: Endpoint) -> bool:
    """Whether only the method or the last word differ: `PUT`/`PATCH`, `complete`/`toggle`."""
    one, other = split_path(left)[1], split_path(right)[1]
    if {left.method, right.method} == {"PUT", "PATCH"} and one == other:
        return True
    acts = len(one) == len(other) > 2 and one[:-1] == other[:-1] and one[-2] == "{}"  # noqa: PLR2004
    return acts and left.method == right.method and "{}" not in {one[-1], other[-1]}


def split_path(endpoint: Endpoint) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Split a path into its lead (`api`, a version, a user) and what it is about."""
    raw = [part for part in endpoint.path.split("/") if part]
    at = 0
    while at < len(raw) - 1 and (raw[at] == "api" or _VERSION.match(raw[at]) or _is_user(raw, at)):
        at += 1
    parts = _parts(endpoint)
    return tuple(parts[:at]), tuple(parts[at:])


def _is_user(raw: list[str], at: int) -> bool:
    if raw[at].startswith("{"):
        return identifier(raw[at].strip("{}")) in {"user_id", "user", "userid"}
    following = raw[at + 1] if at + 1 < len(raw) - 1 else ""
    return raw[at] == "users" and following.startswith("{") and _is_user(raw, at + 1)


def _moved(pairs: list[Pair]) -> Iterator[Difference]:
    """Yield one difference for all endpoints that moved in the same way."""
    leads: dict[tuple[str, str], list[Pair]] = {}
    for pair in pairs:
        here, there = _lead(pair.spec), _lead(pair.code)
        if here != there:
            leads.setdefault((here, there), []).append(pair)
    for (here, there), moved in leads.items():
        first = moved[0]
        others = f", and {len(moved) - 1} more likewise" if len(moved) >= _FEWEST_MOVED else ""
        yield Difference(
            rule="moved-endpoint",
            subject=f"{here} → {there}",
            message=f"{first.spec.name} is {first.code.name} in the code{others}.",
            spec=here,
            code=there,
            spec_span=first.spec.span,
            code_span=first.code.span,
        )


def _lead(endpoint: Endpoint) -> str:
    return "/" + "/".join(split_path(endpoint)[0])


def _pair(pair: Pair, columns: frozenset[str]) -> Iterator[Difference]:
    spec, code = pair.spec, pair.code
    if spec.method != code.method or split_path(spec)[1] != split_path(code)[1]:
        yield _difference("renamed-endpoint", pair, spec.name, code.name)
    if spec.auth is not None and code.auth is not None and spec.auth != code.auth:
        yield _difference("drifted-access", pair, _access(spec), _access(code))
    stated, done = spec.success_status, code.success_status
    if stated is not None and done is not None and stated != done:
        yield _difference("drifted-status", pair, f"answered {stated}", f"answered {done}")
    yield from body_differences(spec, code, columns)


def _access(endpoint: Endpoint) -> str:
    return "for signed-in users" if endpoint.auth else "open to anybody"


def _difference(rule: str, pair: Pair, stated: str, done: str) -> Difference:
    subject = pair.spec.name
    told = (
        f"{stated} is {done} in the code."
        if rule == "renamed-endpoint"
        else f"{subject} is {stated} in the specs and {done} in the code."
    )
    return Difference(
        rule=rule,
        subject=subject,
        message=told,
        spec=stated,
        code=done,
        spec_span=pair.spec.span,
        code_span=pair.code.span,
    )
