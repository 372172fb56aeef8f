"""Path, query and header parameters from lists, tables and running text."""

import re
from dataclasses import replace

from sdd.ir import Default, Location, Parameter, Type
from sdd.speclang.endpoints.parts import Kind, Part
from sdd.speclang.endpoints.statement import Sighting
from sdd.speclang.facts import Facts
from sdd.speclang.fields import Entry, columns_of, read_entry, read_items, read_list, read_table
from sdd.speclang.findings import Findings
from sdd.speclang.inline import key, label_of, plain, unticked
from sdd.speclang.routes import parameters_of
from sdd.text import Span
from sdd.text.markdown import Block, Fence, Item, Paragraph, Table

_NONE = re.compile(
    r"^\W*(?:none|no (?:query |path |request )?(?:parameters?|params?|body)|n/?a|-|—)\b",
    re.IGNORECASE,
)
_KINDS = {
    Kind.QUERY: Location.QUERY,
    Kind.PATH_PARAMETERS: Location.PATH,
    Kind.HEADERS: Location.HEADER,
    Kind.PARAMETERS: None,
}
_PLAIN = frozenset({"", "text", "txt", "plaintext"})
_STANDARD_HEADERS = frozenset(
    {"authorization", "content-type", "accept", "content type", "cookie", "host"}
)


def entries_of(part: Part, findings: Findings | None = None) -> list[Entry]:
    """Read what a parameter or field list holds, from its line, items and tables."""
    entries: list[Entry] = []
    if part.value and not _NONE.match(plain(part.value)):
        entries.extend(read_list(part.value, part.span))
    items = [block for block in part.blocks if isinstance(block, Item)]
    entries.extend(read_items(items))
    for block in part.blocks:
        if isinstance(block, Table):
            entries.extend(_rows(block, findings))
        elif isinstance(block, Paragraph):
            entries.extend(_lines(block.text, block.span))
        elif isinstance(block, Fence) and block.language in _PLAIN:
            first = replace(block.span, line=block.span.line + 1)
            entries.extend(_lines(block.text, first))
    if findings is not None and part.kind is not Kind.HEADERS:
        _unread(items, findings)
    return entries


def _rows(table: Table, findings: Findings | None) -> list[Entry]:
    entries = read_table(table)
    if not entries and table.rows and findings is not None:
        findings.not_understood(
            table.span, "This table of parameters or fields has no column with their names."
        )
    return entries


def _lines(text: str, first: Span) -> list[Entry]:
    entries: list[Entry] = []
    for offset, line in enumerate(text.split("\n")):
        span = Span(path=first.path, line=first.line + offset)
        if re.match(r"^\s*(?:`|\*\*)?[a-z_][\w]*(?:`|\*\*)?\s*(?:\(|:)", line):
            entries.extend(read_entry(line, span))
    return entries


def _unread(items: list[Item], findings: Findings) -> None:
    for item in items:
        text = unticked(item.text)
        if read_entry(text, item.span) or _NONE.match(plain(text)) or _is_announcement(text):
            continue
        if re.match(r"^`\w", text):
            findings.not_understood(
                item.span, f"This entry of a list is not understood: {plain(text)[:80]}"
            )


def _is_announcement(text: str) -> bool:
    label = label_of(text)
    return label is not None and re.search(r"param|field|header", key(label.name)) is not None


def read_parameters(
    sighting: Sighting, parts: list[Part], findings: Findings
) -> tuple[Parameter, ...]:
    """Return an endpoint's parameters: those of its path always, the others as stated."""
    found: dict[tuple[Location, str], Parameter] = {}
    span = sighting.span
    in_path = parameters_of(sighting.path)
    for name in in_path:
        found[Location.PATH, name] = Parameter(
            name=name, location=Location.PATH, required=True, span=span
        )
    for part in parts:
        for location, entry in _located(part, in_path, findings):
            parameter = _parameter(entry, location)
            place = (
                location,
                same_name(parameter.name, in_path) if location is Location.PATH else parameter.name,
            )
            if location is Location.PATH and place[1] not in in_path:
                continue
            parameter = replace(parameter, name=place[1])
            known = found.get(place)
            found[place] = parameter if known is None or known.type is None else known
    if sighting.strong:
        for name in re.findall(r"(?:^|&)([A-Za-z_]\w*)(?==|&|$)", sighting.query):
            shown = Parameter(name=name, location=Location.QUERY, span=span)
            found.setdefault((Location.QUERY, name), shown)
    return tuple(found.values())


def same_name(name: str, in_path: tuple[str, ...]) -> str:
    """Find `id` in a path that calls it `task_id`, and `taskId` that is `task_id`."""
    squeezed = name.replace("_", "").casefold()
    for candidate in in_path:
        if candidate.replace("_", "").casefold() == squeezed:
            return candidate
    if name == "id" and in_path:
        return in_path[-1]
    return name


def _located(
    part: Part, in_path: tuple[str, ...], findings: Findings
) -> list[tuple[Location, Entry]]:
    if part.kind not in _KINDS:
        return _unlabelled(part, in_path)
    default = _KINDS[part.kind]
    pairs: list[tuple[Location, Entry]] = []
    for entry in _flattened(entries_of(part, findings), part):
        location = _location_of(entry, default, in_path)
        if location is None or (
            location is Location.HEADER and entry.name.casefold() in _STANDARD_HEADERS
        ):
            continue
        pairs.append((location, entry))
    for block in part.blocks:
        if isinstance(block, Item):
            pairs.extend(_announced(block, in_path))
    return pairs


def _location_of(
    entry: Entry, default: Location | None, in_path: tuple[str, ...]
) -> Location | None:
    if entry.location == "body":
        return None
    if entry.location is not None:
        return Location(entry.location)
    if default is not None:
        return default
    return Location.PATH if same_name(entry.name, in_path) in in_path else Location.QUERY


def _flattened(entries: list[Entry], part: Part) -> list[Entry]:
    """Take nested lists apart: `- Query:` with parameters below it."""
    flat: list[Entry] = []
    for entry in entries:
        group = re.match(r"^(query|path|url|header)", entry.name.casefold())
        if entry.children and group and not entry.facts.type:
            location = "path" if group.group() == "url" else group.group()
            flat.extend(
                replace(child, location=child.location or location) for child in entry.children
            )
        elif part.kind is Kind.PARAMETERS and key(entry.name) == "none":
            continue
        else:
            flat.append(entry)
    return flat


def _announced(item: Item, in_path: tuple[str, ...]) -> list[tuple[Location, Entry]]:
    """Read `Optional query params: `status` (filter by …)` inside of a parameter list."""
    label = label_of(item.text)
    if label is None or not re.search(r"\b(?:query|path|header)\b", label.name.casefold()):
        return []
    words = re.findall(r"query|path|header", label.name.casefold())
    if not re.search(r"param|string|header", label.name.casefold()) or not words:
        return []
    optional = "optional" in label.name.casefold()
    pairs: list[tuple[Location, Entry]] = []
    for entry in read_list(label.value, item.span):
        facts = replace(entry.facts, required=False) if optional else entry.facts
        location = Location(words[0])
        if location is not Location.PATH or entry.name in in_path:
            pairs.append((location, replace(entry, facts=facts)))
    return pairs


def _unlabelled(part: Part, in_path: tuple[str, ...]) -> list[tuple[Location, Entry]]:
    """Read a table of parameters that stands right under the endpoint, without a label."""
    if part.kind not in {Kind.DESCRIPTION, Kind.OTHER}:
        return []
    pairs: list[tuple[Location, Entry]] = []
    for block in part.blocks:
        if isinstance(block, Table) and _is_parameter_table(block):
            pairs.extend(
                (location, entry)
                for entry in read_table(block)
                if (location := _location_of(entry, None, in_path)) is not None
            )
    return pairs


def _is_parameter_table(block: Block) -> bool:
    if not isinstance(block, Table) or not block.header:
        return False
    roles = columns_of(block.header)
    named = re.match(
        r"^(?:query |path |url )?param(?:eter)?s?(?: name)?$|^argument$", key(block.header[0])
    )
    return "name" in roles.values() and (named is not None or "location" in roles.values())


def _parameter(entry: Entry, location: Location) -> Parameter:
    facts = entry.facts
    required = facts.required
    if location is Location.PATH:
        required = True
    elif required is None and facts.default is not None:
        required = False
    return Parameter(
        name=entry.name,
        location=location,
        type=_type(facts),
        required=required,
        default=facts.default,
        constraints=facts.constraints,
        description=entry.description or None,
        span=entry.span,
    )


def _type(facts: Facts) -> Type | None:
    if facts.type is not None:
        return facts.type
    choices = facts.constraints.choices
    if choices:
        return (
            Type.BOOL
            if {choice.casefold() for choice in choices} == {"true", "false"}
            else Type.STR
        )
    return _type_of(facts.default) or (Type.INT if _is_counted(facts) else None)


def _type_of(default: Default | None) -> Type | None:
    if default is None or default.factory is not None:
        return None
    match default.value:
        case bool():
            return Type.BOOL
        case int():
            return Type.INT
        case float():
            return Type.FLOAT
        case str():
            return Type.STR
        case _:
            return None


def _is_counted(facts: Facts) -> bool:
    bounds = (facts.constraints.minimum, facts.constraints.maximum)
    return any(bound is not None and float(bound).is_integer() for bound in bounds)
