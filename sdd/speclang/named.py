"""Bodies that are named, not shown: `Array of Task objects`, `TaskOut`, `Same as Create Task`."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from sdd.ir import NO_BODY, Constraints, Entity, Field, Shape, Type
from sdd.names import plural, singular, snake, words
from sdd.speclang.endpoints.bodies import field_of, fields_in, optional_fields, read_fence
from sdd.speclang.endpoints.statement import Statement
from sdd.speclang.examples import combine
from sdd.speclang.inline import key, label_of, plain
from sdd.speclang.outline import Document
from sdd.speclang.routes import find_route, shape_of
from sdd.text.markdown import Block, Fence, Item, Paragraph, Table

_SUFFIX = re.compile(
    r"\s+(?:object|schema|model|entity|resource|type|interface|dto|shape|structure|format|fields?"
    r"|payload)s?$"
)
_SECRET = re.compile(r"password|hash|secret|salt")
_LIST = re.compile(r"(?i)\b(?:array|list|lists|collection|sequence)\b|\[\]|\bList\[")
_NAME = re.compile(r"\b[A-Z][A-Za-z0-9]*[a-z][A-Za-z0-9]*\b")
_SAME = re.compile(
    r"(?i)\b(?:same|identical|as)\b.*?\b(?:as|for|schema|like)\b\s*(?:the\s+)?(?P<what>.+)"
)
_NOT_TITLES = re.compile(
    r"\b(?:error|endpoint|overview|authentication|get|post|put|patch|delete|query|example)\b"
)
# "User logged out successfully" says what happened, not what is answered.
_SIGNED = re.compile(
    r"(?i)^\W*\w+ (?:(?:has|was|is|been|successfully) )*(?:logged|signed) (?:in|out)"
    r"(?: successfully)?\W*$"
)
_DEEPEST = 6


@dataclass(frozen=True, slots=True)
class Names:
    """Shapes by the names that the documents give them."""

    shapes: Mapping[str, Shape]
    entities: tuple[Entity, ...]

    def find(self, name: str) -> Shape | None:
        """Find a shape by its own name, or that of an entity, singular or plural."""
        folded = _folded(name)
        found = self.shapes.get(folded)
        if found is not None:
            return found
        for entity in self.entities:
            if (
                folded in {_folded(entity.name), _folded(plural(snake(entity.name)))}
                and entity.columns
            ):
                return shape_of_entity(entity)
        return None


def _folded(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.casefold())


def shape_of_entity(entity: Entity) -> Shape:
    """Return an entity as a body shows it: every column but secrets."""
    return Shape(
        type=Type.OBJECT,
        fields=tuple(
            Field(
                name=column.name,
                shape=Shape(
                    type=column.type,
                    nullable=column.nullable or None,
                    constraints=column.constraints,
                    item=Shape(type=column.item) if column.item else None,
                    span=column.span,
                ),
                span=column.span,
            )
            for column in entity.columns
            if not _SECRET.search(column.name)
        ),
        span=entity.span,
    )


def shapes_in(document: Document) -> dict[str, Shape]:
    """Read the objects that a document describes under headings and labels of their own."""
    found: dict[str, Shape] = {}
    for section in document.sections:
        if (
            section.heading is None
            or find_route(section.heading.text)
            or _NOT_TITLES.search(section.words)
        ):
            continue
        name = _object_name(section.title)
        if name is None:
            continue
        shape = _shape(document.blocks[section.start : section.own_end])
        if shape is not None:
            found.setdefault(name, shape)
    for index, block in enumerate(document.blocks):
        if isinstance(block, Paragraph) and index + 1 < len(document.blocks):
            label = label_of(block.text.split("\n")[-1])
            if (
                label
                and label.bold
                and not label.value
                and re.search(r"(?i)\b(?:object|schema|model|fields)\b", label.name)
            ):
                shape = _shape((document.blocks[index + 1],))
                name = _object_name(label.name)
                if shape is not None and name is not None:
                    found.setdefault(name, shape)
    return found


def _object_name(title: str) -> str | None:
    bare = re.sub(r"\([^()]*\)", " ", title)
    bare = re.sub(
        r"^(?:the\s+)?(?:schema|model|object)\s*:\s*", "", plain(bare), flags=re.IGNORECASE
    )
    cleaned = _SUFFIX.sub("", key(bare))
    parts = cleaned.split(" ")
    if not cleaned or len(parts) > 3:  # noqa: PLR2004 - a name, not a sentence
        return None
    return _folded(cleaned)


def _shape(blocks: Iterable[Block]) -> Shape | None:
    blocks = list(blocks)
    shape: Shape | None = None
    entries = fields_in([block for block in blocks if isinstance(block, Table | Item)])
    typed = [entry for entry in entries if entry.facts.type is not None or entry.marked]
    if typed and len(typed) * 2 > len(entries):
        shape = Shape(
            type=Type.OBJECT, fields=tuple(field_of(entry) for entry in typed), span=typed[0].span
        )
    for block in blocks:
        if isinstance(block, Fence):
            shown = _declared(block)
            if shown is not None and shown.fields:
                shape = combine(shape, shown) if shape is not None else shown
                break
    return shape


def _declared(block: Fence) -> Shape | None:
    """Read an object in a fence, a TypeScript interface included."""
    if block.language in {"typescript", "ts", "javascript", "js"}:
        text = block.text[block.text.find("{") :] if "{" in block.text else ""
        return read_fence(replace(block, language="json", text=text)) if text else None
    return read_fence(block)


def resolve(statements: list[Statement], names: Names) -> list[Statement]:
    """Put shapes in the place of the words that name them."""
    resolved = [_resolved(statement, names) for statement in statements]
    return [_same(statement, resolved) for statement in resolved]


def _resolved(statement: Statement, names: Names) -> Statement:
    endpoint = statement.endpoint
    request, response = endpoint.request, endpoint.response
    if request is None and statement.request_name:
        request = shape_of_words(statement.request_name, names, request=True)
    if response is None and statement.response_name:
        response = shape_of_words(statement.response_name, names)
    response = _filled(response, names) if response is not None else None
    if request is endpoint.request and response is endpoint.response:
        return statement
    return replace(statement, endpoint=replace(endpoint, request=request, response=response))


def _filled(shape: Shape, names: Names, depth: int = 0) -> Shape:
    """Give an empty part its entity's fields where its name says which: `"tasks": [...]`."""
    if depth > _DEEPEST:
        return shape
    shapes = [_filled(_by_name(item, names), names, depth + 1) for item in shape.fields]
    inner = _filled(shape.item, names, depth + 1) if shape.item is not None else None
    pairs = list(zip(shape.fields, shapes, strict=True))
    if inner is shape.item and all(item.shape is filled for item, filled in pairs):
        return shape
    fields = tuple(replace(item, shape=filled) for item, filled in pairs)
    return replace(shape, fields=fields, item=inner)


def _by_name(item: Field, names: Names) -> Shape:
    shape = item.shape
    if shape.type is Type.LIST and (
        shape.item is None or shape.item == Shape(span=shape.item.span)
    ):
        found = names.find(singular(item.name)) if singular(item.name) != item.name else None
        return replace(shape, item=found) if found is not None else shape
    if shape.type in {Type.OBJECT, Type.JSON} and not shape.fields:
        found = names.find(item.name)
        return found if found is not None else shape
    return shape


def shape_of_words(text: str, names: Names, *, request: bool = False) -> Shape | None:
    """Resolve a phrase; None when it names nothing that is described."""
    for phrase in text.split("; "):
        if _SAME.match(phrase) or re.match(r"(?i)^\s*same\b", phrase) or _SIGNED.search(phrase):
            continue
        found = _named(phrase, names)
        if found is None:
            continue
        if _LIST.search(phrase) and found.type is not Type.LIST and not request:
            return Shape(type=Type.LIST, item=found)
        if request and not re.search(r"[A-Z][a-z]+[A-Z]", phrase):
            return None  # "Task object with required fields" does not say which fields
        return (
            optional_fields(found)
            if re.search(r"(?i)all (?:fields )?optional|partial", phrase)
            else found
        )
    return None


def _named(phrase: str, names: Names) -> Shape | None:
    for word in re.findall(r"[A-Z][a-z0-9]+(?:[A-Z][A-Za-z0-9]*)+", phrase):
        found = names.find(word)
        if found is not None:
            return found
    spoken = re.search(
        r"(?i)\b(?P<name>[a-z]+)\s+(?:objects?|records?|items?|entit(?:y|ies)|resources?|details?"
        r"|data)\b",
        phrase,
    )
    if spoken and (found := names.find(singular(spoken["name"].casefold()))) is not None:
        return found
    if re.fullmatch(
        r"\W*(?:list\[|array\[|array of |list of )?\W*[A-Z]?[a-z]+\W*", phrase, re.IGNORECASE
    ) or re.match(
        r"(?i)^\W*(?:the )?(?:created|updated|deleted|completed|new|single|full)?\s*[a-z]+\W*$"
        r"|^\W*(?:array|list) of\b",
        phrase,
    ):
        for word in reversed(words(phrase)):
            found = names.find(singular(word))
            if found is not None:
                return found
    for word in _NAME.findall(phrase):
        if word[:1].isupper() and re.search(
            rf"(?:^|\b(?:created|updated|new|the|of|a)\s+){word}\b", phrase, re.IGNORECASE
        ):
            found = names.find(word)
            if found is not None and word not in {"List", "Array"}:
                return found
    return None


def _same(statement: Statement, everything: list[Statement]) -> Statement:
    """Resolve `Same as POST` and `Same schema as signup` by the endpoint that is meant."""
    endpoint = statement.endpoint
    for attribute, words_ in (
        ("request", statement.request_name),
        ("response", statement.response_name),
    ):
        own = getattr(endpoint, attribute)
        if not re.search(r"(?i)\b(?:same|identical)\b", words_) or own is NO_BODY:
            continue
        stating = [item for item in everything if getattr(item.endpoint, attribute) is not None]
        other = _meant(words_, statement, stating)
        if other is None:
            continue
        shape = getattr(other.endpoint, attribute)
        partly = endpoint.method == "PATCH" and attribute == "request" and own is None
        if shape.type is Type.OBJECT and (
            partly or re.search(r"(?i)\boptional\b|\bpartial\b", words_)
        ):
            shape = optional_fields(_unrequired(shape))
        if own is not None:
            shape = _with_rules(own, shape)
        endpoint = (
            replace(endpoint, request=shape)
            if attribute == "request"
            else replace(endpoint, response=shape)
        )
    return replace(statement, endpoint=endpoint)


def _with_rules(own: Shape, other: Shape) -> Shape:
    """Return a body whose fields have the bounds of another's where they state none."""
    fields: list[Field] = []
    for item in own.fields:
        known = other.field(item.name)
        if known is not None and item.shape.constraints == Constraints():
            shape = replace(
                item.shape,
                type=item.shape.type or known.shape.type,
                constraints=known.shape.constraints,
            )
            fields.append(replace(item, shape=shape))
        else:
            fields.append(item)
    return replace(own, fields=tuple(fields))


def _unrequired(shape: Shape) -> Shape:
    return replace(
        shape, fields=tuple(replace(item, required=False, default=None) for item in shape.fields)
    )


def _meant(
    text: str,
    statement: Statement,
    everything: list[Statement],
) -> Statement | None:
    route = find_route(text)
    if route is not None:
        return next(
            (
                other
                for other in everything
                if other.endpoint.method in route.methods
                and shape_of(other.endpoint.path).endswith(shape_of(route.path))
            ),
            None,
        )
    method = re.search(r"\b(GET|POST|PUT|PATCH|DELETE)\b", text)
    if method:
        near = [
            other
            for other in everything
            if other.endpoint.method == method.group(1)
            and statement.endpoint.path.startswith(other.endpoint.path)
        ]
        return near[-1] if near else None
    tail = _SAME.search(text)
    wanted = set(words(tail["what"] if tail else text)) - {
        "same",
        "schema",
        "as",
        "the",
        "a",
        "an",
        "new",
        "response",
        "request",
        "body",
        "endpoint",
        "all",
        "fields",
        "optional",
    }
    for other in everything:
        if other is statement:
            continue
        named = set(words(other.endpoint.summary or "")) | set(words(other.endpoint.path))
        title = {singular(word) for word in named}
        if wanted and {singular(word) for word in wanted} <= title | _verbs(other):
            return other
    return None


def _verbs(statement: Statement) -> set[str]:
    return {
        "POST": {"create", "add", "creating", "adding", "creation"},
        "PUT": {"update", "replace", "updating", "replacing"},
        "PATCH": {"update", "updating"},
        "DELETE": {"delete"},
        "GET": {"get", "list"},
    }.get(statement.endpoint.method, set())
