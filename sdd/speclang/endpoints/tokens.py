"""Whether the text about an endpoint says or shows that a token is needed."""

import re
from collections.abc import Callable

from sdd.speclang.access import read_access
from sdd.speclang.endpoints.parts import Kind, Part, texts_of
from sdd.speclang.endpoints.statement import Sighting
from sdd.speclang.inline import plain
from sdd.text import Span
from sdd.text.markdown import Fence, Table

_Answer = tuple[bool, Span]
_PUBLIC_LINE = re.compile(
    r"\b(?:no auth\w* (?:is )?(?:required|needed)|public endpoint|publicly accessible"
    r"|does not require auth\w*|without auth\w*)\b",
    re.IGNORECASE,
)
_PROTECTED_LINE = re.compile(
    r"\b(?:requires? (?:a )?(?:valid )?(?:auth\w*|jwt|token|bearer)|auth\w* (?:is )?required"
    r"|must be (?:authenticated|logged in|signed in)|protected endpoint)\b",
    re.IGNORECASE,
)
_OPEN = re.compile(r"(?i)\((?:public|no auth\w*)\)")
_CLOSED = re.compile(
    r"(?i)\((?:protected|auth\w*(?: required)?|requires auth\w*)\)|"
    r"\U0001f512|\U0001f510"  # padlocks
)


def read_auth(parts: list[Part], sighting: Sighting) -> tuple[bool | None, Span | None]:
    """Return whether a token is needed, and where it says so: labels before what is only shown."""
    for look in _LOOKS:
        found = look(parts, sighting)
        if found is not None:
            return found
    return None, None


def _labelled(parts: list[Part], _sighting: Sighting) -> _Answer | None:
    for part in parts:
        if part.kind is not Kind.AUTH:
            continue
        text = part.value or " ".join(text for text, _ in texts_of(part))
        auth = read_access(text or part.label)
        if auth is not None:
            return auth, part.span
    return None


def _shown(parts: list[Part], _sighting: Sighting) -> _Answer | None:
    return next(((True, part.span) for part in parts if _shows_token(part)), None)


def _told(parts: list[Part], _sighting: Sighting) -> _Answer | None:
    for part in parts:
        if part.kind not in {Kind.DESCRIPTION, Kind.NOTES, Kind.OTHER}:
            continue
        for text, span in texts_of(part):
            shown = plain(text)
            if _PUBLIC_LINE.search(shown):
                return False, span
            if _PROTECTED_LINE.search(shown):
                return True, span
    return None


def _summarised(_parts: list[Part], sighting: Sighting) -> _Answer | None:
    if _OPEN.search(sighting.summary):
        return False, sighting.span
    return (True, sighting.span) if _CLOSED.search(sighting.summary) else None


def _shows_token(part: Part) -> bool:
    """Whether a part shows that the request bears a token."""
    if part.kind is Kind.HEADERS or (part.kind is Kind.PARAMETERS):
        texts = [part.value, *(text for text, _ in texts_of(part))]
        texts.extend(
            " ".join(cell for row in block.rows for cell in row.cells)
            for block in part.blocks
            if isinstance(block, Table)
        )
        texts.extend(block.text for block in part.blocks if isinstance(block, Fence))
        return any(re.search(r"(?i)\bauthorization\b", text) for text in texts)
    if part.kind in {Kind.REQUEST, Kind.DESCRIPTION, Kind.OTHER}:
        return any(
            isinstance(block, Fence)
            and block.language in {"http", "", "text"}
            and _BEARING.search(block.text)
            for block in part.blocks
        )
    return False


_BEARING = re.compile(
    r"^(?:authorization:\s*bearer|cookie:.*\b\w*(?:session|token|jwt|auth)\w*=)",
    re.IGNORECASE | re.MULTILINE,
)
_LOOKS: tuple[Callable[[list[Part], Sighting], _Answer | None], ...] = (
    _labelled,
    _shown,
    _told,
    _summarised,
)
