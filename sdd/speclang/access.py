"""Which endpoints need a user: statements about one, about a section, about all of them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from sdd.names import singular, words
from sdd.speclang.inline import key, label_of, mentions, plain, sentences
from sdd.speclang.outline import Document
from sdd.speclang.routes import clean_path, find_routes
from sdd.text import Span
from sdd.text.markdown import Heading, Item, Paragraph

_ALL = re.compile(
    r"\b(?:all|every|each|any)\b(?P<subject>[^.:;]{0,90}?)\b"
    r"(?:endpoints?|routes?|requests?|operations?|apis?|calls?)\b(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
_NEEDS = re.compile(
    r"\b(?:require[sd]?|requiring|needs?|must|protected|secured|shall|expects?|enforce\w*"
    r"|authenticated by|validat(?:e[sd]?|ing)|verif(?:y|ies|ied|ying))\b",
    re.IGNORECASE,
)
_NEEDED_FOR = re.compile(
    r"\b(?:requir|need|demand|enforc)\w*\b[^.;:]{1,60}\b(?:for|on|in|by|with)\s*$", re.IGNORECASE
)
_TOKEN = re.compile(
    r"\b(?:jwt|tokens?|auth\w*|bearer|signed[- ]in|logged[- ]in|log ?in|credentials?)\b",
    re.IGNORECASE,
)
_EXCEPT = re.compile(
    r"\b(?:except(?:ing|ion)?|excluding|other than|apart from|besides|unless"
    r"|but not)\b(?:\s+for)?(?P<what>[^.;)]{1,200})",
    re.IGNORECASE,
)
_PUBLIC = re.compile(
    r"\bpublic(?:ly)?\b(?!\s+(?:key|keys|url|schema))|\bno (?:auth\w*|token|jwt"
    r"|login)(?: (?:token|header))?(?: (?:is |are )?(?:required|needed|necessary))?\b|"
    r"\b(?:do(?:es)?|must|need) ?n[o']t (?:require|need)\w*[^.]{0,30}?\b(?:auth\w*|tokens?|jwt"
    r"|login)|"
    r"\bwithout (?:auth\w*|a token|any token|jwt|logging in)|\bunauthenticated (?:access|endpoint)|"
    r"\bauth\w*(?: is| are)? not (?:required|needed)|\bopen to (?:all|everyone|anyone)",
    re.IGNORECASE,
)
_NOT_PUBLIC = re.compile(r"\b(?:no|not|never|non|isn't)\b[- ]{0,2}(?:\w+ )?public\b", re.IGNORECASE)
_PATHS = re.compile(r"`[^`]*?(/[^\s`]*)`|(?<![\w.:/])(/(?:api|auth|health|[a-z_]+/)[^\s,;)'\"]*)")
_WORDS = (  # one of them is in every statement on access
    *("all", "every", "each", "any", "public", "auth", "open to", "without", "token", "jwt"),
    *("login", "access", "security", "protected"),
)
_ONLY_WORDS = frozenset(
    [
        "api",
        "rest",
        "backend",
        "the",
        "of",
        "these",
        "http",
        "https",
        "above",
        "below",
        "following",
        "protected",
        "crud",
        "app",
        "application",
        "all",
        "our",
        "your",
        "other",
        "specific",
        "ones",
        "only",
        "related",
        "endpoint",
        "endpoints",
        "route",
        "routes",
        "request",
        "requests",
        "operation",
        "operations",
        "call",
        "calls",
        "and",
        "or",
        "to",
        "for",
        "on",
        "in",
        "management",
        "resource",
        "system",
        "server",
        "that",
        "with",
        "user",
        "must",
        "be",
        "is",
        "are",
        "a",
        "an",
        "through",
        "using",
        "via",
        "fastapi",
        "subsequent",
        "service",
    ]
)
KIN: dict[str, frozenset[str]] = {
    "authentication": frozenset({"auth"}),
    "auth": frozenset({"auth"}),
    "authorization": frozenset({"auth"}),
    "login": frozenset({"login", "signin", "token", "sign-in"}),
    "logging": frozenset({"login", "signin"}),
    "registration": frozenset({"register", "signup", "sign-up"}),
    "register": frozenset({"register", "signup", "sign-up"}),
    "signup": frozenset({"register", "signup", "sign-up"}),
    "signin": frozenset({"login", "signin", "sign-in"}),
    "doc": frozenset({"docs", "openapi.json", "redoc"}),
    "root": frozenset({""}),
}
_REFUSED = re.compile(
    r"^\W*(?:no\b|none\b|not (?:required|needed|implemented)|optional|public|false|❌|✗|✘|n/?a\b"
    r"|unauthenticated"
    r"|anonymous|open\b|"
    r"unprotected|without)",
    re.IGNORECASE,
)
_GRANTED = re.compile(
    r"^\W*(?:yes\b|required|true\b|✅|✓|✔|🔒|🔐|bearer|jwt|token|protected|authenticated|user\b"
    r"|admin|login|"
    r"must|mandatory|valid|any authenticated|owner|private|session|requires)|\brequire[sd]?\b"
    r"|\bbearer\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessRule:
    """A statement about whether some endpoints need a user.

    Attributes:
        section: The section that it is confined to, or None for everything.
        paths: Paths it is about, `*` at the end for all below; empty: see `subjects`.
        subjects: Words of which one must be in the path; empty: all endpoints.
        methods: With `paths`, the methods it is confined to.
    """

    auth: bool
    span: Span
    document: str
    section: int | None = None
    paths: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    except_paths: tuple[str, ...] = ()
    except_subjects: tuple[str, ...] = ()

    @property
    def is_blanket(self) -> bool:
        """Whether it speaks of every endpoint."""
        return not self.paths and not self.subjects


def read_access(text: str) -> bool | None:
    """Read the value of a label like `Authentication:`; None when it does not decide."""
    shown = plain(text)
    if _REFUSED.match(shown):
        return False
    return True if _GRANTED.search(shown) else None


def rules_of(document: Document, holders: frozenset[int]) -> list[AccessRule]:
    """Read a document's statements about access.

    Args:
        document: Any spec document.
        holders: Sections below which endpoints are stated.
    """
    rules: list[AccessRule] = []
    for number, section in enumerate(document.sections):
        confined = number if number in holders and section.level > 1 else None
        stated = _of_title(section.title) if confined is not None else None
        if stated is not None and section.heading is not None:
            rules.append(
                AccessRule(
                    auth=stated,
                    span=section.heading.span,
                    document=document.path,
                    section=confined,
                )
            )
        if section.heading is not None and number not in holders:
            rules.extend(_of_heading(section.heading, document.path, number))
    rules.extend(_absent(document, holders))
    for index, block in enumerate(document.blocks):
        if not isinstance(block, Paragraph | Item):
            continue
        if not mentions(block.text.casefold(), _WORDS):
            continue
        number = document.section_index(index)
        confined = _confinement(document, number, holders)
        context = " ".join(document.titles(index)[:2])
        for sentence in sentences(block.text):
            rules.extend(_rules_in(sentence, context, block.span, document.path, confined))
        for line in block.text.split("\n"):
            rules.extend(_of_label(line, block.span, document.path, confined))
    return rules


_ABSENT = re.compile(
    r"(?i)^\W*(?:none\b|n/?a\b|not (?:implemented|required|needed|supported|applicable)"
    r"|no (?:auth\w*|login|token)\b|public\b|open\b|disabled)"
)
_AUTH_TITLE = re.compile(r"auth(?:entication|orization)?(?: (?:and|requirements?) ?\w*)?")


def _absent(document: Document, holders: frozenset[int]) -> Iterator[AccessRule]:
    """Yield what a document says in general of authentication that it does without.

    Either below a heading, `## Authentication` and *Not implemented*, or as `**Auth**: none` in
    front of the first section that holds endpoints.
    """
    first = min((number for number in holders if number), default=len(document.sections))
    for number, section in enumerate(document.sections):
        titled = _AUTH_TITLE.fullmatch(section.words) is not None and number not in holders
        if not (titled or number <= 1 <= first) or number in holders - {0, 1}:
            continue
        for block in document.blocks[section.start : section.own_end]:
            if not isinstance(block, Paragraph | Item):
                break
            for line in block.text.split("\n"):
                label = label_of(line)
                labelled = label is not None and _AUTH_TITLE.fullmatch(key(label.name))
                value = label.value if label is not None and labelled else line
                if (labelled or titled) and _ABSENT.match(plain(value)):
                    yield AccessRule(auth=False, span=block.span, document=document.path)
            if titled:
                break


def _confinement(document: Document, number: int, holders: frozenset[int]) -> int | None:
    section = document.sections[number]
    if number not in holders or section.level <= 1:
        return None
    siblings = any(
        other != number and document.sections[other].parent == section.parent for other in holders
    )
    return number if siblings or section.level > 2 else _single(document, number)  # noqa: PLR2004


def _single(document: Document, number: int) -> int | None:
    """A sole `## Endpoints` section speaks for the whole document."""
    title = document.sections[number].words
    return (
        None
        if re.fullmatch(r"(?:api |rest )*(?:endpoints?|routes?|specification)?(?: \w+)?", title)
        else number
    )


def _of_title(title: str) -> bool | None:
    words_ = key(title)
    if re.search(
        r"\b(?:public|unauthenticated|no (?:auth\w*|token|jwt|login)"
        r"|(?:auth\w*|token|jwt|login) not required)\b",
        words_,
    ):
        return False
    if re.search(
        r"\b(?:protected|authenticated|secured|requires? (?:an? )?(?:valid )?(?:auth\w*|jwt|tokens?"
        r"|bearer|login)|(?:auth\w*|jwt|token|login)(?: (?:is|are))? required)\b",
        words_,
    ):
        return True
    return None


def _of_heading(heading: Heading, document: str, number: int) -> Iterator[AccessRule]:
    """Yield what a heading like `## Auth: Bearer <token>` says of the whole API."""
    label = label_of(heading.text)
    if label is not None and _AUTH_TITLE.fullmatch(key(label.name)):
        for rule in _of_label(heading.text, heading.span, document, number):
            yield replace(rule, section=None)


def _of_label(line: str, span: Span, document: str, section: int | None) -> list[AccessRule]:
    label = label_of(line)
    if label is None or section is None:
        return []
    if not re.fullmatch(
        r"auth(?:entication|orization)?(?: required)?|requires auth\w*|access|security|protected",
        key(label.name),
    ):
        return []
    auth = read_access(label.value)
    if auth is None:
        return []
    return [AccessRule(auth=auth, span=span, document=document, section=section)]


def _rules_in(
    sentence: str, context: str, span: Span, document: str, section: int | None
) -> list[AccessRule]:
    shown = plain(sentence)
    found = _ALL.search(shown)
    if found and _frees(found["rest"]) and not _subjects(found["subject"]):
        return [AccessRule(auth=False, span=span, document=document, section=section)]
    needed = found and (_NEEDS.search(found["rest"]) or _NEEDED_FOR.search(shown[: found.start()]))
    if found and needed and _TOKEN.search(f"{shown} {context}"):
        rule = _required(sentence, found, span, document, section)
        return [rule] if rule else []
    if _PUBLIC.search(shown) and not _NOT_PUBLIC.search(shown):
        return _public(sentence, span, document)
    return []


def _frees(rest: str) -> bool:
    """Whether what is said of all endpoints is that they are open, exceptions aside."""
    told = _EXCEPT.sub("", rest)
    public, needs = _PUBLIC.search(told), _NEEDS.search(told)
    return (
        public is not None
        and _NOT_PUBLIC.search(told) is None
        and (needs is None or public.start() <= needs.start())
    )


def _required(
    sentence: str, found: "re.Match[str]", span: Span, document: str, section: int | None
) -> AccessRule | None:
    shown = plain(sentence)
    exception = _EXCEPT.search(shown)
    excepted = exception["what"] if exception else ""
    subject = _EXCEPT.sub("", found["subject"])
    if re.search(r"\b(?:protected|authenticated|public|non)\b", subject, re.IGNORECASE):
        return None
    if re.search(r"\b(?:frontend|client|chat|mcp|database|external)\b", subject, re.IGNORECASE):
        return None
    excepted_paths = set(_paths_in(excepted))
    paths = [path for path in _paths_in(sentence) if path not in excepted_paths and path != "/"]
    return AccessRule(
        auth=True,
        span=span,
        document=document,
        section=section,
        paths=tuple(_below(path) for path in paths),
        subjects=() if paths else _subjects(subject),
        except_paths=tuple(excepted_paths),
        except_subjects=_subjects(_without_paths(excepted)),
    )


def _public(sentence: str, span: Span, document: str) -> list[AccessRule]:
    routes = find_routes(sentence)
    if routes:
        return [
            AccessRule(
                auth=False, span=span, document=document, paths=(route.path,), methods=route.methods
            )
            for route in routes
        ]
    paths = _paths_in(sentence)
    if paths:
        return [AccessRule(auth=False, span=span, document=document, paths=tuple(paths))]
    subjects = _subjects(re.split(r"\b(?:is|are|do|does)\b", plain(sentence))[0])
    known = tuple(word for word in subjects if word in KIN or word in {"health", "healthcheck"})
    if known and len(subjects) <= 4:  # noqa: PLR2004 - a subject, not a sentence about something else
        return [AccessRule(auth=False, span=span, document=document, subjects=known)]
    return []


def _paths_in(text: str) -> list[str]:
    found = [first or second for first, second in _PATHS.findall(text)]
    kept: list[str] = []
    for raw in found:
        star = raw.rstrip(".").endswith("*") or raw.rstrip(".").endswith("/")
        path, _ = clean_path(raw.rstrip("*."))
        kept.append(f"{path.rstrip('/')}/*" if star else path)
    return kept


def _below(path: str) -> str:
    return path if path.endswith("*") else f"{path}/*"


def _without_paths(text: str) -> str:
    return _PATHS.sub(" ", text)


def _subjects(text: str) -> tuple[str, ...]:
    found = [singular(word) for word in words(text.replace("-", " "))]
    return tuple(dict.fromkeys(word for word in found if word not in _ONLY_WORDS and len(word) > 1))
