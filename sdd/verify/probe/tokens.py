"""Signing tokens as the issuer does, and signing them wrongly, without a JWT library."""

import base64
import hashlib
import hmac
import http.server
import json
import threading
import time
from collections.abc import Mapping
from typing import Any, Protocol

_HASHES = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}
_LIFETIME = 900
SUBJECTS = ("sub", "user_id", "userId", "id", "uid")


def now() -> int:
    """Return the present second; tokens that a running backend judges need the true one."""
    return int(time.time())


def encode(data: bytes) -> str:
    """Encode as base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode_part(part: str) -> Any:
    """Read one part of a token as JSON; None when it is none."""
    try:
        return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except ValueError:
        return None


def hmac_sign(signed: str, key: bytes, algorithm: str = "HS256") -> str:
    """Append the HMAC signature to `header.payload`."""
    digest = hmac.new(key, signed.encode(), _HASHES[algorithm]).digest()
    return f"{signed}.{encode(digest)}"


def join(header: Mapping[str, Any], payload: Any) -> str:
    """Write `header.payload`."""
    parts = (json.dumps(item, separators=(",", ":")).encode() for item in (header, payload))
    return ".".join(encode(part) for part in parts)


def claims(subject: str, *, claim: str = "sub", **more: Any) -> dict[str, Any]:
    """Return the claims of a good token; the user's id stands under every common name too."""
    moment = now()
    return {
        **dict.fromkeys(SUBJECTS, subject),
        claim: subject,
        "iat": moment - 5,
        "exp": moment + _LIFETIME,
        "type": "access",
        "token_type": "access",
        "name": "Verification",
        **more,
    }


class Signer(Protocol):
    """Signs tokens that the backend takes for genuine."""

    algorithm: str
    described: str

    def sign(self, payload: Any, header: Mapping[str, Any] | None = None) -> str:
        """Return the token for a payload; `header` adds to or replaces parts of its header."""
        ...


class SecretSigner:
    """Signs with a shared secret."""

    def __init__(self, secret: str, described: str, algorithm: str = "HS256") -> None:
        self.secret = secret
        self.algorithm = algorithm
        self.described = described

    def sign(self, payload: Any, header: Mapping[str, Any] | None = None) -> str:
        """Return the signed token."""
        full = {"alg": self.algorithm, "typ": "JWT", **(header or {})}
        return hmac_sign(join(full, payload), self.secret.encode(), self.algorithm)


class KeySetSigner:
    """Signs with an Ed25519 key whose public part it serves on loopback as a key set."""

    algorithm = "EdDSA"

    def __init__(self) -> None:
        from cryptography.hazmat.primitives.asymmetric import (  # noqa: PLC0415 - may be missing
            ed25519,
        )
        from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415
            Encoding,
            PublicFormat,
        )

        self._key = ed25519.Ed25519PrivateKey.generate()
        public = self._key.public_key()
        self.raw = public.public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        self.key = {
            "kty": "OKP",
            "crv": "Ed25519",
            "x": encode(self.raw),
            "kid": "verify-1",
            "alg": "EdDSA",
            "use": "sig",
        }
        self.url = self._serve(json.dumps({"keys": [self.key]}).encode())
        self.described = f"Ed25519 keys served at {self.url}"

    def sign(self, payload: Any, header: Mapping[str, Any] | None = None) -> str:
        """Return the signed token."""
        full = {"alg": self.algorithm, "typ": "JWT", "kid": self.key["kid"], **(header or {})}
        signed = join(full, payload)
        return f"{signed}.{encode(self._key.sign(signed.encode()))}"

    @staticmethod
    def _serve(document: bytes) -> str:
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(document)))
                self.end_headers()
                self.wfile.write(document)

            def log_message(  # type: ignore[explicit-override] # `typing` has it from 3.12
                self, *arguments: object
            ) -> None:
                """Stay silent."""

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}"


def key_set_signer() -> KeySetSigner | None:
    """Return a signer with a served key set, or None when the interpreter has no cryptography."""
    try:
        return KeySetSigner()
    except ImportError:
        return None
