"""Fills a record's template in one pass, so that braces in what is filled in stay text."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from sdd.errors import ConfigError
from sdd.names import nearest
from sdd.records.scalars import block, escaped, flow, one_line, scalar

_PLACEHOLDER = re.compile(r"\{\{([^{}\n]*)\}\}")
_OWN_FENCE = re.compile(
    r"^(?P<marks>`{3,}|~{3,})[^\n`]*\n(?P<token>\{\{[A-Z_]+\}\})\n(?P=marks)[ \t]*$", re.MULTILINE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Text of many lines that must stand alone in the body of a template."""

    text: str


Value = str | None | tuple[str, ...] | Block


def fill(template: str, values: Mapping[str, Value], *, name: str) -> str:
    """Fill every placeholder of a template once; the values are never searched.

    Between the `---` lines at the head, values are written as YAML; in the body as text.

    Raises:
        ConfigError: The template has a placeholder that is unknown, or one for a block of
            text where there is no room for it.
    """
    template = template.replace("\r\n", "\n")
    blocks = {key for key, value in values.items() if isinstance(value, Block)}
    template = _OWN_FENCE.sub(
        lambda match: match["token"] if match["token"][2:-2] in blocks else match[0], template
    )
    head = _head_length(template)

    def replace(match: re.Match[str]) -> str:
        key = match[1].strip()
        if key not in values:
            raise _unknown(key, values, name)
        value = values[key]
        if match.start() < head:
            return _in_front_matter(key, value, match, name)
        return _in_body(key, value, match, name)

    return _PLACEHOLDER.sub(replace, template)


def placeholders(text: str) -> tuple[re.Match[str], ...]:
    """Return the placeholders in capitals that stand in a text."""
    return tuple(re.finditer(r"\{\{\s*[A-Z][A-Z0-9_]*\s*\}\}", text))


def _head_length(template: str) -> int:
    match = re.match(r"---[ \t]*\n.*?^---[ \t]*$", template, re.DOTALL | re.MULTILINE)
    return match.end() if match else 0


def _unknown(key: str, values: Mapping[str, Value], name: str) -> ConfigError:
    near = nearest(key, values, most=1)
    hint = f"Did you mean {{{{{near[0]}}}}}?" if near else f"Known are: {', '.join(values)}."
    return ConfigError(f"{name} has an unknown placeholder, {{{{{key}}}}}.", hint=hint)


def _in_front_matter(key: str, value: Value, match: re.Match[str], name: str) -> str:
    before, after = _neighbours(match)
    alone = _stands_alone(match)
    match value:
        case Block():
            raise ConfigError(
                f"{name} has {{{{{key}}}}} in its front matter, where it has no room.",
                hint="Move it to a line of its own in the body.",
            )
        case tuple() if alone:
            return block(value)
        case tuple():
            inside = flow(value)
            return inside if before == "[" and after == "]" else f"[{inside}]"
        case str() if before == after == '"':
            return escaped(value)
        case str() if before == after == "'":
            return value.replace("'", "''")
        case None if before == after and before in {'"', "'"}:
            return ""
        case str() | None:
            return f'"{value}"' if key == "ID" else scalar(value)


def _in_body(key: str, value: Value, match: re.Match[str], name: str) -> str:
    match value:
        case Block(text=text):
            if not _stands_alone(match):
                raise ConfigError(
                    f"{name} has {{{{{key}}}}} in the middle of a line.",
                    hint="Put it on a line of its own, without indentation.",
                )
            return text
        case tuple() if _stands_alone(match):
            return "\n".join(f"- {item}" for item in value) or "- none"
        case tuple():
            return ", ".join(value) or "none"
        case str():
            return value if _stands_alone(match) else one_line(value)
        case None:
            return "none"


def _stands_alone(match: re.Match[str]) -> bool:
    return set(_neighbours(match)) <= {"", "\n"}


def _neighbours(match: re.Match[str]) -> tuple[str, str]:
    """Return the characters before and after, empty at the ends of the text."""
    text = match.string
    return text[max(match.start() - 1, 0) : match.start()], text[match.end() : match.end() + 1]
