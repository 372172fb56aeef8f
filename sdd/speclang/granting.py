"""Which endpoints need a user, decided for those that leave it open."""

from collections.abc import Sequence
from dataclasses import replace
from http import HTTPStatus

from sdd.ir import Endpoint
from sdd.speclang.access import AccessRule
from sdd.speclang.assemble import Assembled, Read, identity_of
from sdd.speclang.deciding import decide, is_sign_in
from sdd.speclang.endpoints import Statement
from sdd.speclang.findings import Findings
from sdd.speclang.routes import shape_of
from sdd.text import Span


def with_access(
    assembled: Assembled,
    reads: Sequence[Read],
    rules: dict[str, list[AccessRule]],
    findings: Findings,
) -> tuple[Endpoint, ...]:
    """Decide for each endpoint that leaves it open, by section, then document, then the others."""
    by_path = {read.document.path: read for read in reads}
    places: dict[tuple[str, str], Statement] = {}
    for statement in assembled.statements:
        places.setdefault(identity_of(statement), statement)
    return tuple(
        _with_access(
            endpoint, places[endpoint.method, shape_of(endpoint.path)], by_path, rules, findings
        )
        for endpoint in assembled.endpoints
    )


def _with_access(
    endpoint: Endpoint,
    statement: Statement,
    reads: dict[str, Read],
    rules: dict[str, list[AccessRule]],
    findings: Findings,
) -> Endpoint:
    if endpoint.auth is not None:
        return endpoint
    read = reads.get(statement.document)
    tiers: list[list[AccessRule]] = []
    if read is not None:
        own = rules.get(statement.document, [])
        section = read.document.sections[statement.section]
        tiers.extend(
            [rule for rule in own if rule.section == around.index]
            for around in read.document.ancestry(section)
        )
        tiers.append([rule for rule in own if rule.section is None])
    tiers.extend(
        [rule for rule in stated if rule.section is None]
        for path, stated in rules.items()
        if path != statement.document
    )
    near = len(tiers) - sum(path != statement.document for path in rules)
    tiers.append(
        [rule for stated in rules.values() for rule in stated if not rule.auth and rule.paths]
    )
    for number, tier in enumerate(tiers):
        decided = decide(endpoint.method, endpoint.path, tier, elsewhere=number >= near)
        if decided is not None:
            return replace(endpoint, auth=decided[0])
    if HTTPStatus.UNAUTHORIZED in endpoint.statuses and not is_sign_in(endpoint.path):
        return replace(endpoint, auth=True)
    if is_sign_in(endpoint.path) and any(
        rule.auth and rule.is_blanket for tier in tiers for rule in tier
    ):
        span: Span | None = endpoint.span
        if span is not None:
            findings.note(
                "sign-in-access",
                span,
                f"{endpoint.name} hands out tokens, yet the specs ask for a token everywhere.",
                hint="Say that it is public.",
            )
    return endpoint
