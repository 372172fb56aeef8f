"""Which entity a heading or a class names, and who manages it."""

import re
from dataclasses import dataclass
from functools import lru_cache

from sdd.names import pascal, singular, snake, words
from sdd.speclang.inline import key, label_of, plain, remembered
from sdd.speclang.outline import Document, Section
from sdd.text.markdown import Item, Paragraph

_NOISE = frozenset(
    [
        "table",
        "tables",
        "model",
        "models",
        "entity",
        "entities",
        "schema",
        "schemas",
        "definition",
        "definitions",
        "field",
        "fields",
        "column",
        "columns",
        "description",
        "descriptions",
        "structure",
        "object",
        "collection",
        "class",
        "sqlmodel",
        "database",
        "db",
        "attributes",
        "attribute",
        "specification",
        "specifications",
        "details",
        "properties",
        "property",
        "data",
        "core",
        "main",
        "new",
        "proposed",
        "updated",
        "existing",
        "extended",
        "enhanced",
        "orm",
        "sql",
        "ddl",
        "postgresql",
        "markdown",
        "the",
        "a",
        "an",
        "of",
        "for",
        "with",
        "name",
        "and",
        "or",
        "detailed",
        "type",
        "types",
        "layout",
        "overview",
        "required",
        "only",
        "key",
        "primary",
        "modified",
        "example",
    ]
)
_PARENTHESES = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]")
_MANAGED = re.compile(
    r"\b(?:[Mm]anaged|[Cc]reated|[Oo]wned|[Hh]andled|[Pp]rovided|[Mm]aintained"
    r"|[Cc]ontrolled)\s+(?:\w+ly\s+)?(?:by|via|through|in)\s+(?:the\s+)?"
    r"[`*]*(?P<who>[A-Z][\w@/-]*(?:\.\w+)*(?: [A-Z][\w-]*){0,2})"
)
_MANAGES = re.compile(
    r"[`*]*(?P<who>[A-Z][\w-]*(?: [A-Z][\w-]*){0,2})[`*]*\s+(?:automatically\s+)?(?:manages"
    r"|managed|creates)\b(?!\s+by)"
)
_OURS = frozenset(
    {
        "sqlmodel",
        "sqlalchemy",
        "alembic",
        "fastapi",
        "backend",
        "us",
        "orm",
        "the",
        "this",
        "python",
        "database",
        "application",
        "api",
        "postgresql",
    }
)
_EXTERNAL = re.compile(
    r"\b(?:Better[- ]?Auth|Clerk|Auth0|Supabase|Firebase|Keycloak|NextAuth|Cognito)\b",
    re.IGNORECASE,
)
_NOT_ENTITIES = frozenset(
    [
        "index",
        "indexes",
        "indices",
        "indexing",
        "constraint",
        "constraints",
        "relationship",
        "relationships",
        "validation",
        "validations",
        "migration",
        "migrations",
        "query",
        "queries",
        "security",
        "overview",
        "purpose",
        "enum",
        "enums",
        "sample",
        "samples",
        "example",
        "examples",
        "trigger",
        "triggers",
        "performance",
        "diagram",
        "erd",
        "summary",
        "introduction",
        "requirement",
        "requirements",
        "integrity",
        "strategy",
        "configuration",
        "setup",
        "isolation",
        "backup",
        "seed",
        "testing",
        "implementation",
        "parameter",
        "parameters",
        "considerations",
        "consideration",
        "dto",
        "dtos",
        "payload",
        "payloads",
        "assumption",
        "assumptions",
        "scope",
        "lifecycle",
        "transitions",
    ]
)
_KEYS = re.compile(r"(?i)(?:primary|foreign|unique|composite|candidate)(?: and \w+)? keys?")
_MOST_WORDS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityName:
    """What a heading names.

    Attributes:
        table: The table's name if the heading is one (`tasks`, `Tasks Table`), else None.
    """

    entity: str
    table: str | None = None
    managed_by: str | None = None


def entity_name(word: str) -> str:
    """Return the entity's name for a table's or class's name: `task_tags` → `TaskTag`."""
    return pascal(singular(snake(word)))


@lru_cache(maxsize=1 << 12)
def name_in_title(title: str, raw: str = "") -> EntityName | None:
    """Read a heading as the name of an entity or table; None when it is none."""
    if re.search(r"\w\(|->|→", title) or _KEYS.fullmatch(title.strip()):
        return None  # a function's signature, a relation, a list of keys
    managed = managed_in(title) or _external_in_parentheses(title)
    bare = _PARENTHESES.sub(" ", title)
    bare = re.split(r"\s[-\u2013—]\s|:\s*(?=\S)", bare)[
        -1 if re.match(r"(?i)\W*(?:table|entity|model)s?\b[^:\u2013—-]*[:\u2013—-]", bare) else 0
    ]
    bare = re.sub(r"(?i)\b(?:better[- ]?auth)\b|\bmanaged\b", " ", bare)
    tokens = re.findall(r"[A-Za-z_][\w]*", bare)
    kept = [token for token in tokens if token.casefold() not in _NOISE]
    if not 0 < len(kept) <= _MOST_WORDS or len(tokens) > _MOST_WORDS + 3:
        return None
    if any(word in _NOT_ENTITIES for token in kept for word in words(token)):
        return None
    joined = kept[0] if len(kept) == 1 else "_".join(snake(token) for token in kept)
    says_table = re.search(r"(?i)\btables?\b", bare) is not None
    code = f"`{joined}`" in raw
    is_name = joined == joined.casefold() or says_table or code
    is_plural = singular(snake(joined)) != snake(joined) and not re.search(r"[a-z][A-Z]", joined)
    table = (
        snake(joined)
        if ((is_name or is_plural) and joined.casefold() == joined) or (says_table or is_plural)
        else None
    )
    if table is not None and re.search(r"[a-z][A-Z]", joined) and not says_table:
        table = None
    return EntityName(entity=entity_name(joined), table=table, managed_by=managed)


@remembered
def managed_in(text: str) -> str | None:
    """Return who else manages a table, as a text says it."""
    shown = plain(text)
    for pattern in (_MANAGED, _MANAGES):
        found = pattern.search(shown)
        if found and found["who"].split()[0].casefold() not in _OURS:
            return found["who"].strip(" .")
    if re.search(r"(?i)\bmanaged externally\b|\bexternally managed\b", shown):
        return "an external service"
    return None


def _external_in_parentheses(title: str) -> str | None:
    for found in _PARENTHESES.finditer(title):
        inside = found.group(1) or found.group(2) or ""
        external = _EXTERNAL.search(inside)
        if external and not re.search(r"(?i)reference|sqlmodel", inside):
            return external.group()
    return None


def named_section(document: Document, block: int) -> tuple[EntityName, Section] | None:
    """Find the innermost heading over a block that names an entity."""
    for section in document.ancestry(document.section_at(block)):
        if not section.title or section.level <= 1:
            continue
        found = name_in_title(section.title, section.heading.text if section.heading else "")
        if found is not None:
            return found, section
        if re.search(
            r"(?i)\b(?:query|path|header|request|response|endpoint|parameters?)\b", section.title
        ):
            return None
    return None


def stated_table(document: Document, section: Section, before: int) -> str | None:
    """Find `**Table Name:** `users`` in a section, before some block."""
    for block in document.blocks[section.start : before]:
        if not isinstance(block, Paragraph | Item):
            continue
        for line in block.text.split("\n"):
            label = label_of(line)
            if label and re.fullmatch(r"(?:database |db )?table(?: name)?", key(label.name)):
                found = re.search(r"[A-Za-z_]\w*", plain(label.value))
                if found:
                    return found.group()
    return None


def manager_of(document: Document, section: Section) -> str | None:
    """Find who else manages a section's table: its own text says it, or a heading over it."""
    for block in document.blocks[section.start : section.own_end]:
        if isinstance(block, Paragraph | Item):
            text = block.text
            if re.search(r"`?\w+_id`?|password|column", text) and not re.search(
                r"(?i)\btable\b", text
            ):
                continue
            managed = managed_in(text)
            if managed:
                return managed
    for around in document.ancestry(section):
        managed = managed_in(around.title) or _external_in_parentheses(around.title)
        if managed and around.level > 1:
            return managed
    return None
