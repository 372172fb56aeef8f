"""What the columns of a table of endpoints hold, by their headers."""

import re
from collections.abc import Iterable

from sdd.speclang.inline import key

_COLUMNS: tuple[tuple[str, str], ...] = (
    ("method", r"(?:http )?(?:method|verb)s?"),
    (
        "path",
        (
            r"(?:full |api |url )?(?:path|endpoint|route|url|uri|resource)(?: path)?s?"
            r"|api endpoints?|method (?:and )?(?:path|endpoint|url)|endpoint url"
        ),
    ),
    (
        "auth",
        (
            r"auth\w*(?: required)?|requires auth\w*|access|protected|security|jwt(?: required)?"
            r"|public|authn?"
        ),
    ),
    (
        "status",
        (
            r"(?:success |http |response |expected )?(?:status|codes?)(?: codes?)?(?:es)?|success"
            r"|status codes?|success code"
        ),
    ),
    (
        "request",
        (
            r"(?:request )?(?:body|payload)|request(?: (?:body|schema|model))?|input(?: schema)?"
            r"|body params"
        ),
    ),
    ("response", r"response(?: (?:body|schema|model|type))?|returns?|output|success response"),
    ("errors", r"errors?(?: (?:codes?|responses?|status(?:es)?))?|error statuses"),
    ("query", r"query(?: (?:params?|parameters?))?|(?:params?|parameters?)"),
    (
        "summary",
        (
            r"description|purpose|summary|action|operation|function|notes?|details|what it does"
            r"|feature|name"
        ),
    ),
)


def table_roles(header: Iterable[str]) -> dict[int, str]:
    """Return what the columns of a table of endpoints hold; without `path` it is none."""
    roles: dict[int, str] = {}
    for index, cell in enumerate(header):
        for role, pattern in _COLUMNS:
            if role not in roles.values() and re.fullmatch(pattern, key(cell)):
                roles[index] = role
                break
    return roles
