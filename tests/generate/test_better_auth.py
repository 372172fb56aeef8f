"""The generated backend takes the tokens of a real Better Auth server with the generated plugin."""

import dataclasses
import http.cookiejar
import json
import os
import shutil
import subprocess
import sys
import textwrap
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from generate.samples import SPECS, tasks_and_comments

from sdd.generate import Options, render
from sdd.ir import AuthMode

_SECRET = "a secret of more than thirty-two bytes"
_NODE = shutil.which("node") or "node"
_HERE = Path(__file__).parent / "better_auth"
_CALLS = textwrap.dedent("""
    import json
    import os

    from app.main import create_app
    from fastapi.testclient import TestClient

    headers = [{"Authorization": f"Bearer {token}"} for token in json.loads(os.environ["TOKENS"])]
    with TestClient(create_app()) as client:
        made = client.post("/api/tasks", json={"title": "A task"}, headers=headers[0])
        assert made.status_code == 201, made.text
        own, foreign = (client.get("/api/tasks", headers=item).json()["total"] for item in headers)
        assert (own, foreign) == (1, 0)
        assert client.get(f"/api/tasks/{made.json()['id']}", headers=headers[1]).status_code == 404
""")


@pytest.fixture(scope="session")
def modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with Better Auth from npm; skipped, with the reason, where it cannot be had."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("npm is not installed: no real Better Auth server")
    folder = tmp_path_factory.mktemp("better-auth")
    (folder / "package.json").write_text('{"private": true, "type": "module"}')
    command = [npm, "install", "--no-audit", "--no-fund", "better-auth@1.7", "jose@6"]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=200, check=False
    )
    if done.returncode != 0:
        pytest.skip(f"npm could not install better-auth: {done.stderr[-200:]}")
    return folder


@pytest.fixture(params=list(AuthMode))
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[AuthMode, Path]:
    """A rendered backend of each mode."""
    sample = tasks_and_comments()
    auth = dataclasses.replace(sample.auth, mode=request.param)
    for item in render(dataclasses.replace(sample, auth=auth), Options(specs=SPECS)):
        target = tmp_path / item.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(item.content)
    return request.param, tmp_path


@pytest.fixture
def origin(modules: Path, backend: tuple[AuthMode, Path]) -> Iterator[str]:
    """The address of a Better Auth server with the generated plugin."""
    shutil.copy(_HERE / "server.mjs", modules)
    shutil.copy(backend[1] / "better-auth" / "tokens.ts", modules / "tokens.mjs")
    environment = {"PATH": os.environ["PATH"], "BETTER_AUTH_SECRET": _SECRET}
    with subprocess.Popen(
        [_NODE, "server.mjs"], cwd=modules, env=environment, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        yield server.stdout.readline().strip()
        server.terminate()


def _token(origin: str, name: str) -> str:
    """Sign somebody up, and fetch the token that the plugin issues."""
    opener = urllib.request.build_opener(
        urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
    )
    body = {"email": f"{name}@example.com", "password": "correct horse battery", "name": name}
    sign_up = urllib.request.Request(  # noqa: S310 - our own server on loopback
        f"{origin}/api/auth/sign-up/email",
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json", "Origin": origin},
    )
    opener.open(sign_up, timeout=20).close()
    with opener.open(f"{origin}/api/auth/token", timeout=20) as answer:
        token: str = json.load(answer)["token"]
    return token


@pytest.mark.slow
@pytest.mark.enable_socket
def test_tokens_of_better_auth_are_taken(backend: tuple[AuthMode, Path], origin: str) -> None:
    """Issuer, audience, subject, algorithm and key: both sides mean the same."""
    mode, folder = backend
    tokens = [_token(origin, name) for name in ("ann", "ben")]
    environment = {
        "PYTHONPATH": str(folder),
        "BETTER_AUTH_SECRET": _SECRET,
        "DATABASE_URL": "sqlite://",
        "JWKS_URL": f"{origin}/api/auth/jwks",
        "JWT_ISSUER": origin,
        "JWT_AUDIENCE": origin,
        "TOKENS": json.dumps(tokens),
    }

    done = subprocess.run(
        [sys.executable, "-c", _CALLS],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert done.returncode == 0, f"{mode}: {done.stderr}"
