from pathlib import Path

import pytest
from components.issuer import BetterAuth
from components.sample import ask
from verify.harness import context, seed
from verify.served import Server

from sdd.adapters.processes import LocalProcesses
from sdd.verify import Result, check_isolation, check_tokens

pytestmark = [pytest.mark.component, pytest.mark.slow]


def test_tokens_of_a_real_better_auth_are_believed_and_forged_ones_are_not(
    issuer: BetterAuth, tmp_path: Path
) -> None:
    """Two users who signed up there are set against each other on a backend with its key set."""
    settings = {
        "JWKS_URL": f"{issuer.url}/api/auth/jwks",
        "DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path / 'memos.db'}",
    }
    server = Server(seed("key_set", tmp_path), "app:app", settings)
    tokens = tuple(issuer.sign_up(name) for name in ("ada", "ben"))
    try:
        server.start()
        asked = context(tmp_path, LocalProcesses(), base_url=server.url, tokens=tokens)
        reports = [check_isolation(asked), check_tokens(asked)]
    finally:
        server.kill()

    assert [(report.result, report.diagnostics) for report in reports] == [(Result.PASSED, ())] * 2


def test_a_better_auth_that_is_down_is_503_and_comes_back(
    issuer: BetterAuth, tmp_path: Path
) -> None:
    """An outage of the issuer is not the user's fault; its new keys are taken when it is back."""
    settings = {
        "JWKS_URL": f"{issuer.url}/api/auth/jwks",
        "DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path / 'memos.db'}",
    }
    server = Server(seed("key_set", tmp_path), "app:app", settings)
    token = issuer.sign_up("ada")
    try:
        issuer.stop()
        server.start()
        while_down = ask(f"{server.url}/api/memos", bearer=token)[0]
        issuer.start()
        after = ask(f"{server.url}/api/memos", bearer=issuer.sign_up("ada"))[0]
    finally:
        server.kill()

    assert (while_down, after) == (503, 200)
