"""What secrets look like: a table, one line for each form."""

import re
from dataclasses import dataclass

LEAST_WORD = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretPattern:
    """One form of secret.

    Attributes:
        kind: What it is called where it was taken out.
        needles: Lower-case pieces of text; without one of them the form cannot occur.
        form: The regular expression that finds it, compiled when a needle is there; the group
            `secret` is what must go, else all of the match.
        folded: Whether the form reads the text in lower case, which is much faster than
            ignoring case.
        anchored: Whether the form is tried where a needle stands, and nowhere else.
        dense: Whether the needle always stands in a word of at least `LEAST_WORD` signs with
            a digit among them or of 22 signs, as the tokens of vendors do.
        bounded: Whether a letter, digit, `-` or `_` before the needle rules the form out.
        judged: Whether the value must also look random (`redaction` decides).
        mixed: Whether letters stand between digits of it, with nothing else between them.
    """

    kind: str
    needles: tuple[str, ...]
    form: str
    judged: bool = False
    folded: bool = False
    anchored: bool = False
    dense: bool = False
    bounded: bool = False
    mixed: bool = False


def _token(kind: str, start: str, body: str, *, judged: bool = False) -> SecretPattern:
    # The literal start lets the search skip; the look-behind keeps it out of longer words.
    return SecretPattern(
        kind=kind,
        needles=(start.lower(),),
        form=rf"{re.escape(start)}(?<![A-Za-z0-9_-]{re.escape(start)}){body}",
        judged=judged,
        dense=True,
        bounded=True,
    )


def _inside(kind: str, form: str, *needles: str) -> SecretPattern:
    """Return a form whose needle may stand anywhere in its word."""
    return SecretPattern(kind=kind, needles=needles, form=form, dense=True)


def _each(kind: str, starts: str, body: str) -> tuple[SecretPattern, ...]:
    return tuple(_token(kind, start, body) for start in starts.split())


_VENDOR_TOKENS = (
    _token("anthropic-key", "sk-ant-", r"[\w-]{20,}"),
    _token("openrouter-key", "sk-or-v1-", r"[0-9a-f]{32,}"),
    _token("openai-key", "sk-", r"(?:proj-|svcacct-|admin-)?[\w-]{20,}", judged=True),
    *_each("aws-access-key", "AKIA ASIA ABIA ACCA A3T", r"[0-9A-Z]{16,17}(?![0-9A-Za-z])"),
    _token("aws-bedrock-key", "ABSK", r"[A-Za-z0-9+/]{80,}={0,2}"),
    _token("aws-bedrock-key", "bedrock-api-key-", r"[\w+/=-]{20,}"),
    _token("alibaba-key", "LTAI", r"[0-9A-Za-z]{16,24}(?!\w)"),
    _token("1password-token", "ops_eyJ", r"[\w+/=-]{40,}"),
    _token("1password-key", "A3-", r"[0-9A-Z]{6}(?:-[0-9A-Z]{5,11}){4,5}(?!\w)"),
    _token("adobe-secret", "p8e-", r"[0-9A-Za-z]{32}(?!\w)"),
    _token("artifactory-key", "AKCp", r"[0-9A-Za-z]{60,}"),
    _token("artifactory-token", "cmVmd", r"[0-9A-Za-z]{50,}"),
    *_each(
        "authress-key",
        "sc_ ext_ scauth_ authress_",
        r"\w{5,30}\.\w{4,6}\.acc[\w-]{10,40}\.[\w+/=-]{30,}",
    ),
    _inside(
        "azure-secret",
        r"(?<![\w~.-])[\w~.]{3}\dQ~[\w~.-]{31,34}(?![\w~-])",
        *(f"{digit}q~" for digit in range(10)),
    ),
    _token("clickhouse-key", "4b1d", r"[0-9A-Za-z]{38}(?!\w)"),
    _token("clojars-token", "CLOJARS_", r"[0-9A-Za-z]{60}"),
    _token("cloudflare-key", "v1.0-", r"[0-9a-f]{24}-[0-9a-f]{100,}"),
    *_each("duffel-token", "duffel_test_ duffel_live_", r"[\w=-]{40,}"),
    _token("dynatrace-token", "dt0c01.", r"[0-9A-Za-z]{24}\.[0-9A-Za-z]{64}"),
    *_each("easypost-key", "EZAK EZTK", r"[0-9A-Za-z]{54}"),
    *_each("facebook-token", "EAAM EAAC EAAB", r"[0-9A-Za-z]{80,}"),
    *_each(
        "flutterwave-key",
        "FLWSECK_TEST- FLWSECK- FLWPUBK_TEST- FLWPUBK-",
        r"[0-9A-Za-z]{12,}(?:-X)?",
    ),
    *_each("fly-token", "fo1_ fm1r_ fm1a_ fm2_", r"[\w+/=,-]{40,}"),
    _token("frameio-token", "fio-u-", r"[\w=-]{60,}"),
    *_each("harness-key", "pat. sat.", r"[\w-]{22}\.[0-9A-Za-z]{24}\.[0-9A-Za-z]{20}"),
    _token("infracost-token", "ico-", r"[0-9A-Za-z]{32}(?!\w)"),
    *_each("intra42-secret", "s-s4t2ud- s-s4t2af-", r"[0-9a-f]{64}"),
    _inside("maxmind-key", r"(?<!\w)[0-9A-Za-z]{6}_[0-9A-Za-z]{29}_mmk(?!\w)", "_mmk"),
    _token("octopus-key", "API-", r"[0-9A-Z]{26}(?!\w)"),
    _token("openshift-token", "sha256~", r"[\w-]{43}"),
    _token("prefect-key", "pnu_", r"[0-9A-Za-z]{36}"),
    _token("pulumi-token", "pul-", r"[0-9a-f]{40}"),
    _token("readme-key", "rdme_", r"[0-9a-z]{70}"),
    _token("scalingo-token", "tk-us-", r"[\w-]{48}"),
    _token("brevo-key", "xkeysib-", r"[0-9a-f]{64}-[0-9A-Za-z]{16}"),
    *_each("settlemint-token", "sm_aat_ sm_pat_ sm_sat_", r"[0-9A-Za-z]{16,}"),
    *_each("shippo-token", "shippo_live_ shippo_test_", r"[0-9a-fA-F]{40}"),
    _token("sourcegraph-token", "sgp_", r"(?:[0-9a-zA-Z]{5,16}_)?[0-9a-fA-F]{40}"),
    _token("github-token", "github_pat_", r"\w{22,}"),
    *_each("github-token", "ghp_ gho_ ghu_ ghs_ ghr_", r"[A-Za-z0-9]{30,}"),
    *_each(
        "gitlab-token",
        "glpat- glptt- gldt- glrt- glrtr- glft- glffct- glsoat- glcbt- glimt- glagent- gloas- "
        "GR1348941",
        r"[\w-]{20,}",
    ),
    *_each("slack-token", "xoxa- xoxb- xoxe- xoxe. xoxo- xoxp- xoxr- xoxs- xapp-", r"[\w.-]{10,}"),
    *_each(
        "stripe-key", "sk_live_ rk_live_ sk_prod_ rk_prod_ sk_test_ rk_test_", r"[0-9A-Za-z]{10,}"
    ),
    _token("stripe-webhook-secret", "whsec_", r"[0-9A-Za-z+/=]{16,}"),
    _token("google-api-key", "AIza", r"[\w-]{35}"),
    _token("google-oauth-secret", "GOCSPX-", r"[\w-]{20,}"),
    _token("google-oauth-token", "ya29.", r"[\w-]{20,}"),
    *_each("huggingface-token", "hf_ api_org_", r"[A-Za-z0-9]{30,}"),
    _token("replicate-token", "r8_", r"[A-Za-z0-9]{30,}"),
    _token("groq-key", "gsk_", r"[A-Za-z0-9]{40,}"),
    _token("xai-key", "xai-", r"[A-Za-z0-9]{40,}"),
    _token("perplexity-key", "pplx-", r"[A-Za-z0-9]{40,}"),
    _token("tavily-key", "tvly-", r"[\w-]{20,}", judged=True),
    *_each("langsmith-key", "lsv2_pt_ lsv2_sk_", r"[0-9a-f]{32}_[0-9a-f]{10}"),
    _token("npm-token", "npm_", r"[A-Za-z0-9]{36}"),
    _token("pypi-token", "pypi-A", r"[\w-]{50,}"),
    _token("rubygems-token", "rubygems_", r"[0-9a-f]{48}"),
    _token("docker-token", "dckr_pat_", r"[\w-]{20,}"),
    _token("sendgrid-key", "SG.", r"(?:[\w-]{16,32}\.[\w-]{16,64}|[\w=-]{66})"),
    _token("mailgun-key", "key-", r"[0-9a-f]{32}(?!\w)"),
    _inside(
        "mailchimp-key",
        r"(?<![\w-])[0-9a-f]{32}-us\d{1,2}(?!\w)",
        *(f"-us{digit}" for digit in range(1, 10)),
    ),
    _token("resend-key", "re_", r"[A-Za-z0-9]{6,12}_[A-Za-z0-9]{20,}", judged=True),
    _token("twilio-key", "SK", r"[0-9a-fA-F]{32}(?!\w)"),
    _inside("telegram-token", r"(?<![\w-])\d{8,10}:AA[\w-]{33}(?![\w-])", ":aa"),
    SecretPattern(
        kind="discord-token",
        needles=("discord",),
        form=r"(?<![\w-])[MNO][\w-]{23,27}\.[\w-]{6}\.[\w-]{27,38}(?![\w-])",
    ),
    *_each("digitalocean-token", "dop_v1_ doo_v1_ dor_v1_", r"[0-9a-f]{64}"),
    _token("databricks-token", "dapi", r"[0-9a-f]{32}(?!\w)"),
    *_each("shopify-token", "shpat_ shpca_ shppa_ shpss_", r"[0-9a-fA-F]{32}"),
    *_each("square-token", "sq0atp- sq0csp- sq0idp-", r"[\w-]{22,}"),
    _token("square-token", "EAAA", r"[\w+-]{22,64}(?![\w+-])", judged=True),
    _token("linear-key", "lin_api_", r"[A-Za-z0-9]{32,}"),
    _token("notion-token", "ntn_", r"[A-Za-z0-9]{40,}"),
    _token("supabase-token", "sbp_", r"[0-9a-f]{40}"),
    _token("supabase-key", "sb_secret_", r"[\w-]{20,}"),
    _token("neon-key", "napi_", r"[A-Za-z0-9]{40,}"),
    _token("neon-password", "npg_", r"[A-Za-z0-9]{10,}"),
    *_each("planetscale-token", "pscale_tkn_ pscale_pw_ pscale_oauth_", r"[\w.=-]{30,}"),
    *_each("vault-token", "hvs. hvb. hvr.", r"[\w-]{24,}"),
    _token("vault-token", "s.", r"[0-9A-Za-z]{24}(?!\w)", judged=True),
    _inside(
        "facebook-token",
        r"(?<!\w)\d{15,16}(?:\||%)[0-9A-Za-z_-]{27,40}(?![\w-])",
        *(f"{n}{sign}" for n in range(10) for sign in "|%"),
    ),
    *_each("grafana-token", "glsa_ glc_", r"[\w+/=-]{30,}"),
    _token("new-relic-key", "NRAK-", r"[A-Z0-9]{27}"),
    *_each("sentry-token", "sntrys_ sntryu_", r"[\w+/=]{40,}"),
    _token("postman-key", "PMAK-", r"[0-9a-f]{24}-[0-9a-f]{34}"),
    _token("atlassian-token", "ATATT3", r"[\w=-]{100,}"),
    *_each("doppler-token", "dp.pt. dp.st. dp.ct. dp.sa.", r"[A-Za-z0-9.]{40,}"),
    _token("figma-token", "figd_", r"[\w-]{40}"),
    _token("airtable-token", "pat", r"\w{14}\.[0-9a-f]{64}"),
    _inside("terraform-token", r"(?<![\w-])[A-Za-z0-9]{14}\.atlasv1\.[\w=-]{60,}", ".atlasv1."),
    _token("heroku-key", "HRKU-", r"[\w-]{36,}"),
    _token("age-key", "AGE-SECRET-KEY-1", r"[0-9A-Z]{58}"),
)

# Names that say "what follows is secret", in any spelling of a settings file or source.
_TELLTALE = (
    r"(?:secret|token|password|passwd|pwd|passphrase|credential"
    r"|(?:(?<=api)|(?<=ess)|(?<=ate)|(?<=unt)|(?<=(?:api|ess|ate|uth|ing|ion|unt)[ _-]))key)"
)

# Before a random value these name the lock that it opens; where hashes stand, `git…` does not.
_SERVICES = """
adafruit adobe airtable algolia alibaba anthropic artifactory asana atlassian beamer
bintray bitbucket bittrex clickhouse clojars cloudflare codecov cohere coinbase confluence
confluent contentful contribsys databricks datadog digitalocean discord dnkey doppler
droneci dropbox duffel dynatrace elastic etsy facebook fastly finicity finnhub flickr
freshbooks gitter gocardless heroku hubspot intercom jfrog jira kraken kucoin launchdarkly
linear linkedin lob looker mailchimp mailgun mapbox mattermost meraki messagebird mistral
netlify new-relic new_relic newrelic new-york-times newyorktimes nytimes okta openai
paypal pinecone plaid postmark privateai pubnub pusher rapidapi razorpay sendbird sendgrid
sentry snyk sonar square squarespace stripe sumo supabase telegr travis trello twilio
twitch twitter typeform vercel xray yandex zendesk zoom
""".split()  # noqa: SIM905 - a list of words is read more easily so
_PURPOSES = ("api", "auth", "access", "creds", "credential", "passw", "pwd", "secret", "token")

PATTERNS = (
    SecretPattern(
        kind="private-key",
        needles=("private key",),
        form=(
            r"-----BEGIN ?(?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----"
            r"(?:(?:[^-]|-(?!----))*-----END [A-Z0-9 ]{3,40}-----"
            r"|(?:\s|\\[rn])*(?:[A-Za-z0-9+/=]{32,}(?:\s|\\[rn])*)+)"
        ),
    ),
    *_VENDOR_TOKENS,
    _inside(
        "slack-webhook",
        r"hooks\.slack\.com/(?:services|workflows|triggers)/(?P<secret>[\w/]{20,})",
        "hooks.slack.com",
    ),
    _inside(
        "discord-webhook",
        r"discord(?:app)?\.com/api/webhooks/(?P<secret>\d{10,}/[\w-]{30,})",
        "/api/webhooks/",
    ),
    _inside(
        "teams-webhook",
        r"\.webhook\.office\.com/webhookb2/(?P<secret>[\w@/-]{40,})",
        ".webhook.office.com/",
    ),
    _inside("session-cookie", r"_gitlab_session=(?P<secret>[0-9a-z]{32})", "_gitlab_session="),
    SecretPattern(
        kind="connection-password",
        needles=("curl ",),
        form=(
            r"\bcurl [^\n]{0,300}?(?<=\s)(?:-u|--user)[ =]?[\"']?[^\s:\"'@]{1,80}[\"']?:"
            r"[\"']?(?P<secret>[^\s\"']{3,200})"
        ),
    ),
    *_each("json-web-token", "ZXlK", r"[\w+/-]{50,}={0,2}"),
    _token("grafana-token", "eyJrIjoi", r"[\w+/-]{50,}={0,2}"),
    _token("json-web-token", "ey", r"\w{17,}\.ey[\w/-]{17,}\.[\w/-]*={0,2}"),
    _token("json-web-token", "eyJ", r"[\w-]{8,}\.eyJ[\w-]{6,}(?:\.[\w-]*)?"),
    SecretPattern(
        kind="connection-password",
        needles=("://",),
        form=r"://[^\s:/@\"'`<>]{0,100}:(?!\d{1,5}/)(?P<secret>[^\s\"'`<>]{1,200})@(?=[\w\[%$.-])",
    ),
    SecretPattern(
        kind="bearer-token",
        needles=("bearer ",),
        form=r"bearer[ \t]+(?P<secret>[\w.~+/=-]{12,})",
        judged=True,
        folded=True,
    ),
    SecretPattern(
        kind="basic-credentials",
        needles=("basic ",),
        form=r"authorization[\"']?\s{0,3}[:=]\s{0,3}[\"']?basic[ \t]+(?P<secret>[\w+/=-]{8,})",
        judged=True,
        folded=True,
    ),
    SecretPattern(
        kind="secret-value",
        needles=("secret", "token", "passw", "pwd", "passphrase", "key", "credential"),
        form=(
            rf"{_TELLTALE}(?:_[a-z0-9_]{{1,40}}|s)?"
            r"[\"'`*]{0,3}[ \t]*(?::=|=>|=|:)\*{0,2}[ \t]*"
            r"(?P<quote>[\"'`]?)(?P<secret>[^\s\"'`,;<>(){}\[\]]{6,512})(?P=quote)"
        ),
        judged=True,
        folded=True,
        anchored=True,
    ),
    SecretPattern(
        kind="secret-value",
        needles=("<add ",),
        form=r"<add\s{1,9}key=\"[^\"]{0,60}password[^\"]{0,60}\"\s{0,9}value=\""
        r"(?!your|change|[\W_]|x{3})(?P<secret>[^\"]{6,200})\"",
        folded=True,
    ),
    SecretPattern(
        kind="service-key",
        needles=(*_SERVICES, *_PURPOSES),
        form=(
            r"(?<![a-z0-9])[a-z_-]{3,12}[ \w.-]{0,20}[\"'`*)\]]{0,3}[ \t]{0,3}"
            r"(?:,?[:=?|]{0,3}[=>:|]|,)[ \t]{0,3}[\"'`=]{0,3}(?:test_)?"
            r"(?P<secret>(?:[0-9a-f]{5,16}:)?[\w.~+/=%-]{8,512})"
        ),
        judged=True,
        folded=True,
        anchored=True,
        mixed=True,
    ),
)
