"""Taking secrets out of text."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from steps import matching_steps

from sdd.records.phr import suggest_title
from sdd.records.redaction import redact
from sdd.records.secret_patterns import PATTERNS

_BODY = "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9T0u1V2w3X4y5Z6"
_HEX = "0123456789abcdef" * 4
_UPPER = "A1B2C3D4E5F6G7H8J9K0L1M2N3P4Q5R6S7T8U9V0W1X2Y3Z4A5B6C7D8E9F0"
_SECRETS = {
    "anthropic-key": f"sk-ant-api03-{_BODY}",
    "openrouter-key": f"sk-or-v1-{_HEX}",
    "openai-key": f"sk-proj-{_BODY}",
    "aws-access-key": f"AKIA{_UPPER[:16]}",
    "github-token": f"ghp_{_BODY[:36]}",
    "gitlab-token": f"glpat-{_BODY[:20]}",
    "slack-token": f"xoxb-1234567890-{_BODY[:24]}",
    "stripe-key": f"sk_live_{_BODY[:24]}",
    "stripe-webhook-secret": f"whsec_{_BODY[:32]}",
    "google-api-key": f"AIza{_BODY[:35]}",
    "google-oauth-secret": f"GOCSPX-{_BODY[:28]}",
    "huggingface-token": f"hf_{_BODY[:34]}",
    "groq-key": f"gsk_{_BODY}",
    "npm-token": f"npm_{_BODY[:36]}",
    "pypi-token": f"pypi-AgEIcHlwaS5vcmc{_BODY}{_BODY}",
    "sendgrid-key": f"SG.{_BODY[:22]}.{_BODY[:43]}",
    "mailgun-key": f"key-{_HEX[:32]}",
    "mailchimp-key": f"{_HEX[:32]}-us12",
    "resend-key": f"re_{_BODY[:8]}_{_BODY[:24]}",
    "twilio-key": f"SK{_HEX[:32]}",
    "telegram-token": f"123456789:AA{_BODY[:33]}",
    "digitalocean-token": f"dop_v1_{_HEX}",
    "databricks-token": f"dapi{_HEX[:32]}",
    "shopify-token": f"shpat_{_HEX[:32]}",
    "supabase-token": f"sbp_{_HEX[:40]}",
    "neon-password": f"npg_{_BODY[:12]}",
    "vault-token": f"hvs.{_BODY}",
    "aws-bedrock-key": f"ABSK{_BODY}{_BODY}",
    "alibaba-key": f"LTAI{_BODY[:20]}",
    "1password-token": f"ops_eyJ{_BODY}{_BODY}",
    "1password-key": "A3-A1B2C3-D4E5F6-G7H8J-9K0L1-M2N3P-4Q5R6",
    "artifactory-key": f"AKCp{_BODY}{_BODY}",
    "authress-key": f"sc_abc123.k1d2.acc_{_BODY[:20]}.{_BODY}",
    "azure-secret": f"a1B8Q~{_BODY[:34]}",
    "dynatrace-token": f"dt0c01.{_BODY[:24]}.{_BODY}{_BODY[:12]}",
    "easypost-key": f"EZAK{_BODY}a1",
    "facebook-token": f"EAAM{_BODY}{_BODY}",
    "flutterwave-key": f"FLWSECK_TEST-{_HEX[:32]}-X",
    "fly-token": f"fm2_{_BODY}{_BODY}",
    "harness-key": f"pat.{_BODY[:22]}.{_BODY[:24]}.{_BODY[:20]}",
    "infracost-token": f"ico-{_BODY[:32]}",
    "maxmind-key": f"a1B2c3_{_BODY[:29]}_mmk",
    "octopus-key": f"API-{_UPPER[:26]}",
    "openshift-token": f"sha256~{_BODY[:43]}",
    "prefect-key": f"pnu_{_BODY[:36]}",
    "pulumi-token": f"pul-{_HEX[:40]}",
    "brevo-key": f"xkeysib-{_HEX}-{_BODY[:16]}",
    "settlemint-token": f"sm_pat_{_BODY[:16]}",
    "shippo-token": f"shippo_live_{_HEX[:40]}",
    "sourcegraph-token": f"sgp_{_HEX[:40]}",
    "teams-webhook": f"https://a.webhook.office.com/webhookb2/{_BODY}/IncomingWebhook/1",
    "session-cookie": f"Cookie: _gitlab_session={_HEX[:32]}",
    "grafana-token": f"eyJrIjoi{_BODY}",
    "age-key": f"AGE-SECRET-KEY-1{_UPPER[:58]}",
    "slack-webhook": f"https://hooks.slack.com/services/T0/B0/{_BODY[:24]}",
    "json-web-token": f"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI0MiJ9.{_BODY[:43]}",
    "connection-password": "postgresql+asyncpg://app:hunter2@db.internal:5432/app",
    "bearer-token": f"Authorization: Bearer {_BODY}",
    "basic-credentials": "Authorization: Basic YWRtaW46cGFzczR3b3Jk",
    "private-key": (
        f"-----BEGIN RSA PRIVATE KEY-----\n{_BODY}\n{_BODY}\n-----END RSA PRIVATE KEY-----"
    ),
}
_INNOCENT = [
    "Authorization: Bearer <token>",
    "Authorization: Bearer YOUR_ACCESS_TOKEN_HERE",
    "Use Bearer authentication-scheme-of-choice everywhere.",
    "DATABASE_URL=postgresql://user:password@localhost:5432/db",
    "DATABASE_URL=postgresql://${DB_USER}:${DB_PASSWORD}@${DB_HOST}/db",
    "See http://localhost:8000/users/@me and mailto:a:b@c.d",
    "SECRET_KEY = settings.secret_key",
    'secret = os.environ["JWT_SECRET_2"]',
    "BETTER_AUTH_SECRET=your-256-bit-secret",
    "JWT_SECRET=change-me-32-characters-long",
    "API_KEY=${{ secrets.API_KEY_2 }}",
    "token: str = Depends(oauth2_scheme)",
    "password: VARCHAR(255) NOT NULL",
    '{"password": "SecurePass123!"}',
    "access_token = create_access_token(user_1)",
    "ACCESS_TOKEN_EXPIRE_MINUTES=30",
    "the task-list-component-with-a-long-name-1 and risk-assessment-2026-01-01-final",
    "sk-learn-compatible-estimators-and-pipelines",
    "commit 0123456789abcdef0123456789abcdef01234567",
    "id 550e8400-e29b-41d4-a716-446655440000",
    "**Secrets**: `k8s/base/secrets1.yaml`",
    '"token": "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9..."',
    "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0\n-----END PUBLIC KEY-----",
    "A header like -----BEGIN PRIVATE KEY----- starts the block.",
    "apiVersion: example.io/v1beta1",
    "Stripe: 2024-01-15T10:00:00Z, linear: linear-gradient(90deg, red)",
    f'"stripe/tokens.py": "{_HEX[:64]}"',
    f"commit: {_HEX[:40]}",
    "Discord => facebook-clone-2024-final",
    "auth: see specs/003-user-auth-v2/contracts/api3.yaml",
]


@pytest.mark.parametrize("kind", _SECRETS)
def test_a_planted_secret_is_taken_out_and_named(kind: str) -> None:
    """Each known form goes, what stands around it stays, and its line is told."""
    text = f"Before.\nHere: {_SECRETS[kind]} and after.\n"

    redacted, redactions = redact(text)

    assert [(item.kind, item.line) for item in redactions] == [(kind, 2)]
    assert f"[REDACTED:{kind}]" in redacted
    assert redacted.startswith("Before.\nHere: ")
    assert redacted.endswith(" and after.\n")
    assert _BODY[:12] not in redacted
    assert "hunter2" not in redacted


@pytest.mark.parametrize(
    "line",
    [
        f"JWT_SECRET={_BODY}",
        "DB_PASSWORD=hunter22",
        f'"client_secret": "{_BODY}"',
        f"api_key: '{_BODY}'",
        f"- **API Key**: `{_BODY}`",
        f"export AWS_SECRET_ACCESS_KEY={_BODY[:40]}",
        f"AccountKey={_BODY}{_BODY[:30]}==;EndpointSuffix=core.windows.net",
    ],
)
def test_a_value_assigned_to_a_telling_name_is_taken_out(line: str) -> None:
    """Settings, JSON, YAML and Markdown are understood; the name stays readable."""
    redacted, redactions = redact(line)

    assert [item.kind for item in redactions] == ["secret-value"]
    assert redacted[:6] == line[:6]
    assert _BODY[:12] not in redacted


@pytest.mark.parametrize(
    "operator", ["=", " = ", ":", ": ", ":=", " => ", "||", "?=", ", ", '": "']
)
@pytest.mark.parametrize(
    "value", ["k3v9x2m8q1w7r4t6", _HEX[:32], "291154f1-575d-463f-a627-2046ba21f49e"]
)
def test_a_random_value_after_a_services_name_is_taken_out(operator: str, value: str) -> None:
    """The name of a service tells as much as the word key, whatever stands between."""
    for name in ("Mailgun", "acme_twilio_prod", '"datadog'):
        redacted, redactions = redact(f"{name}{operator}{value}\n")

        assert [item.kind for item in redactions] == ["service-key"]
        assert redacted.startswith(name)
        assert value not in redacted


@pytest.mark.parametrize("text", _INNOCENT)
def test_what_only_looks_like_a_secret_stays(text: str) -> None:
    """Placeholders, names, paths, hashes and examples are left as they are."""
    assert redact(text) == (text, ())


def test_a_token_of_letters_alone_and_a_password_of_a_command_line_are_taken_out() -> None:
    """Neither a digit nor a telling name is needed where the form says enough."""
    text = f"hf_{'abcdefghijklmnopqrstuvwxyzABCDEFGH'} and curl -X POST -u me:hunter2 http://h/"

    redacted, redactions = redact(text)

    assert [item.kind for item in redactions] == ["huggingface-token", "connection-password"]
    assert redacted.endswith("-u me:[REDACTED:connection-password] http://h/")


@given(
    pieces=st.lists(
        st.one_of(st.sampled_from(list(_SECRETS.values())), st.text(max_size=8)), max_size=6
    )
)
def test_redaction_is_idempotent(pieces: list[str]) -> None:
    """A text once redacted has nothing more to take out."""
    once, _ = redact("\n".join(pieces))

    assert redact(once) == (once, ())


def test_letters_that_grow_in_lower_case_do_not_shift_the_place() -> None:
    """Positions hold also after letters whose lower case is longer."""
    text = f"\u0130\u0130 API_KEY={_BODY} end"

    assert redact(text)[0] == "\u0130\u0130 API_KEY=[REDACTED:secret-value] end"


@pytest.mark.slow
@pytest.mark.parametrize(
    "piece", ["eyJ", "secret_token_", "://a:", "-----BEGIN PRIVATE KEY-----", "bearer ", "`key=`"]
)
def test_hostile_text_takes_steps_that_grow_with_it_alone(piece: str) -> None:
    """Four times a text made to trouble a form takes about four times as many steps to search."""
    small, large = (_steps(piece * (size // len(piece))) for size in (800, 3200))

    assert small > 0
    assert large < small * 6


def _steps(text: str) -> int:
    """Count the steps in which all forms are looked for whose needles are there."""
    folded, total = text.lower(), 0
    for pattern in PATTERNS:
        needles = [needle for needle in pattern.needles if needle in folded]
        searched = folded if pattern.folded else text
        places = {hit.start() for needle in needles for hit in re.finditer(needle, searched)}
        if needles:
            starts = sorted(places) if pattern.anchored else None
            total += matching_steps(pattern.form, searched, starts)
    return total


def test_every_pattern_is_named_in_kebab_case() -> None:
    """Kinds can stand in brackets in a text and in a table."""
    assert all(kind == kind.lower() and " " not in kind for kind in (p.kind for p in PATTERNS))


@pytest.mark.parametrize(
    ("prompt", "secret"),
    [
        ("connect to postgresql://admin:" + "hunter2secret@db.example.com/shop now", "hunter2"),
        ("set API_KEY=" + "9fK2xQ7LmPz81RtYvB4w please", "9fK2x"),
    ],
)
def test_a_title_made_from_a_prompt_holds_no_secret(prompt: str, secret: str) -> None:
    """The signs by which a secret is known are not in titles and file names; the secret neither."""
    assert secret in prompt
    assert secret not in suggest_title(prompt)
