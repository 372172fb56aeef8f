import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import jwt
import pytest
from components.issuer import BetterAuth
from components.sample import ask
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from generate.samples import SAMPLES, SPECS
from verify.harness import context
from verify.served import SECRET, Server

from sdd.adapters.processes import LocalProcesses
from sdd.generate import Options, render
from sdd.ir import AuthMode
from sdd.verify import Result, check_isolation, check_tokens
from sdd.verify.probe.tokens import encode, hmac_sign, join

pytestmark = [pytest.mark.component, pytest.mark.slow]

_EDDSA = 'alg: "EdDSA", crv: "Ed25519"'


@contextmanager
def _pair(
    node_project: Path, folder: Path, *, style: str, mode: AuthMode, algorithm: str = _EDDSA
) -> Iterator[tuple[BetterAuth, Server]]:
    """Run a real Better Auth, with the generated configuration, and a generated backend."""
    sample = SAMPLES["tasks-and-comments"]()
    sample = replace(sample, auth=replace(sample.auth, mode=mode))
    for item in render(sample, Options(style=style, specs=SPECS)):
        target = folder / "backend" / item.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(item.content)
    (tokens,) = (folder / "backend" / "better-auth").glob("*.ts")
    plugin = tokens.read_text("utf-8").replace(_EDDSA, algorithm)
    issuer = BetterAuth(node_project, plugin, SECRET)
    settings = {
        "JWKS_URL": f"{issuer.url}/api/auth/jwks",
        "BETTER_AUTH_SECRET": SECRET,
        "JWT_ISSUER": issuer.url,
        "JWT_AUDIENCE": issuer.url,
        "DATABASE_URL": f"sqlite:///{folder / 'tasks.db'}",
    }
    server = Server(folder / "backend", "app.main:app", settings)
    try:
        issuer.start()
        server.start()
        yield issuer, server
    finally:
        server.kill()
        issuer.stop()


@pytest.mark.parametrize(
    ("style", "mode", "algorithm", "said"),
    [
        ("async", AuthMode.JWKS, _EDDSA, "EdDSA"),
        ("sync", AuthMode.JWKS, 'alg: "RS256"', "RS256"),
        ("async", AuthMode.HS256, _EDDSA, "HS256"),
    ],
)
def test_tokens_of_a_real_better_auth_are_believed_and_forged_ones_are_not(
    node_project: Path, tmp_path: Path, style: str, mode: AuthMode, algorithm: str, said: str
) -> None:
    """Two users who signed up there are set against each other on the generated backend."""
    with _pair(node_project, tmp_path, style=style, mode=mode, algorithm=algorithm) as pair:
        issuer, server = pair
        tokens = tuple(issuer.sign_up(name) for name in ("ada", "ben"))
        secret = SECRET if mode is AuthMode.HS256 else None
        asked = context(
            tmp_path, LocalProcesses(), base_url=server.url, tokens=tokens, secret=secret
        )
        reports = [check_isolation(asked), check_tokens(asked)]

    assert jwt.get_unverified_header(tokens[0])["alg"] == said
    assert [(report.result, report.diagnostics) for report in reports] == [(Result.PASSED, ())] * 2


def test_the_published_key_signs_nothing_and_no_other_key_does(
    node_project: Path, tmp_path: Path
) -> None:
    """Algorithm confusion with the issuer's real key, and another key under its `kid`."""
    with _pair(node_project, tmp_path, style="async", mode=AuthMode.JWKS) as (issuer, server):
        tasks = f"{server.url}/api/tasks"
        genuine = issuer.sign_up("ada")
        claims = jwt.decode(genuine, options={"verify_signature": False})
        (key,) = issuer.keys()
        raw = base64.urlsafe_b64decode(key["x"] + "==")
        pem = Ed25519PublicKey.from_public_bytes(raw).public_bytes(
            Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
        )
        symmetric = join({"alg": "HS256", "kid": key["kid"]}, claims)
        forged = [
            hmac_sign(symmetric, bytes_)
            for bytes_ in (pem, raw, key["x"].encode(), json.dumps(key).encode())
        ]
        other = join({"alg": "EdDSA", "kid": key["kid"]}, claims)
        signature = encode(Ed25519PrivateKey.generate().sign(other.encode()))
        forged.append(f"{other}.{signature}")

        assert ask(tasks, bearer=genuine)[0] == 200
        assert [ask(tasks, bearer=token)[0] for token in forged] == [401] * 5


def test_a_better_auth_that_is_down_is_503_until_it_is_back(
    node_project: Path, tmp_path: Path
) -> None:
    """An outage of the issuer is nobody's bad token; its new keys are taken when it is back."""
    with _pair(node_project, tmp_path, style="async", mode=AuthMode.JWKS) as (issuer, server):
        tasks = f"{server.url}/api/tasks"
        token = issuer.sign_up("ada")
        issuer.stop()
        down, body = ask(tasks, bearer=token)
        issuer.start()
        fresh = issuer.sign_up("ada")
        after = [ask(tasks, bearer=fresh)[0]]
        for _ in range(60):
            if after[-1] != 503:
                break
            server.wait(0.5)
            after.append(ask(tasks, bearer=fresh)[0])

    assert (down, body["error_code"]) == (503, "service_unavailable")
    assert set(after[:-1]) <= {503}
    assert after[-1] == 200
