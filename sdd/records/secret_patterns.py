"""What secrets look like: a table, one line for each form."""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretPattern:
    """One form of secret.

    Attributes:
        kind: What it is called where it was taken out.
        needles: Lower-case pieces of text; without one of them the form cannot occur.
        regex: Finds it; the group `secret` is what must go, else all of the match.
        judged: Whether the value must also look random (`redaction` decides).
    """

    kind: str
    needles: tuple[str, ...]
    regex: re.Pattern[str]
    judged: bool = False


def _token(kind: str, needle: str, body: str, *, judged: bool = False) -> SecretPattern:
    # The look-behind keeps a match from starting inside a word, and searching linear.
    return SecretPattern(
        kind=kind,
        needles=(needle.lower(),),
        regex=re.compile(rf"(?<![A-Za-z0-9_-]){body}"),
        judged=judged,
    )


_VENDOR_TOKENS = (
    _token("anthropic-key", "sk-ant-", r"sk-ant-[\w-]{20,}"),
    _token("openrouter-key", "sk-or-", r"sk-or-v1-[0-9a-f]{32,}"),
    _token("openai-key", "sk-", r"sk-(?:proj-|svcacct-|admin-|None-)?[\w-]{20,}", judged=True),
    _token("aws-access-key", "akia", r"AKIA[0-9A-Z]{16}(?![0-9A-Za-z])"),
    _token("aws-access-key", "asia", r"ASIA[0-9A-Z]{16}(?![0-9A-Za-z])"),
    _token("github-token", "github_pat_", r"github_pat_\w{22,}"),
    _token("github-token", "gh", r"gh[pousr]_[A-Za-z0-9]{30,}"),
    _token("gitlab-token", "gl", r"gl(?:pat|ptt|dt|rt|ft|soat|cbt|imt|agent|oas)-[\w-]{20,}"),
    _token("slack-token", "xox", r"xox[abeoprs]-[\w-]{10,}"),
    _token("slack-token", "xapp-", r"xapp-\d-[\w-]{10,}"),
    _token("stripe-key", "k_live_", r"[rs]k_live_[0-9A-Za-z]{16,}"),
    _token("stripe-key", "k_test_", r"[rs]k_test_[0-9A-Za-z]{16,}"),
    _token("stripe-webhook-secret", "whsec_", r"whsec_[0-9A-Za-z+/=]{16,}"),
    _token("google-api-key", "aiza", r"AIza[\w-]{35}"),
    _token("google-oauth-secret", "gocspx-", r"GOCSPX-[\w-]{20,}"),
    _token("google-oauth-token", "ya29.", r"ya29\.[\w-]{20,}"),
    _token("huggingface-token", "hf_", r"hf_[A-Za-z0-9]{30,}"),
    _token("replicate-token", "r8_", r"r8_[A-Za-z0-9]{30,}"),
    _token("groq-key", "gsk_", r"gsk_[A-Za-z0-9]{40,}"),
    _token("xai-key", "xai-", r"xai-[A-Za-z0-9]{40,}"),
    _token("perplexity-key", "pplx-", r"pplx-[A-Za-z0-9]{40,}"),
    _token("tavily-key", "tvly-", r"tvly-[\w-]{20,}", judged=True),
    _token("langsmith-key", "lsv2_", r"lsv2_(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}"),
    _token("npm-token", "npm_", r"npm_[A-Za-z0-9]{36}"),
    _token("pypi-token", "pypi-", r"pypi-A[\w-]{50,}"),
    _token("rubygems-token", "rubygems_", r"rubygems_[0-9a-f]{48}"),
    _token("docker-token", "dckr_pat_", r"dckr_pat_[\w-]{20,}"),
    _token("sendgrid-key", "sg.", r"SG\.[\w-]{16,32}\.[\w-]{16,64}"),
    _token("mailgun-key", "key-", r"key-[0-9a-f]{32}(?!\w)"),
    _token("mailchimp-key", "-us", r"[0-9a-f]{32}-us\d{1,2}(?!\w)"),
    _token("resend-key", "re_", r"re_[A-Za-z0-9]{6,12}_[A-Za-z0-9]{20,}", judged=True),
    _token("twilio-key", "sk", r"SK[0-9a-f]{32}(?!\w)"),
    _token("telegram-token", ":aa", r"\d{8,10}:AA[\w-]{33}(?![\w-])"),
    _token("discord-token", ".", r"[MNO][\w-]{23,27}\.[\w-]{6}\.[\w-]{27,38}(?![\w-])"),
    _token("digitalocean-token", "_v1_", r"do[opr]_v1_[0-9a-f]{64}"),
    _token("databricks-token", "dapi", r"dapi[0-9a-f]{32}(?!\w)"),
    _token("shopify-token", "shp", r"shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}"),
    _token("square-token", "sq0", r"sq0(?:atp|csp|idp)-[\w-]{22,}"),
    _token("linear-key", "lin_api_", r"lin_api_[A-Za-z0-9]{32,}"),
    _token("notion-token", "ntn_", r"ntn_[A-Za-z0-9]{40,}"),
    _token("supabase-token", "sbp_", r"sbp_[0-9a-f]{40}"),
    _token("supabase-key", "sb_secret_", r"sb_secret_[\w-]{20,}"),
    _token("neon-key", "napi_", r"napi_[A-Za-z0-9]{40,}"),
    _token("neon-password", "npg_", r"npg_[A-Za-z0-9]{10,}"),
    _token("planetscale-token", "pscale_", r"pscale_(?:tkn|pw|oauth)_[\w.=-]{30,}"),
    _token("vault-token", "hv", r"hv[sbr]\.[\w-]{24,}"),
    _token("grafana-token", "gl", r"gl(?:sa|c)_[\w+/=-]{30,}"),
    _token("new-relic-key", "nrak-", r"NRAK-[A-Z0-9]{27}"),
    _token("sentry-token", "sntry", r"sntry[su]_[\w+/=]{40,}"),
    _token("postman-key", "pmak-", r"PMAK-[0-9a-f]{24}-[0-9a-f]{34}"),
    _token("atlassian-token", "atatt3", r"ATATT3[\w=-]{100,}"),
    _token("doppler-token", "dp.", r"dp\.(?:pt|st|ct|sa|scim|audit)\.[A-Za-z0-9.]{40,}"),
    _token("figma-token", "figd_", r"figd_[\w-]{40}"),
    _token("airtable-token", "pat", r"pat\w{14}\.[0-9a-f]{64}"),
    _token("terraform-token", "atlasv1", r"[A-Za-z0-9]{14}\.atlasv1\.[\w=-]{60,}"),
    _token("heroku-key", "hrku-", r"HRKU-[\w-]{36,}"),
    _token("age-key", "age-secret-key-", r"AGE-SECRET-KEY-1[0-9A-Z]{58}"),
)

# Names that say "what follows is secret", in any spelling of a settings file or source.
_TELLTALE = (
    r"(?:secret|token|passw(?:or)?d|pwd|passphrase|api_?-?key|private_?-?key|access_?-?key"
    r"|auth_?-?key|signing_?-?key|encryption_?-?key|account_?-?key|credentials?)"
)

PATTERNS = (
    SecretPattern(
        kind="private-key",
        needles=("private key",),
        regex=re.compile(
            r"-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----"
            r"(?:(?:[^-]|-(?!----))*-----END [A-Z0-9 ]{3,40}-----"
            r"|(?:\s|\\[rn])*(?:[A-Za-z0-9+/=]{32,}(?:\s|\\[rn])*)+)"
        ),
    ),
    *_VENDOR_TOKENS,
    SecretPattern(
        kind="slack-webhook",
        needles=("hooks.slack.com",),
        regex=re.compile(
            r"hooks\.slack\.com/(?:services|workflows|triggers)/(?P<secret>[\w/]{20,})"
        ),
    ),
    SecretPattern(
        kind="discord-webhook",
        needles=("/api/webhooks/",),
        regex=re.compile(r"discord(?:app)?\.com/api/webhooks/(?P<secret>\d{10,}/[\w-]{30,})"),
    ),
    _token("json-web-token", "eyj", r"eyJ[\w-]{8,}\.eyJ[\w-]{6,}(?:\.[\w-]*)?"),
    SecretPattern(
        kind="connection-password",
        needles=("://",),
        regex=re.compile(
            r"://[^\s:/@\"'`<>]{0,100}:(?!\d{1,5}/)(?P<secret>[^\s\"'`<>]{1,200})@(?=[\w\[%$.-])"
        ),
    ),
    SecretPattern(
        kind="bearer-token",
        needles=("bearer",),
        regex=re.compile(r"(?i)\bbearer[ \t]+(?P<secret>[\w.~+/=-]{16,})"),
        judged=True,
    ),
    SecretPattern(
        kind="basic-credentials",
        needles=("basic ",),
        regex=re.compile(
            r"(?i)authorization[\"']?\s*[:=]\s*[\"']?basic[ \t]+(?P<secret>[\w+/=-]{8,})"
        ),
        judged=True,
    ),
    SecretPattern(
        kind="secret-value",
        needles=("secret", "token", "pass", "pwd", "key", "credential"),
        regex=re.compile(
            rf"(?i){_TELLTALE}(?:_[a-z0-9_]{{1,40}}|s)?"
            r"[\"'`*]{0,3}[ \t]*(?::=|=>|=|:)\*{0,2}[ \t]*"
            r"(?P<quote>[\"'`]?)(?P<secret>[^\s\"'`,;<>(){}\[\]]{6,512})(?P=quote)"
        ),
        judged=True,
    ),
)
