"""The one module by which a backend that others wrote comes to know who is asking."""

from collections.abc import Iterable
from dataclasses import dataclass

from sdd.generate import naming
from sdd.generate.heads import head
from sdd.generate.rendering import render_python, render_text
from sdd.ir import AuthMode, AuthPolicy
from sdd.ir.resources import path_parameters

PRINCIPAL = "get_current_user_id"
_PURPOSE = "Who is asking: verification of the tokens that requests bear."
_TESTS = "Nobody gets in without a token."
_JWKS_URL = "http://localhost:3000/api/auth/jwks"


def render_provider(policy: AuthPolicy, specs: Iterable[str]) -> str:
    """Return a module whose `get_current_user_id` is a dependency for every route."""
    body = render_text("authentication.py", _values(policy))
    return render_python(head(_PURPOSE, map(naming.prose, specs)), body, {})


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """An application: the folder that imports begin at, its module, and its name there."""

    root: str
    module: str
    name: str


def render_provider_tests(
    policy: AuthPolicy,
    specs: Iterable[str],
    app: Served,
    routes: Iterable[tuple[str, str]],
) -> str:
    """Return tests that fail when a route is open.

    Args:
        policy: How tokens are verified.
        specs: The documents that ask for it.
        app: Where the application is.
        routes: Method and path of each route that needs a user.
    """
    protected = [(method, naming.literal(_example(path))) for method, path in routes]
    values = {"protected": protected, "app": app}
    body = render_text("test_authentication.py", {**_values(policy), **values})
    return render_python(head(_TESTS, map(naming.prose, specs)), body, {})


def _values(policy: AuthPolicy) -> dict[str, object]:
    return {
        "keys": policy.mode is AuthMode.JWKS,
        "secret_variable": naming.constant(policy.secret_variable or "BETTER_AUTH_SECRET"),
        "jwks_url": naming.prose(policy.jwks_url or _JWKS_URL),
        "subject": naming.literal(policy.subject or "sub"),
        "issuer": naming.literal(policy.issuer),
        "audience": naming.literal(policy.audience),
    }


def _example(path: str) -> str:
    for name in path_parameters(path):
        path = path.replace(f"{{{name}}}", "1")
    return path
