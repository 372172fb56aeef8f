"""Takes secrets out of text before anything is written, and says which."""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from itertools import chain
from typing import TypeVar

from typing_extensions import override

from sdd.records.secret_patterns import LEAST_WORD, PATTERNS, SecretPattern

_T = TypeVar("_T")
_PLACEHOLDER = re.compile(
    r"(?i)^(?:[./~]|\W*(?:x{3,}|\.{3,}|\*{3,}|your|my|the|some|any|example|sample|dummy|fake|placeholder"
    r"|change|replace|insert|enter|redacted|todo|test|null|none|undefined|true|false|optional"
    r"|string|bytes|process\.|os\.|env\.|settings\.|config\.|self\.|request\.|secrets?\.)"
    r"|\$|%\w*%?$|\[redacted)|\.\.\.|://"
)
_PATH = re.compile(r"[\w.-]*(?:/[\w.-]+)+\.\w{1,5}")
_TELLING = re.compile(r"(?i)passw|pass\b|secret|token|example|sample|secure")
_URL_PLACEHOLDER = re.compile(
    r"(?i)^(?:pass(?:word|wd)?|pwd|secret|db_?pass\w*|\W*your.*|x{2,}|\*+|\.{3}|…|changeme"
    r"|\$.*|%\(.*|\{.*|\[.*|<.*|redacted.*)$"
)
_IDENTIFIER = re.compile(r"^[A-Za-z_]+(?:[._-][A-Za-z_]+)*\d{0,2}$")
_SETTING = re.compile(r"[A-Z][A-Z0-9_]*[^A-Za-z0-9_]")
_DIGIT = re.compile(rb"[0-9]")
_SHAPE = re.sub(rb"\s", b" ", re.sub(rb"\S", b"x", bytes(range(256))))
_LONG_WORD = b"x" * LEAST_WORD
_LETTERS_ONLY = 22  # from here on even a word of letters alone may be a token
_NEEDLES = tuple(
    (tuple(needle.encode() for needle in pattern.needles), pattern) for pattern in PATTERNS
)
_SPARSE_NEEDLES = tuple(pair for pair in _NEEDLES if not pair[1].dense)


def _any_of(needles: Iterable[bytes]) -> bytes:
    """Return a form of any needle, by first letters: tens of them at each sign cost too much."""
    by_letter = defaultdict[bytes, list[bytes]](list)
    for needle in needles:
        by_letter[needle[:1]].append(needle[1:])
    forms = (
        re.escape(letter) + (b"" if b"" in rests else _any_of(rests))
        for letter, rests in by_letter.items()
    )
    return b"(?:" + b"|".join(forms) + b")"


_STARTS, _INSIDE = (
    _any_of(
        needle
        for needles, pattern in _NEEDLES
        for needle in needles
        if pattern.dense and pattern.bounded is bounded
    )
    for bounded in (True, False)
)
_DENSE_START = re.compile(rb"(?<![a-z0-9_-])" + _STARTS)
_DENSE_INSIDE = re.compile(_INSIDE)
_APART = re.compile(r"(?i)[0-9][a-z]+[0-9]")
_CONSONANTS = re.compile(r"(?i)(?!https)[bcdfghjklmnpqrstvwxz]{5}")  # more at once than words have
# The same two of bytes: digits are `0`, consonants `c`, other letters `v`.
_KINDS = (
    bytes(
        ord("0" if sign.isdigit() else "v" if sign in "aeiouy" else "c" if sign.islower() else " ")
        for sign in map(chr, range(128))
    )
    + b" " * 128
)
_APART_KINDS = re.compile(rb"0[cv]+0")
_FILE_NAME = re.compile(r"(?i)\.(?:py|[jt]sx?|md|json|toml|ya?ml|html|css|sql|txt|lock|ini)\W")
_WORDS = re.compile(r"(?i)(?:(?:[a-z]+\d{0,4}|v?\d+(?:[a-z]{1,5}\d*)?)(?:[-_./+=:%]+|$))+")
_LEAST_SERVICE_LENGTH = 14
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

    @override
    def __str__(self) -> str:
        """Return where it stood and what it was."""
        return f"{self.field or 'text'}, line {self.line}: {self.kind}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretPlace:
    """Where a secret stands in a text."""

    start: int
    end: int
    kind: str


def redact(text: str, *, hidden: Iterable[str] = ()) -> tuple[str, tuple[Redaction, ...]]:
    """Replace every secret by `[REDACTED:kind]`; text without secrets is returned unchanged.

    Args:
        text: Any text.
        hidden: Paths of this machine that are nobody's business either.
    """
    paths = (
        SecretPlace(start=match.start(), end=match.end(), kind="project-path")
        for path in hidden
        for match in re.finditer(rf"(?<![\w.-]){re.escape(path)}(?![\w-])", text)
    )
    hits = _without_overlap(chain(find_secrets(text), paths))
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


def without_secrets(value: _T) -> _T:
    """Return a value of ours with the secrets taken out of every text in it, at any depth.

    Dataclasses, tuples, lists and the values of mappings are gone through; what holds no secret
    comes back as the object that it was.
    """
    match value:
        case str():
            return redact(value)[0]  # type: ignore[return-value]
        case list() | tuple():
            items = [without_secrets(item) for item in value]
            changed = any(new is not old for new, old in zip(items, value, strict=True))
            return type(value)(items) if changed else value
        case Mapping():
            table = {key: without_secrets(item) for key, item in value.items()}
            changed = any(table[key] is not item for key, item in value.items())
            return table if changed else value  # type: ignore[return-value]
        case _ if is_dataclass(value) and not isinstance(value, type):
            parts = {part.name: getattr(value, part.name) for part in fields(value) if part.init}
            clean = {name: without_secrets(part) for name, part in parts.items()}
            changes = {name: part for name, part in clean.items() if part is not parts[name]}
            return replace(value, **changes) if changes else value
        case _:
            return value


def find_secrets(text: str) -> Iterator[SecretPlace]:
    """Yield where secrets stand, in no order; places may overlap."""
    # Of thousands of records nearly all hold none: bytes tell so several times as fast as text.
    data = text.encode("utf-8", "surrogatepass").lower()
    dense = _dense_words(data)
    folded = ""
    is_vendors = _DENSE_START.search(dense) or _DENSE_INSIDE.search(dense)
    kinds = dense.replace(b"https", b"").translate(_KINDS)
    is_mixed = b"ccccc" in kinds or _APART_KINDS.search(kinds)
    for needles, pattern in _NEEDLES if is_vendors else _SPARSE_NEEDLES:
        if pattern.mixed and not is_mixed:
            continue
        where = dense if pattern.dense else data
        for needle in needles:
            if needle in where:
                folded = folded or _lower(text)
                yield from _places(pattern, text, folded)
                break


def _dense_words(data: bytes) -> bytes:
    """Return the words that are as long as a vendor's token and may be one, a line each."""
    shape = data.translate(_SHAPE)
    words = []
    start = shape.find(_LONG_WORD)
    while start >= 0:
        end = shape.find(b" ", start)
        word = data[start : end if end >= 0 else len(data)]
        if len(word) >= _LETTERS_ONLY or _DIGIT.search(word):
            words.append(word)
        start = shape.find(_LONG_WORD, end) if end >= 0 else -1
    return b"\n".join(words)


def _lower(text: str) -> str:
    """Return a text of the same length in lower case."""
    folded = text.lower()
    if len(folded) == len(text):
        return folded
    # A few capitals become two letters; then places would shift.
    return text.translate({code: code + 32 for code in range(ord("A"), ord("Z") + 1)})


def _places(pattern: SecretPattern, text: str, folded: str) -> Iterator[SecretPlace]:
    # Compiled where one is needed, and kept by `re`: all of them take longer than most commands.
    form = re.compile(pattern.form)
    group = "secret" if "secret" in form.groupindex else 0
    for match in _matches(pattern, form, folded if pattern.folded else text):
        start, end = match.span(group)
        if _is_secret(pattern, text[match.start() : start], text[start:end]):
            yield SecretPlace(start=start, end=end, kind=pattern.kind)


def _matches(pattern: SecretPattern, form: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    if not pattern.anchored:
        yield from form.finditer(text)
        return
    for needle in pattern.needles:
        start = text.find(needle)
        while start >= 0:
            if match := form.match(text, start):
                yield match
            start = text.find(needle, start + 1)


def _is_secret(pattern: SecretPattern, name: str, value: str) -> bool:
    if pattern.kind == "connection-password":
        user = name.removeprefix("://").removesuffix(":")
        return not _URL_PLACEHOLDER.match(value) and value != user
    if pattern.kind == "service-key":
        return _is_service_key(name, value)
    if not pattern.judged:
        return True
    if _PLACEHOLDER.search(value) or _PATH.fullmatch(value) or not _is_mixed(value):
        return False
    if pattern.kind == "secret-value" and _SETTING.match(name):
        return len(value) >= _LEAST_SETTING_LENGTH
    return (
        len(value) >= _LEAST_LENGTH
        and not _IDENTIFIER.match(value)
        and _entropy(value) >= _LEAST_ENTROPY
        and not (pattern.kind == "secret-value" and _TELLING.search(value))
    )


def _is_mixed(value: str) -> bool:
    return any(char.isdigit() for char in value) and any(char.isalpha() for char in value)


def _is_service_key(name: str, value: str) -> bool:
    """Tell a key from names, versions and digests of files: no word is spelt like it."""
    if len(value) < _LEAST_SERVICE_LENGTH or _entropy(value) < _LEAST_ENTROPY:
        return False
    if _FILE_NAME.search(name) or _PLACEHOLDER.search(value) or _PATH.fullmatch(value):
        return False
    return bool(
        _CONSONANTS.search(value)
        or (_is_mixed(value) and not _WORDS.fullmatch(value) and _APART.search(value))
    )


def _entropy(value: str) -> float:
    """Return Shannon's entropy in bits for each character."""
    total = len(value)
    return -sum(n / total * math.log2(n / total) for n in Counter(value).values())


def _without_overlap(hits: Iterable[SecretPlace]) -> list[SecretPlace]:
    """Sort the places; where two overlap, the one that starts first and is longest stays."""
    kept: list[SecretPlace] = []
    for hit in sorted(hits, key=lambda hit: (hit.start, -hit.end)):
        if not kept or hit.start >= kept[-1].end:
            kept.append(hit)
    return kept
