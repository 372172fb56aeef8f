"""Literals and defaults as specs write them: `'medium'`, `now()`, `[]`, `auto`, `—`."""

import re

from sdd.ir import Default, Factory, Scalar
from sdd.speclang.inline import plain, visible

_NOTHING = frozenset(
    {
        "",
        "-",
        "—",
        "\u2013",
        "--",
        "n/a",
        "na",
        "none",
        "no default",
        "unchanged",
        "no change",
        "not changed",
        "current value",
        "existing value",
        "keeps its value",
        "not set",
        "unset",
        "no",
        "required",
    }
)
_NOW = re.compile(
    r"^(?:now|current[_ ]?timestamp|current utc|"
    r"current[_ ]?(?:date|time|utc)?\s?time|current[_ ]date|utc_?now|"
    r"datetime\.(?:utcnow|now)|func\.now|getdate|localtimestamp|timestamp of creation|"
    r"timezone\.now|auto now|auto_now(?:_add)?|today)\b",
    re.IGNORECASE,
)
_UUID = re.compile(
    r"^(?:gen_random_uuid|uuid_generate_v\d|uuid\.?uuid\d|uuid\d|newid|random uuid|"
    r"(?:auto-?)?generated uuid|uuid v?4|new uuid|uuid)\b",
    re.IGNORECASE,
)
_AUTO = re.compile(
    r"^(?:auto(?:[- _]?(?:increment(?:ed|ing)?|generated|assigned|set))?|serial|nextval|identity|"
    r"sequence|generated)\b",
    re.IGNORECASE,
)
_INTEGER = re.compile(r"^[+-]?\d{1,18}$")
_NUMBER = re.compile(r"^[+-]?\d{1,18}\.\d{1,18}$")
_CAST = re.compile(r"::[\w ]+(?:\[\])?$")
_WORDS = {"true": True, "yes": True, "t": True, "false": False, "f": False}


def literal(text: str) -> Scalar:
    """Read a literal: quoted or bare text, a number, a truth value, or null."""
    shown = plain(text)
    bare = shown.casefold()
    if bare in {"null", "none", "nil"}:
        return None
    if bare in _WORDS:
        return _WORDS[bare]
    if _INTEGER.match(shown):
        return int(shown)
    if _NUMBER.match(shown):
        return float(shown)
    return unquoted(shown)


def unquoted(text: str) -> str:
    """Return a text without the pair of quotes around it."""
    text = text.strip()
    for opening, closing in (('"', '"'), ("'", "'"), ("`", "`"), ("“", "”"), ("\u2018", "\u2019")):
        if len(text) > 1 and text.startswith(opening) and text.endswith(closing):
            return text[1:-1]
    return text


def read_default(text: str) -> Default | None:
    """Read a stated default; None when the text says that there is none."""
    raw = visible(text).strip().strip("`").strip()
    raw = _CAST.sub("", raw).strip()
    shown = plain(raw) if "'" not in raw and '"' not in raw else raw
    if shown.casefold() in _NOTHING and shown.casefold() != "none":
        return None
    if shown.casefold() == "none":
        return None
    factory = _factory(unquoted(shown) if shown[:1] in "'\"" and shown[1:2] in "[{" else shown)
    if factory is not None:
        return Default(factory=factory)
    return Default(value=literal(shown))


def _factory(shown: str) -> Factory | None:
    lowered = shown.casefold().strip()
    if re.fullmatch(r"\[\s*\]|(?:an )?empty (?:array|list)|list(?:\(\))?|\(\)", lowered):
        return Factory.EMPTY_LIST
    if re.fullmatch(r"\{\s*\}|(?:an )?empty (?:object|dict)|dict(?:\(\))?", lowered):
        return Factory.EMPTY_OBJECT
    if _NOW.match(lowered):
        return Factory.NOW
    if _UUID.match(lowered):
        return Factory.UUID
    if _AUTO.match(lowered):
        return Factory.AUTOINCREMENT
    return None
