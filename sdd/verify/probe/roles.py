"""Operations for some roles: a user who is signed in and has none of them must be refused."""

from dataclasses import replace
from typing import Any

from .atlas import Expectations
from .findings import Findings, exchange
from .identity import Identities
from .operations import shape
from .world import World

_CLAIMS = ("role", "roles", "scope")
_FORBIDDEN = 403


def role_claims(expected: Expectations) -> dict[str, Any]:
    """Return claims that name every role of the specs, in each way that tokens name them."""
    named = sorted({role for roles in expected.roles.values() for role in roles})
    return dict(zip(_CLAIMS, (named[0], named, " ".join(named)), strict=True)) if named else {}


async def without_roles(
    world: World, who: Identities, expected: Expectations, findings: Findings
) -> None:
    """Call each operation that needs a role as a user who has none."""
    actor = who.attacker
    if who.signer is not None:
        bare = {name: value for name, value in who.claims.items() if name not in _CLAIMS}
        actor = replace(who.victim, token=who.signer.sign(bare))
    chain = world.ids(who.victim)
    for operation in world.atlas.operations:
        if (operation.method, shape(operation.path)) not in expected.roles:
            continue
        findings.checks += 1
        answer = await world.perform(operation, actor, chain, "zq")
        if answer.status == _FORBIDDEN or answer.status >= 500:
            continue
        findings.add(
            "isolation-role-ignored",
            operation.name,
            f"Answers {answer.status} to a user without the role that it needs, not 403",
            reason=exchange(f"{operation.name} in no role", answer),
            severity="error" if answer.good else "warning",
        )
