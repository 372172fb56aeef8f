"""Methods and paths in text: finding them, cleaning them, telling templates from examples."""

import re
import unicodedata
from dataclasses import dataclass
from http import HTTPStatus

from sdd.speclang.inline import mentions, plain, remembered, visible

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
WIDE = "\uff08\uff09\uff0c\u3001\u3002\uff1a\uff1b\u300c\u300d\u3010\u3011"  # CJK punctuation
_METHOD = r"(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)"
_SLASHES = str.maketrans({"\u2215": "/", "\u2044": "/", "\u29f8": "/", "\uff0f": "/"})
_URL = re.compile(r"^[a-z][a-z0-9+]{1,9}://(?P<host>[^/\s?#]*)(?P<path>/[^\s?#]*)?", re.IGNORECASE)
_ROUTE = re.compile(
    rf"(?<![\w/-])\[?(?P<methods>{_METHOD}(?:\s*(?:,|/|\||&|\band\b|\bor\b)\s*{_METHOD})*)\]?"
    r"(?:\s*[:\-\u2013—→]\s*|\s+)"
    rf"(?P<path>(?:https?://[^\s/]+)?/[^\s,;{WIDE}]*|/)",
)
# Languages that write a word's case behind it put it behind a path in code too.
_PARTICLE = re.compile(r"(?<=[a-zA-Z0-9_}])\)?[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+$")
_QUERY = re.compile(r"\?.*$|#.*$")
_PARAMETER = re.compile(
    r"^:(?P<colon>\w+)$|^<(?:\w+:)?(?P<angle>\w+)>$|^\{(?P<brace>[^{}]+)\}$|^\[(?P<square>\w+)\]$"
    r"|^\$\{(?P<dollar>\w+)\}$"
)
_CONCRETE = re.compile(
    r"^(?:\d+|[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}|[A-Z][A-Z0-9]*_[A-Z0-9_]+"
    r"|[0-9a-f]{24})$"
)
_CAPITALS = re.compile(r"^[A-Z][A-Z0-9_]{2,}$")
_CODE = re.compile(
    r"(?<![\w.#/-])(?P<code>[1-5]\d\d)(?![\w-]|\.\d|\s*(?:chars?|characters|ms|items|tasks|days"
    r"|seconds|users|requests|records|MB|KB)\b)"
)
_KNOWN = frozenset(status.value for status in HTTPStatus)
_LEADS = re.compile(
    r"(?:^|[(|/,:;`*=→>\[\u2013—-]|\b(?:or|and|with|status(?: code)?s?|code|http|returns?"
    r"|answers?|responds?|response)\b)\s*[`*\s\[(]*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One or more methods on a path as found in a text.

    Attributes:
        path: Cleaned: parameters as `{name}`, no query, no trailing slash or punctuation.
        start: Where in the plain text it begins; `end`: where it ends.
        host: The host of a URL, or empty.
        query: What stood after `?`, as written.
        odd: Characters of the path that look like others, as written.
    """

    methods: tuple[str, ...]
    path: str
    start: int
    end: int
    host: str = ""
    query: str = ""
    odd: str = ""


def find_route(text: str) -> Route | None:
    """Find the first method with a path in a line of Markdown."""
    return next(iter(find_routes(text)), None)


def find_routes(text: str) -> tuple[Route, ...]:
    """Find every method with a path in a line of Markdown."""
    return _routes(text) if mentions(text, METHODS) else ()


@remembered
def _routes(text: str) -> tuple[Route, ...]:
    shown = plain(_braced(text)).translate(_SLASHES)
    found: list[Route] = []
    for match in _ROUTE.finditer(shown):
        raw = match["path"]
        url = _URL.match(raw)
        host = url["host"] if url else ""
        raw = (url["path"] or "/") if url else raw
        trimmed = _trimmed(raw)
        path, odd = clean_path(trimmed)
        query = _QUERY.search(trimmed)
        methods = tuple(dict.fromkeys(re.findall(_METHOD, match["methods"])))
        found.append(
            Route(
                methods=methods,
                path=path,
                start=match.start(),
                end=match.start("path") + (len(match["path"]) - len(raw)) + len(trimmed),
                host=host,
                query=query.group()[1:] if query else "",
                odd=odd,
            )
        )
    return tuple(found)


def _braced(text: str) -> str:
    """Keep `<id>` and `{user_id}` whole: their underscores are not emphasis."""
    return re.sub(
        r"\*\*|__(?=\w)|`", lambda found: "" if found.group() == "`" else found.group(), text
    )


def _trimmed(path: str) -> str:
    """Take off punctuation that belongs to the sentence and not to the path."""
    path = _PARTICLE.sub("", path)
    while path and path[-1] in ".:*'\"!?`":
        path = path[:-1]
    for opening, closing in (("(", ")"), ("[", "]"), ("{", "}"), ("<", ">")):
        while path.endswith(closing) and path.count(closing) > path.count(opening):
            path = path[:-1]
        if path.count(opening) > path.count(closing) and opening == "(":
            path = path[: path.rindex(opening)]
    path = _PARTICLE.sub("", path)
    while path and path[-1] in ".:*'\"!?`":
        path = path[:-1]
    return path


def clean_path(text: str) -> tuple[str, str]:
    """Return a path in the one form that we compare, and its odd characters.

    `:id`, `<id>` and `[id]` become `{id}`; query, fragment and trailing slash go.
    """
    raw = visible(text).strip().strip("`\"'").translate(_SLASHES)
    raw = _QUERY.sub("", raw)
    folded = unicodedata.normalize("NFKC", raw)
    odd = "".join(dict.fromkeys(character for character in folded if ord(character) > 127))  # noqa: PLR2004
    segments = [_segment(part) for part in folded.split("/") if part]
    return "/" + "/".join(segments), odd


def _segment(part: str) -> str:
    found = _PARAMETER.match(part)
    if found is None:
        return part
    name = next(group for group in found.groups() if group)
    name = re.split(r"[:\s]", name.strip())[0] if not name.startswith(":") else name.strip(":")
    name = re.sub(r"\W+", "_", name.strip(".")).strip("_")
    return f"{{{name}}}" if name else part


def is_parameter(segment: str) -> bool:
    """Whether a path segment stands for a value."""
    return segment.startswith("{") and segment.endswith("}")


def parameters_of(path: str) -> tuple[str, ...]:
    """Return the names of a path's parameters, in order."""
    return tuple(part[1:-1] for part in path.split("/") if is_parameter(part))


def shape_of(path: str) -> str:
    """Return a path with its parameters' names left out, for comparing."""
    return "/".join("{}" if is_parameter(part) else part.casefold() for part in path.split("/"))


def is_example(path: str) -> bool:
    """Whether a path bears concrete ids, as in an example, instead of parameters."""
    segments = [part for part in path.split("/") if part]
    return any(_CONCRETE.match(part) or _CAPITALS.match(part) for part in segments)


def is_example_of(path: str, template: str) -> bool:
    """Whether a path is a template with values put in for some parameters."""
    concrete, pattern = path.split("/"), template.split("/")
    return len(concrete) == len(pattern) and all(
        part == wanted or is_parameter(wanted)
        for part, wanted in zip(concrete, pattern, strict=True)
    )


def path_of_url(text: str) -> tuple[str, str] | None:
    """Return host and path of a URL or absolute path in a text; None when it holds neither."""
    shown = plain(text).translate(_SLASHES)
    found = re.search(r"(?P<url>https?://[^\s,;)'\"]+|(?<![\w.])/[^\s,;)'\"]*)", shown)
    if found is None:
        return None
    raw = re.sub(r"\.\.\.$|…$", "", _trimmed(found["url"]))
    url = _URL.match(raw)
    host = url["host"] if url else ""
    path, _ = clean_path((url["path"] or "/") if url else raw)
    return host, path


@remembered
def codes_in(text: str) -> list[int]:
    """Return the HTTP status codes that a line states, in order."""
    shown = plain(text)
    found: list[int] = []
    for match in _CODE.finditer(shown):
        code = int(match["code"])
        if code not in _KNOWN:
            continue
        phrase = HTTPStatus(code).phrase.casefold().split()[0]
        follows = shown[match.end() : match.end() + 24].strip(" :-\u2013—`").casefold()
        if _LEADS.search(shown[: match.start()]) or follows.startswith(phrase):
            found.append(code)
    return list(dict.fromkeys(found))
