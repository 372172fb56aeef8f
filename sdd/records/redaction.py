"""Takes secrets out of text before anything is written, and says which."""

import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from sdd.records.secret_patterns import PATTERNS, SecretPattern

_PLACEHOLDER = re.compile(
    r"(?i)^(?:[./~]|\W*(?:x{3,}|\.{3,}|\*{3,}|your|my|the|some|any|example|sample|dummy|fake|placeholder"
    r"|change|replace|insert|enter|redacted|todo|test|null|none|undefined|true|false|optional"
    r"|string|bytes|process\.|os\.|env\.|settings\.|config\.|self\.|request\.|secrets?\.)"
    r"|\$|%\w*%?$|\[redacted)"
)
_URL_PLACEHOLDER = re.compile(
    r"(?i)^(?:pass(?:word|wd)?|pwd|secret|db_?pass\w*|\W*your.*|x{2,}|\*+|\.{3}|…|changeme"
    r"|\$.*|%\(.*|\{.*|\[.*|<.*|redacted.*)$"
)
_IDENTIFIER = re.compile(r"^[A-Za-z_]+(?:[._-][A-Za-z_]+)*\d{0,2}$")
_SETTING = re.compile(r"[A-Z][A-Z0-9_]*$")
_LEAST_LENGTH = 12
_LEAST_ENTROPY = 3.0
_LEAST_SETTING_LENGTH = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Redaction:
    """One secret that was taken out.

    Attributes:
        kind: What sort of secret it was, as in `github-token`.
        line: The line on which it stood, counted from 1 in the text given.
        field: Which text of a record it stood in, when there is more than one.
    """

    kind: str
    line: int
    field: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hit:
    start: int
    end: int
    kind: str


def redact(text: str) -> tuple[str, tuple[Redaction, ...]]:
    """Replace every secret by `[REDACTED:kind]`; text without secrets is returned unchanged."""
    hits = _without_overlap(find_secrets(text))
    if not hits:
        return text, ()
    pieces: list[str] = []
    redactions: list[Redaction] = []
    position, line = 0, 1
    for hit in hits:
        line += text.count("\n", position, hit.start)
        pieces += (text[position : hit.start], f"[REDACTED:{hit.kind}]")
        redactions.append(Redaction(kind=hit.kind, line=line))
        line += text.count("\n", hit.start, hit.end)
        position = hit.end
    pieces.append(text[position:])
    return "".join(pieces), tuple(redactions)


def find_secrets(text: str) -> Iterator[_Hit]:
    """Yield where secrets stand, in no order; places may overlap."""
    folded = text.lower()
    for pattern in PATTERNS:
        if any(needle in folded for needle in pattern.needles):
            yield from _hits(pattern, text)


def _hits(pattern: SecretPattern, text: str) -> Iterator[_Hit]:
    group = "secret" if "secret" in pattern.regex.groupindex else 0
    for match in pattern.regex.finditer(text):
        value = match[group]
        if _is_secret(pattern, value, text, match.start()):
            start, end = match.span(group)
            yield _Hit(start=start, end=end, kind=pattern.kind)


def _is_secret(pattern: SecretPattern, value: str, text: str, start: int) -> bool:
    if pattern.kind == "connection-password":
        return not _URL_PLACEHOLDER.match(value)
    if not pattern.judged:
        return True
    if _PLACEHOLDER.match(value) or _IDENTIFIER.match(value) or "://" in value:
        return False
    if pattern.kind == "secret-value" and _is_setting(text, start):
        return len(value) >= _LEAST_SETTING_LENGTH and _is_mixed(value)
    return len(value) >= _LEAST_LENGTH and _is_mixed(value) and _entropy(value) >= _LEAST_ENTROPY


def _is_setting(text: str, start: int) -> bool:
    """Tell whether the name is written as in a settings file, `DB_PASSWORD=…`."""
    name = re.match(r"\w*", text[start : start + 60])
    return bool(name and _SETTING.match(name[0]))


def _is_mixed(value: str) -> bool:
    return any(char.isdigit() for char in value) and any(char.isalpha() for char in value)


def _entropy(value: str) -> float:
    """Return Shannon's entropy in bits for each character."""
    total = len(value)
    return -sum(n / total * math.log2(n / total) for n in Counter(value).values())


def _without_overlap(hits: Iterator[_Hit]) -> list[_Hit]:
    """Sort the places; where two overlap, the one that starts first and is longest stays."""
    kept: list[_Hit] = []
    for hit in sorted(hits, key=lambda hit: (hit.start, -hit.end)):
        if not kept or hit.start >= kept[-1].end:
            kept.append(hit)
    return kept
