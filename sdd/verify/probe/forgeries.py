"""Tokens that must not be believed, and headers that must not upset anybody."""

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .tokens import SUBJECTS, Signer, decode_part, encode, hmac_sign, join, now

_HOUR = 3600


@dataclass(frozen=True)
class Forgery:
    """One attempt.

    Attributes:
        refused: It must be answered 401; otherwise only without a 5xx.
        raw: The bytes of the Authorization header, or None for no such header.
        quick: Tried on every operation, not only on some.
        strict: Its acceptance is an error even where the spec does not speak of it.
    """

    name: str
    raw: bytes | None
    refused: bool = True
    query: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[bytes, bytes], ...] = ()
    quick: bool = False
    strict: bool = True


@dataclass(frozen=True)
class Genuine:
    """What a good token is made of.

    Attributes:
        public: Texts of the issuer's public key, for algorithm confusion.
        issuer: Whether the spec states an issuer; likewise `audience`.
    """

    token: str
    claims: Mapping[str, Any]
    signer: Signer | None
    subject: str = "sub"
    issuer: bool = False
    audience: bool = False
    public: tuple[bytes, ...] = ()


def forgeries(genuine: Genuine) -> list[Forgery]:
    """List every attempt; those that need the key are left out where we do not have it."""
    found = [*_unsigned(genuine), *_structures(genuine), *_places(genuine), *_headers(genuine)]
    if genuine.signer is not None:
        found += [*_claims(genuine, genuine.signer), *_subjects(genuine, genuine.signer)]
        found += _signed_headers(genuine, genuine.signer)
    return found


def _bearer(token: str) -> bytes:
    return b"Bearer " + token.encode("utf-8", "surrogatepass")


def _unsigned(genuine: Genuine) -> Iterator[Forgery]:
    """Tokens that nobody with the key has signed."""
    claims = genuine.claims
    header, payload, signature = [*genuine.token.split("."), "", ""][:3]
    # With the genuine `kid`, so that a verifier finds its key and comes to the check itself.
    kept = {"typ": "JWT", **_without_algorithm(header)}
    for name in ("none", "None", "NONE", "nOnE"):
        token = join({**kept, "alg": name}, claims) + "."
        yield Forgery(f"algorithm {name}", _bearer(token), quick=name == "none")
    yield Forgery("no signature", _bearer(f"{header}.{payload}."), quick=True)
    yield Forgery("two parts", _bearer(f"{header}.{payload}"))
    none = join({**kept, "alg": "none"}, claims)
    yield Forgery("algorithm none with a signature", _bearer(f"{none}.{signature}"))
    for algorithm in ("HS256", "HS384", "HS512"):
        token = hmac_sign(join({**kept, "alg": algorithm}, claims), b"w" * 64, algorithm)
        yield Forgery(f"another key, {algorithm}", _bearer(token), quick=algorithm == "HS256")
    for name, key in (("empty", b""), ("guessed", b"secret"), ("usual", b"your-secret-key")):
        token = hmac_sign(join({**kept, "alg": "HS256"}, claims), key)
        yield Forgery(f"{name} key", _bearer(token))
    for algorithm in ("RS256", "ES256", "EdDSA", "PS256", "HS1", "", "hs256"):
        token = join({**kept, "alg": algorithm}, claims) + "." + encode(b"s" * 64)
        yield Forgery(f"algorithm {algorithm or 'empty'}", _bearer(token))
    for number, key in enumerate(genuine.public):
        token = hmac_sign(join({**kept, "alg": "HS256"}, claims), key)
        yield Forgery(f"public key as secret ({number + 1})", _bearer(token), quick=number == 0)
    changed = {**claims, genuine.subject: f"{claims.get(genuine.subject, '')}x"}
    swapped = encode(json.dumps(changed).encode())
    yield Forgery("payload exchanged", _bearer(f"{header}.{swapped}.{signature}"), quick=True)
    yield Forgery("signature cut", _bearer(genuine.token[:-6]))
    flipped = ("A" if signature[:1] != "A" else "B") + signature[1:]
    yield Forgery("signature changed", _bearer(f"{header}.{payload}.{flipped}"))
    for name, more in (
        ("../../../../dev/null", {"kid": "../../../../dev/null"}),
        ("SQL", {"kid": "x' UNION SELECT '' --"}),
        ("number", {"kid": 7}),
        ("own key embedded", {"jwk": {"kty": "oct", "k": ""}}),
        (
            "own key by address",
            {"jku": "http://127.0.0.1:9/jwks.json", "x5u": "http://127.0.0.1:9/"},
        ),
    ):
        token = hmac_sign(join({"alg": "HS256", "typ": "JWT", **more}, claims), b"")
        yield Forgery(f"key injected: {name}", _bearer(token))


def _without_algorithm(header: str) -> dict[str, Any]:
    read = decode_part(header)
    return (
        {key: value for key, value in read.items() if key != "alg"}
        if isinstance(read, dict)
        else {}
    )


def _structures(genuine: Genuine) -> Iterator[Forgery]:
    """Strings that are no tokens."""
    header, payload, signature = [*genuine.token.split("."), "", ""][:3]
    listed = encode(b'{"alg":["HS256"]}')
    deep = encode(b'{"alg":"HS256","x":' + b"[" * 9000 + b"]" * 9000 + b"}")
    for name, text in (
        ("garbage", "garbage"),
        ("dots", ".."),
        ("four parts", f"{genuine.token}.x"),
        ("cut in half", genuine.token[: len(genuine.token) // 2]),
        ("empty header", f".{payload}.{signature}"),
        ("header is no JSON", f"{encode(b'nope')}.{payload}.{signature}"),
        ("header is a list", f"{encode(b'[]')}.{payload}.{signature}"),
        ("header is null", f"{encode(b'null')}.{payload}.{signature}"),
        ("header without algorithm", f"{encode(b'{}')}.{payload}.{signature}"),
        ("algorithm is a list", f"{listed}.{payload}.{signature}"),
        ("header nests deeply", f"{deep}.{payload}.{signature}"),
        ("100 kB", "A" * 100_000),
        ("100 kB of dots", "." * 100_000),
        ("not base64", f"{header}.$$$.{signature}"),
    ):
        yield Forgery(f"token: {name}", _bearer(text), quick=name == "garbage")


def _places(genuine: Genuine) -> Iterator[Forgery]:
    """A good token where no token belongs."""
    token = genuine.token
    for name in ("token", "access_token", "jwt", "authorization"):
        yield Forgery(f"token in query {name}", None, query=((name, token),), quick=name == "token")
    for name in ("token", "access_token", "session", "better-auth.session_token"):
        cookie = ((b"cookie", f"{name}={token}".encode()),)
        yield Forgery(f"token in cookie {name}", None, headers=cookie, quick=name == "access_token")
    for name in ("x-auth-token", "x-access-token", "proxy-authorization", "x-user-id"):
        value = str(genuine.claims.get(genuine.subject, "")) if name == "x-user-id" else token
        header = ((name.encode(), value.encode()),)
        yield Forgery(f"header {name}", None, headers=header)


def _headers(genuine: Genuine) -> Iterator[Forgery]:
    """Shapes of the Authorization header."""
    token = genuine.token.encode()
    basic = base64.b64encode(b"user:" + token[:20])
    for name, raw in (
        ("empty", b""),
        ("blank", b"   "),
        ("Bearer alone", b"Bearer"),
        ("Bearer and a space", b"Bearer "),
        ("Bearer and spaces", b"Bearer    "),
        ("null", b"Bearer null"),
        ("undefined", b"Bearer undefined"),
        ("None", b"Bearer None"),
        ("true", b"Bearer true"),
        ("JSON", b'Bearer {"alg":"none"}'),
        ("Basic", b"Basic " + basic),
        ("Basic with the token", b"Basic " + token),
        ("Token", b"Token " + token),
        ("JWT", b"JWT " + token),
        ("Digest", b'Digest username="a"'),
        ("no scheme", token),
        ("scheme twice", b"Bearer Bearer " + token),
        ("scheme with an equals sign", b"Bearer=" + token),
        ("scheme with a colon", b"Bearer: " + token),
        ("quoted", b'Bearer "' + token + b'"'),
        ("angle brackets", b"Bearer <" + token + b">"),
        ("something appended", b"Bearer " + token + b"extra"),
        ("Latin-1", b"Bearer \xe9\xe8\xff"),
        ("UTF-8", "Bearer \u2603\U0001f600".encode()),
        ("NUL", b"Bearer \x00\x00"),
        ("control characters", b"Bearer \x01\x7f"),
        ("percent signs", b"Bearer %00%0d%0a"),
        ("format string", b"Bearer %s%n{0}{}"),
    ):
        yield Forgery(f"Authorization: {name}", raw, quick=name in {"Bearer alone", "no scheme"})
    for name, raw in (
        ("lower-case scheme", b"bearer " + token),
        ("two spaces", b"Bearer  " + token),
        ("space behind", b"Bearer " + token + b" "),
        ("comma list", b"Bearer " + token + b", Basic x"),
        ("second word", b"Bearer " + token + b" extra"),
    ):
        yield Forgery(f"Authorization: {name}", raw, refused=False)


def _claims(genuine: Genuine, signer: Signer) -> Iterator[Forgery]:
    """Well-signed tokens at the wrong time or for somebody else."""
    moment = now()

    def signed(name: str, *, quick: bool = False, strict: bool = True, **changed: Any) -> Forgery:
        payload = {**genuine.claims, **changed}
        payload = {key: value for key, value in payload.items() if value is not ...}
        token = signer.sign(payload)
        return Forgery(f"claims: {name}", _bearer(token), quick=quick, strict=strict)

    yield signed("expired", quick=True, exp=moment - _HOUR, iat=moment - 2 * _HOUR)
    yield signed("expired at the epoch", exp=0)
    yield signed("expiry is negative", exp=-1)
    yield signed("expiry is text", exp="tomorrow")
    yield signed("expiry is null", strict=False, exp=None)
    yield signed("expiry is a list", exp=[moment + _HOUR])
    yield signed("no expiry", strict=False, exp=...)
    yield signed("no time of issue", strict=False, iat=...)
    yield signed("issued in the future", iat=moment + _HOUR, exp=moment + 2 * _HOUR, strict=False)
    yield signed("not yet valid", nbf=moment + _HOUR)
    if genuine.issuer:
        yield signed("another issuer", quick=True, iss="https://issuer.example")
        yield signed("no issuer", iss=...)
    if genuine.audience:
        yield signed("another audience", quick=True, aud="https://audience.example")
        yield signed("no audience", aud=...)


def _subjects(genuine: Genuine, signer: Signer) -> Iterator[Forgery]:
    """Well-signed tokens for nobody, or for a strange user."""
    names = {*SUBJECTS, genuine.subject, "email", "username"}
    rest = {key: value for key, value in genuine.claims.items() if key not in names}
    yield Forgery("subject: none", _bearer(signer.sign(rest)), quick=True)
    nobody: tuple[tuple[str, object], ...] = (
        ("null", None),
        ("empty", ""),
        ("list", ["a"]),
        ("object", {"id": "a"}),
        ("true", True),
    )
    # Only the issuer can make these; a spec that states the form of ids rules them out.
    odd: tuple[tuple[str, object], ...] = (
        ("blank", "   "),
        ("NUL", "a\x00b"),
        ("lone surrogate", "a\ud800b"),
        ("line feed", "a\nb"),
        ("100 000 characters", "a" * 100_000),
    )
    for name, value in (*nobody, *odd):
        payload = {**rest, **dict.fromkeys((*SUBJECTS, genuine.subject), value)}
        yield Forgery(
            f"subject: {name}",
            _bearer(signer.sign(payload)),
            quick=name == "lone surrogate",
            strict=(name, value) in nobody,
        )
    harmless: tuple[tuple[str, object], ...] = (
        ("path", "../../admin"),
        ("SQL", "' OR 1=1 --"),
        ("number", 7),
        ("wide", "é☃"),
    )
    for name, value in harmless:
        payload = {**rest, **dict.fromkeys((*SUBJECTS, genuine.subject), value)}
        yield Forgery(f"subject: {name}", _bearer(signer.sign(payload)), refused=False)


def _signed_headers(genuine: Genuine, signer: Signer) -> Iterator[Forgery]:
    """Well-signed tokens whose payload or header is odd."""
    for name, payload in (("a list", []), ("text", "x"), ("null", None), ("a number", 7)):
        yield Forgery(f"payload is {name}", _bearer(signer.sign(payload)))
    token = signer.sign(dict(genuine.claims), {"crit": ["zq"], "zq": 1})
    yield Forgery("unknown critical header", _bearer(token), refused=False)
    token = signer.sign(dict(genuine.claims), {"typ": "zq"})
    yield Forgery("another type", _bearer(token), refused=False)
    padded = {**genuine.claims, "zq": "A" * 60_000}
    yield Forgery("60 kB of claims", _bearer(signer.sign(padded)), refused=False)
