"""How tokens are verified, from whatever documents state it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from sdd.ir import AuthMode, AuthPolicy
from sdd.speclang.examples import read_example
from sdd.speclang.findings import Findings
from sdd.speclang.inline import mentions
from sdd.speclang.outline import Document
from sdd.text import Span
from sdd.text.markdown import Fence, Heading, Item, Paragraph, Table

_SHARED = re.compile(r"\bHS(?:256|384|512)\b")
_PUBLIC_KEYS = re.compile(r"\b(?:(?i:jwks)|EdDSA|RS256|ES256|Ed25519|PS256)\b")
_DENIED = re.compile(
    r"(?i)\b(?:never|not|no|reject\w*|other than|instead of|rather than|without|don't"
    r"|alternatives?)\b"
)
_SECRET = re.compile(
    r"\b(?P<name>(?:[A-Z0-9]+_)*(?:SECRET|JWT_KEY|JWT_SIGNING_KEY)(?:_[A-Z0-9]+)*)\b"
)
_OTHERS = re.compile(r"(?:^|_)(?:WEBHOOK|CLIENT|HOOK|API|ACCESS_KEY|CONSUMER)(?:_|$)")
_SUBJECT = (
    re.compile(r"(?i)\bclaims?\b[\s:`'\"(]*(?P<name>sub|user_?id|uid|id)\b[`'\")]"),
    re.compile(r"(?i)[`'\"](?P<name>sub|user_?id|uid|id)[`'\"]\s+(?:jwt\s+)?claim"),
    re.compile(r"(?i)\b(?:jwt|token)(?:'s)?\s+[`'\"(]?(?P<name>sub)\b"),
    re.compile(
        r"(?i)\b(?P<name>sub|user_?id|userId)\s+(?:claim|from (?:the )?(?:jwt"
        r"|token)(?:'s)?(?: payload| claims?)?)\b"
    ),
    re.compile(
        r"(?i)\btoken (?:includes?|contains?)[^.]{0,30}?[`'\" ](?P<name>sub|user_id|userId)\b"
    ),
    re.compile(
        r"(?i)[`'\"](?P<name>sub)[`'\"] (?:of|in) (?:the |a |its )?(?:\w+ )?(?:token|jwt)\b"
    ),
    re.compile(
        r"(?i)\buser(?:'s)?[ _]?id(?:entifier)?[`'\"]?,? "
        r"(?:(?:is|comes|taken|read|stands|extracted) )*(?:in|from|as|=) "
        r"(?:the )?[`'\"]?(?P<name>sub)\b"
    ),
    re.compile(r"(?i)\b(?P<name>sub)[`'\"]?\s*[:=]\s*[`'\"<{]*user[ _]?id\b"),
)
_WORDS = (  # one of them is in every text that any of these patterns matches
    *("hs256", "hs384", "hs512", "jwks", "eddsa", "rs256", "es256", "ed25519", "ps256"),
    *("secret", "jwt", "claim", "token", "`sub`"),
)
_SPANS = ("second", "min", "hour", "day")  # one of them is in every limit
_LIMIT = re.compile(
    r"(?i)\b(?P<count>[1-9]\d{0,3})\s*(?:\w+\s+){0,3}?(?:requests?|attempts?|tries|log-?ins?|sign-?ins?)"
    r"(?:\s+\w+){0,3}?\s*(?:per|/|an?|every|in|within)\s*(?P<many>\d{1,3})?\s*-?"
    r"(?P<unit>second|minute|min|hour|day)s?\b"
)
_SIGNING_IN = re.compile(r"(?i)\b(?:auth\w*|log-?ins?|sign-?ins?|log in|sign in|brute.force)\b")
_UNITS = {"min": "minute"}
_REJECTED = re.compile(r"\b(?:alternatives?|rejected|future|out of scope|troubleshooting)\b")


def read_auth(documents: Iterable[Document], findings: Findings) -> AuthPolicy:
    """Read how tokens are verified; what an earlier document states counts more."""
    policy = AuthPolicy()
    modes: list[tuple[AuthMode, Span]] = []
    for document in documents:
        for text, span in texts_in(document):
            folded = text.casefold()
            if mentions(folded, _SPANS):
                policy = _with_limit(policy, text)
            if not mentions(folded, _WORDS):
                continue
            mode = _mode(text)
            if mode is not None:
                modes.append((mode, span))
            policy = _with_text(policy, text, span)
        policy = _with_payload(policy, document)
    if modes:
        first = modes[0]
        policy = replace(policy, mode=first[0], span=policy.span or first[1])
        other = next((item for item in modes if item[0] is not first[0]), None)
        if other is not None:
            findings.contradiction(
                "contradicting-token-algorithm",
                "The specs verify tokens with a shared secret and with the issuer's public keys.",
                (
                    (first[1], f"here with {_mode_words(first[0])}"),
                    (other[1], f"here with {_mode_words(other[0])}"),
                ),
                hint="Say which one the backend uses; the first is followed for now.",
                subject="auth:mode",
            )
    return policy


def _mode_words(mode: AuthMode) -> str:
    return "a shared secret" if mode is AuthMode.HS256 else "public keys"


def _mode(text: str) -> AuthMode | None:
    shared, public = _SHARED.search(text), _PUBLIC_KEYS.search(text)
    if bool(shared) == bool(public):
        return None
    found = shared or public
    assert found is not None  # noqa: S101 - one of them matched
    if _DENIED.search(text[: found.start()][-40:]):
        return None
    return AuthMode.HS256 if shared else AuthMode.JWKS


def _with_text(policy: AuthPolicy, text: str, span: Span) -> AuthPolicy:
    secret = _secret_in(text) if policy.secret_variable is None else None
    if secret is not None:
        policy = replace(policy, secret_variable=secret, span=policy.span or span)
    if policy.subject is None:
        for pattern in _SUBJECT:
            found = pattern.search(text)
            if found and not re.search(r"(?i)\bquery|\bpath param", text[: found.start()][-20:]):
                return replace(policy, subject=found["name"], span=policy.span or span)
    url = re.search(r"https?://[^\s`)\"']*jwks[^\s`)\"']*", text, re.IGNORECASE)
    if url and policy.jwks_url is None:
        policy = replace(policy, jwks_url=url.group().rstrip(".,;"))
    return policy


def _with_limit(policy: AuthPolicy, text: str) -> AuthPolicy:
    """Read how often a client may try to sign in: `5 login attempts per minute`."""
    if policy.sign_in_limit is not None or not _SIGNING_IN.search(text):
        return policy
    found = _LIMIT.search(text)
    if found is None:
        return policy
    unit = _UNITS.get(found["unit"].lower(), found["unit"].lower())
    many = f"{found['many']} " if found["many"] else ""
    return replace(policy, sign_in_limit=f"{found['count']}/{many}{unit}")


def _secret_in(text: str) -> str | None:
    """Find the variable of the tokens' secret; other services have secrets of their own."""
    found = (match["name"] for match in _SECRET.finditer(text))
    return next((name for name in found if "_" in name and not _OTHERS.search(name)), None)


def _with_payload(policy: AuthPolicy, document: Document) -> AuthPolicy:
    """Find the user's id in the example of a token's payload."""
    if policy.subject is not None:
        return policy
    for index, block in enumerate(document.blocks):
        if not isinstance(block, Fence) or "{" not in block.text:
            continue
        titles = " ".join(document.title_words(index)[:1])
        if not re.search(r"\b(?:jwt|token|payload|claims?)\b", titles) or "exp" not in block.text:
            continue
        shape = read_example(block.text, block.span)
        names = [item.name for item in shape.fields] if shape else []
        subject = next((name for name in ("sub", "user_id", "userId", "id") if name in names), None)
        if subject:
            return replace(policy, subject=subject, span=policy.span or block.span)
    return policy


def texts_in(document: Document) -> Iterator[tuple[str, Span]]:
    """Yield lines of text, table rows and settings, those under rejected alternatives left out."""
    rejected = [
        any(_REJECTED.search(title) for title in section.above[:2]) for section in document.sections
    ]
    for index, block in enumerate(document.blocks):
        if rejected[document.section_index(index)]:
            continue
        match block:
            case Paragraph() | Item() | Heading():
                for at, line in enumerate(block.text.split("\n")):
                    yield line, Span(path=document.path, line=block.span.line + at)
            case Table():
                yield " | ".join(block.header), block.span
                for row in block.rows:
                    yield " | ".join(row.cells), row.span
            case Fence() if block.language in {
                "env",
                "bash",
                "dotenv",
                "ini",
                "",
                "sh",
                "python",
                "text",
            }:
                for at, line in enumerate(block.text.split("\n"), start=1):
                    if _SECRET.search(line) or "jwks" in line.casefold():
                        yield line, Span(path=document.path, line=block.span.line + at)
            case _:
                pass
