"""Finds the paths that a task names, among products, routes and words with a slash."""

import re

_EXTENSIONS = (
    "py|pyi|ts|tsx|js|jsx|mjs|md|toml|ya?ml|json|sql|html|css|txt|ini|cfg|sh|env|lock|example|http"
)
_PATH = re.compile(
    rf"(?<![\w/:.{{}}-])(?:(?:\.?[\w@-][\w.@-]*/)+"
    rf"(?:[\w.@\[\]-]+\.(?:{_EXTENSIONS})\b|\.[a-z][\w.-]*\w|Dockerfile\b|(?![\w*@{{<\[.]))"
    rf"|[\w-]+(?:\.[\w-]+)*\.(?:{_EXTENSIONS})\b(?!/)|Dockerfile\b)"
)
_QUOTED_FOLDER = re.compile(r"`((?:[\w.@-]+/)+[\w.@-]+/?)`")
_BARE_FOLDER = re.compile(
    r"(?<![\w/:.{}-])(?=(?:[\w-]+/)*(?:src|app|backend|frontend|tests|docs|specs|lib|packages)/)"
    r"((?:[a-z][\w-]*/)+[a-z][\w-]*)(?![\w/.{*-])"
)
_PRODUCT = re.compile(r"(?:[A-Z]\w*|next|vue|node|react|express|chart|three|d3|nuxt|socket)\.js")
_READ_ONLY = re.compile(
    r"(?:\b(?:GET|POST|PUT|PATCH|DELETE)|\b(?:per|from|see|following|reference|references|against)"
    r"|(?:based on|according to|(?:defined|specified|described|documented|as|shown) in))\s+[`(*]*$",
    re.IGNORECASE,
)


def find_paths(text: str) -> tuple[str, ...]:
    """Return the paths that a sentence says will be written; what it refers to is left out."""
    found = [(match.start(), match[0]) for match in _PATH.finditer(text)]
    for folder in (_QUOTED_FOLDER, _BARE_FOLDER):
        found += [(match.start(1), match[1]) for match in folder.finditer(text)]
    paths = [
        path
        for at, path in sorted(found)
        if not _PRODUCT.fullmatch(path) and not _READ_ONLY.search(text[:at])
    ]
    whole = list(dict.fromkeys(path for path in paths if path.strip("./@")))
    return tuple(path for path in whole if not _is_part(path, whole))


def _is_part(path: str, whole: list[str]) -> bool:
    """Tell whether a longer path of the same task says the same with more."""
    return any(
        other != path
        and (other.endswith(f"/{path}") or (path.endswith("/") and other.startswith(path)))
        for other in whole
    )
