"""Which roles or scopes the text about an endpoint asks for beyond being signed in."""

import re

from sdd.speclang.endpoints.parts import Kind, Part, texts_of
from sdd.speclang.endpoints.statement import Sighting
from sdd.speclang.inline import plain

_STAFF = r"admin(?:istrator)?s?|moderators?|editors?|managers?|superusers?|staff"
_NAME = r"[A-Za-z][\w:.-]*"
_LIST = rf"`?{_NAME}`?(?:(?:\s*,\s*(?:or\s+)?|\s+or\s+|\s*/\s*)`?{_NAME}`?)*"
# `Admin only`, `only admins or editors`, `Required (admin)`.
_ONLY = re.compile(
    rf"(?i)\b(?P<a>(?:{_STAFF})(?:(?:\s*,\s*|\s+or\s+|\s*/\s*)(?:{_STAFF}))*)\s+only\b"
    rf"|\bonly\s+(?:for\s+)?(?P<b>(?:{_STAFF})(?:(?:\s*,\s*|\s+or\s+)(?:{_STAFF}))*)\b"
    rf"|\(\s*(?P<c>{_STAFF})\s*\)|^\W*(?P<d>{_STAFF})\W*$"
)
# `role: admin`, `roles admin or editor`, `scope tasks:write`.
_AFTER = re.compile(
    rf"(?i)\b(?:roles?|scopes?|permissions?)\b\s*(?:[:=]|is|of)?\s*(?P<names>{_LIST})"
    r"(?=\s*(?:[.;)]|$|required|only|needed))"
)
# `the admin role`, `the scope` after the name: `tasks:write` scope.
_BEFORE = re.compile(rf"(?i)(?P<names>`{_NAME}`|{_STAFF})\s+(?:role|scope|permission)s?\b")
# Words that stand there and name nothing, or what everybody has.
_NOBODY = frozenset(
    {"user", "users", "any", "anyone", "authenticated", "none", "required", "no", "not", "all"}
    | {"owner", "is", "are", "must", "of", "or", "and", "the", "a", "an", "their", "member"}
    | {"members", "public", "yes", "true", "false", "based", "check", "checks"}
)


def read_roles(parts: list[Part], sighting: Sighting) -> tuple[str, ...]:
    """Return the roles or scopes of which a user needs one, as tokens name them."""
    texts = [
        text
        for part in parts
        if part.kind is Kind.AUTH
        for text in (f"{part.label}: {part.value}", *(text for text, _ in texts_of(part)))
    ]
    texts += re.findall(r"\([^()]*\)", sighting.summary)
    found = [name for text in texts for name in _named(text)]
    return tuple(dict.fromkeys(found))


def _named(text: str) -> list[str]:
    shown = plain(text)
    groups = [value for match in _ONLY.finditer(shown) for value in match.groups() if value]
    singular = [_one(word) for group in groups for word in re.split(r"\s*(?:,|/|\bor\b)\s*", group)]
    after = [match["names"] for match in _AFTER.finditer(shown)]
    before = [match["names"] for match in _BEFORE.finditer(text)]
    names = [word for group in (*after, *before) for word in re.findall(_NAME, group)]
    return [name for name in (*singular, *names) if name.lower() not in _NOBODY]


def _one(word: str) -> str:
    """Return the role that people in the plural have: `administrators` are `admin`."""
    role = word.lower()
    if role.startswith("admin"):
        return "admin"
    return role if role == "staff" else role.rstrip("s")
