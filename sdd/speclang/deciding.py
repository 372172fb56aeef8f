"""What rules of access say of one endpoint."""

import re
from collections.abc import Iterable

from sdd.names import singular, words
from sdd.speclang.access import KIN, AccessRule

_SIGN_IN = frozenset(
    [
        "login",
        "signin",
        "register",
        "signup",
        "token",
        "refresh",
        "forgotpassword",
        "resetpassword",
        "verifyemail",
        "callback",
        "passwordreset",
        "signinemail",
        "signupemail",
        "refreshtoken",
        "oauth",
    ]
)


def is_sign_in(path: str) -> bool:
    """Whether an endpoint hands out tokens or makes accounts, so that no token can be asked for."""
    last = re.sub(r"[^a-z]", "", path.rstrip("/").rpartition("/")[2].casefold())
    return last in _SIGN_IN


def _matches_path(path: str, patterns: Iterable[str]) -> bool:
    for pattern in patterns:
        if pattern.endswith("/*"):
            stem = pattern[:-2]
            if path == stem or path.startswith(f"{stem}/") or not stem:
                return True
        elif path == pattern:
            return True
    return False


def _matches_subject(path: str, subjects: Iterable[str]) -> bool:
    segments = [part.casefold() for part in path.split("/")]
    parts = {singular(word) for part in segments for word in words(part)} | set(segments)
    squeezed = {re.sub(r"[^a-z]", "", part) for part in segments}
    for subject in subjects:
        kin = KIN.get(subject, frozenset({subject}))
        if kin & parts or kin & squeezed:
            return True
        if subject in {"auth", "authentication"} and is_sign_in(path):
            return True
    return False


def is_probe(path: str) -> bool:
    """Whether an endpoint tells machines that the process lives, or documents the API."""
    last = path.rstrip("/").rpartition("/")[2].casefold()
    return last in {
        "",
        "health",
        "healthz",
        "healthcheck",
        "health-check",
        "ready",
        "readyz",
        "live",
        "livez",
        "ping",
        "docs",
        "openapi.json",
        "metrics",
    }


def decide(
    method: str, path: str, rules: Iterable[AccessRule], *, elsewhere: bool = False
) -> tuple[bool, AccessRule] | None:
    """Return what a list of rules of one rank says of an endpoint, specific rules first.

    With `elsewhere` the rules stand in another document than the endpoint: what they say of
    everything is not meant for health checks.
    """
    ranked = sorted(rules, key=lambda rule: (rule.is_blanket, rule.auth))
    for rule in ranked:
        if rule.methods and method not in rule.methods:
            continue
        if rule.paths and not _matches_path(path, rule.paths):
            continue
        if rule.subjects and not _matches_subject(path, rule.subjects):
            continue
        if _matches_path(path, rule.except_paths) or _matches_subject(path, rule.except_subjects):
            return False, rule
        if rule.auth and is_sign_in(path) and path not in rule.paths:
            continue
        if rule.auth and rule.is_blanket and elsewhere and is_probe(path):
            continue
        return rule.auth, rule
    return None
