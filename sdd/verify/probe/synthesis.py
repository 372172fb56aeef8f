"""Values that satisfy a JSON schema and can be recognised again."""

import re
import uuid
from collections.abc import Mapping
from typing import Any

from .operations import Document

try:
    from re import _constants as _sre  # type: ignore[attr-defined]
    from re import _parser as _sre_parse  # type: ignore[attr-defined]
except ImportError:  # Python 3.10
    import sre_constants as _sre
    import sre_parse as _sre_parse

_FORMATS = {
    "date-time": "2030-01-15T09:30:00Z",
    "date": "2030-01-15",
    "time": "09:30:00",
    "duration": "PT1H",
    "ipv4": "192.0.2.7",
    "ipv6": "2001:db8::7",
    "hostname": "example.com",
    "byte": "enE=",
    "binary": "zq",
}
_HINTS = (
    (r"e?mail", "{0}@example.com"),
    (r"passw", "Aa1!{0}xyz"),
    (r"phone|mobile", "+15550100123"),
    (r"colou?r", "#336699"),
    (r"ur[il]$|website|link|avatar", "https://example.com/{0}"),
    (r"(^|_)date$|_at$|deadline", "2030-01-15"),
    (r"time_?zone", "UTC"),
    (r"currency", "EUR"),
    (r"locale|language", "en"),
)
_DEEPEST = 8
_RECOGNISABLE = 8


class Maker:
    """Makes values; the text of each holds the mark that it was given, where the schema lets it."""

    def __init__(self, document: Document) -> None:
        self._document = document

    def body(
        self, schema: Mapping[str, Any], mark: str, *, full: bool, fixed: Mapping[str, Any]
    ) -> Any:
        """Make a request body; `full` names optional fields too, `fixed` gives some outright."""
        schema = self._document.resolve(schema)
        value = self.value(schema, mark, full=full)
        if isinstance(value, dict):
            known = schema.get("properties", {})
            value.update({name: given for name, given in fixed.items() if name in known})
        return value

    def value(
        self,
        schema: Any,
        mark: str,
        *,
        name: str = "",
        full: bool = True,
        depth: int = 0,
    ) -> Any:
        """Make one value."""
        schema = self._document.resolve(schema)
        if "const" in schema:
            return schema["const"]
        if schema.get("enum"):
            return next((item for item in schema["enum"] if item is not None), None)
        for key in ("anyOf", "oneOf"):
            if schema.get(key):
                options = [self._document.resolve(item) for item in schema[key]]
                known = [item for item in options if item.get("type") != "null"]
                if not known:
                    return None
                chosen = {**{k: v for k, v in schema.items() if k != key}, **known[0]}
                return self.value(chosen, mark, name=name, full=full, depth=depth)
        return self._typed(schema, mark, name=name, full=full, depth=depth)

    def _typed(
        self,
        schema: Mapping[str, Any],
        mark: str,
        *,
        name: str,
        full: bool,
        depth: int,
    ) -> Any:
        kind = schema.get("type")
        if isinstance(kind, list):
            kind = next((item for item in kind if item != "null"), None)
        if kind is None and "properties" in schema:
            kind = "object"
        match kind:
            case "string":
                return self._text(schema, mark, name)
            case "integer" | "number":
                number = _number(schema, step=1 if kind == "integer" else 0.5)
                return int(number) if kind == "integer" else number
            case "boolean":
                return False
            case "array":
                least = max(schema.get("minItems", 0), 1 if full and depth < _DEEPEST else 0)
                items = schema.get("items", {})
                single = name.removesuffix("s")
                return [
                    self.value(
                        items, f"{mark}{index or ''}", name=single, full=full, depth=depth + 1
                    )
                    for index in range(least)
                ]
            case "object":
                return self._object(schema, mark, full=full, depth=depth)
            case _:
                return mark

    def _object(
        self, schema: Mapping[str, Any], mark: str, *, full: bool, depth: int
    ) -> dict[str, Any]:
        required = set(schema.get("required", []))
        wanted = {
            name: part
            for name, part in schema.get("properties", {}).items()
            if name in required or (full and depth < _DEEPEST and not part.get("readOnly"))
        }
        return {
            name: self.value(part, mark, name=name, full=full, depth=depth + 1)
            for name, part in wanted.items()
        }

    def _text(self, schema: Mapping[str, Any], mark: str, name: str) -> str:
        form = schema.get("format")
        if form == "uuid":
            return str(uuid.uuid4())
        if form in _FORMATS:
            return _FORMATS[str(form)]
        if schema.get("pattern"):
            return _matching(schema, mark)
        text = mark
        if form in {"email", "idn-email"}:
            text = f"{mark}@example.com"
        elif form in {"uri", "url", "uri-reference", "iri"}:
            text = f"https://example.com/{mark}"
        elif form == "password":
            text = f"Aa1!{mark}xyz"
        else:
            for hint, template in _HINTS:
                if re.search(hint, name, re.IGNORECASE):
                    text = template.format(mark)
                    break
            else:
                stated = _stated(schema)
                # A field with a default or a short limit often stands for a choice.
                if stated and (len(stated) < _RECOGNISABLE and schema.get("maxLength", 99) < 50):
                    return stated
        return _fit(text, schema)


def _stated(schema: Mapping[str, Any]) -> str | None:
    examples = schema.get("examples") or []
    for value in (schema.get("default"), schema.get("example"), *examples):
        if isinstance(value, str) and value:
            return value
    return None


def _fit(text: str, schema: Mapping[str, Any]) -> str:
    least, most = schema.get("minLength", 0), schema.get("maxLength")
    text = text.ljust(least, "x")
    return text if most is None else text[: max(most, 0)]


def _number(schema: Mapping[str, Any], *, step: float) -> float:
    least = schema.get("minimum")
    if schema.get("exclusiveMinimum") is not None:
        least = schema["exclusiveMinimum"] + step
    most = schema.get("maximum")
    if schema.get("exclusiveMaximum") is not None:
        most = schema["exclusiveMaximum"] - step
    value = max(1, least) if least is not None else 1
    if most is not None and value > most:
        value = most
    multiple = schema.get("multipleOf")
    if multiple and value % multiple:
        value = (value // multiple + 1) * multiple
    return float(value)


def _matching(schema: Mapping[str, Any], mark: str) -> str:
    """Find a text that a pattern accepts: the mark, what the schema states, or one built for it."""
    pattern = str(schema["pattern"])
    try:
        compiled = re.compile(pattern)
        for candidate in (_fit(mark, schema), _stated(schema)):
            if candidate and compiled.search(candidate):
                return candidate
        return "".join(_parts(_sre_parse.parse(pattern), max(schema.get("minLength", 0), 1)))
    except (re.error, RecursionError, ValueError):
        return _fit(mark, schema)


def _parts(tree: Any, least: int) -> list[str]:
    """Write the shortest text that a parsed pattern accepts, repeated up to the least length."""
    parts: list[str] = []
    for code, argument in tree:
        match code:
            case _sre.LITERAL:
                parts.append(chr(argument))
            case _sre.NOT_LITERAL:
                parts.append("b" if argument == ord("a") else "a")
            case _sre.ANY:
                parts.append("a")
            case _sre.IN:
                parts.append(_member(argument))
            case _sre.MAX_REPEAT | _sre.MIN_REPEAT:
                low, high, inner = argument
                count = max(low, min(int(high), least)) if len(tree) <= 3 else max(low, 1)
                count = min(count, int(high))
                parts += ["".join(_parts(inner, 1)) for _ in range(count)]
            case _sre.SUBPATTERN:
                parts += _parts(argument[-1], 1)
            case _sre.BRANCH:
                parts += _parts(argument[1][0], 1)
            case _:
                continue
    return parts


def _member(options: Any) -> str:
    negated = options and options[0][0] is _sre.NEGATE
    if negated:
        return "a"
    for code, argument in options:
        match code:
            case _sre.LITERAL:
                return chr(argument)
            case _sre.RANGE:
                return chr(argument[0])
            case _sre.CATEGORY:
                return "1" if argument is _sre.CATEGORY_DIGIT else "a"
            case _:
                continue
    return "a"
