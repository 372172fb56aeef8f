"""Which documents an order needs, and which parts of them; each with the reason why."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from sdd.text import SourceText
from sdd.text.markdown import Heading, parse_blocks
from sdd.workflow.orders import Lines, Slice

# What a document is about, by words in its path; the first that fits counts.
_KINDS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("contract", ("api", "contracts", "endpoints", "openapi"), "paths, methods, bodies, statuses"),
    ("schema", ("database", "schema", "data-model"), "tables and columns"),
    ("tokens", ("auth",), "how users are known"),
    ("conventions", ("claude", "agents.md"), "conventions of the backend"),
    ("rules", ("constitution",), "rules that always hold"),
)
_BEHAVIOUR = ("behaviour", "what the operations mean: rules, limits, scenarios")

OPERATIONS = "operations"
TABLES = "tables"
SCENARIOS = "scenarios"
NAMED = "operation named"
LEFT_TO_AGENTS = "left to agents"
_TOPICS = frozenset({OPERATIONS, TABLES, SCENARIOS})
# A document of which less than this part is left out is given whole: fewer words, fewer mistakes.
_WORTH_CUTTING = 0.15


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What a document is about."""

    name: str
    why: str


def kind_of(path: str) -> Kind:
    """Tell what a document is about, from its path."""
    parts = PurePosixPath(path.lower()).parts
    for name, marks, why in _KINDS:
        if any(mark in part for part in parts for mark in marks):
            return Kind(name=name, why=why)
    return Kind(name=_BEHAVIOUR[0], why=_BEHAVIOUR[1])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Needs:
    """What an order can be expected to need; where that is not enough, it gets all.

    Attributes:
        kinds: Documents of these kinds.
        topics: Of those, the sections about these topics, and all that are about none.
        outlined: Of documents of these kinds, what is about none is shown by its headings:
            others do what it says.
    """

    kinds: frozenset[str]
    topics: frozenset[str] = frozenset({TABLES})
    outlined: frozenset[str] = frozenset()


_GROUND = frozenset({"contract", "schema", "tokens", "conventions"})
_WORK = frozenset({"contract", "schema", "behaviour"})
_NEEDS: Mapping[str, _Needs] = {
    "auth": _Needs(kinds=_GROUND, outlined=frozenset({"schema"})),
    "models": _Needs(kinds=frozenset({"schema", "conventions"})),
    "repositories": _Needs(kinds=_WORK, topics=_TOPICS),
    "schemas": _Needs(
        kinds=_WORK,
        topics=frozenset({OPERATIONS, TABLES}),
        outlined=frozenset({"behaviour", "schema"}),
    ),
    "routes": _Needs(
        kinds=_WORK,
        topics=frozenset({OPERATIONS, TABLES}),
        outlined=frozenset({"behaviour", "schema"}),
    ),
    "errors": _Needs(kinds=_GROUND, outlined=_GROUND - {"contract"}),
    "assembly": _Needs(kinds=_GROUND, outlined=frozenset({"schema", "tokens"})),
    "tests": _Needs(kinds=_WORK | {"tokens"}, topics=_TOPICS, outlined=frozenset({"schema"})),
}

Topics = Mapping[tuple[str, int], str]
Enough = Callable[[str, Sequence[Slice]], bool]


def slices(
    sources: Sequence[SourceText],
    orders: Sequence[str],
    enough: Enough,
    topics: Topics | None = None,
) -> Mapping[str, tuple[Slice, ...]]:
    """Return the documents of each order, by authority.

    Args:
        sources: The documents that say something, by authority.
        orders: Order ids.
        enough: Tells whether an order can be done from these parts as well as from all.
        topics: What lines of them state, by path and line; None: documents are given whole.
    """
    sections = {
        source.path: tuple(_sections(source, topics)) if topics is not None else ()
        for source in sources
    }
    return {order: _chosen(_NEEDS[order], order, sources, sections, enough) for order in orders}


def excerpt(text: str, lines: Sequence[Lines]) -> str:
    """Return a text with everything left blank but some lines; without any, the whole text.

    Lines keep their numbers.
    """
    if not lines:
        return text
    kept = {number for first, last in lines for number in range(first, last + 1)}
    numbered = enumerate(text.split("\n"), start=1)
    return "\n".join(line if number in kept else "" for number, line in numbered)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Section:
    """Lines from a heading to the next.

    Attributes:
        topics: What it is about, as far as that is known.
        named: Of these, what the heading itself states: the sections below are about it too.
    """

    level: int
    first: int
    last: int
    topics: frozenset[str] = frozenset()
    named: frozenset[str] = frozenset()

    def part(self, wanted: frozenset[str], *, outlined: bool = False) -> Lines:
        """Return all of it, or the heading alone where it is about something else.

        What no compiler understood is never left out.
        """
        about = bool(self.topics & (wanted | {LEFT_TO_AGENTS}))
        whole = about or not (self.topics or outlined)
        return (self.first, self.last if whole else self.first)


def _sections(source: SourceText, topics: Topics) -> Iterator[_Section]:
    headings = [block for block in parse_blocks(source) if isinstance(block, Heading)]
    total = len(source.lines())
    starts = [heading.span.line for heading in headings]
    if not starts or starts[0] > 1:
        yield _Section(level=0, first=1, last=starts[0] - 1 if starts else total)
    above: list[_Section] = []
    for heading, after in zip(headings, [*starts[1:], total + 1], strict=True):
        above = [section for section in above if section.level < heading.level]
        first = heading.span.line
        stated = [topics.get((source.path, line), "") for line in range(first, after)]
        own = {OPERATIONS if topic == NAMED else topic for topic in stated[:1]} - {""}
        named = frozenset(own).union(*(item.named for item in above))
        found = _Section(
            level=heading.level,
            first=first,
            last=after - 1,
            topics=named.union(stated) - {"", NAMED},
            named=named,
        )
        above.append(found)
        yield found


def _chosen(
    needs: _Needs,
    order: str,
    sources: Sequence[SourceText],
    sections: Mapping[str, tuple[_Section, ...]],
    enough: Enough,
) -> tuple[Slice, ...]:
    wanted = [source for source in sources if kind_of(source.path).name in needs.kinds] or sources
    others = frozenset(kind_of(source.path).name for source in sources) - needs.kinds
    further = replace(needs, outlined=needs.outlined | others)
    cuts = ((needs, wanted), (replace(needs, topics=_TOPICS), wanted), (further, sources))
    candidates = [
        tuple(_cut(item, sections[item.path], cut) for item in chosen) for cut, chosen in cuts
    ]
    for candidate in dict.fromkeys((*candidates, _whole(wanted))):
        if enough(order, candidate):
            return candidate
    return _whole(sources)


def _whole(sources: Sequence[SourceText]) -> tuple[Slice, ...]:
    return tuple(Slice(path=source.path, why=kind_of(source.path).why) for source in sources)


def _cut(source: SourceText, sections: Sequence[_Section], needs: _Needs) -> Slice:
    """Return the part of a document that an order needs."""
    kind = kind_of(source.path)
    outlined = kind.name in needs.outlined
    parts = [section.part(needs.topics, outlined=outlined) for section in sections]
    left_out = 1 - _size(excerpt(source.text, parts)) / max(_size(source.text), 1)
    lines = tuple(_joined(parts)) if parts and left_out >= _WORTH_CUTTING else ()
    return Slice(path=source.path, why=kind.why, lines=lines)


def _size(text: str) -> int:
    return len(text) - text.count("\n")


def _joined(parts: Sequence[Lines]) -> Iterator[Lines]:
    """Join parts that follow each other."""
    first, last = parts[0]
    for start, end in parts[1:]:
        if start > last + 1:
            yield first, last
            first = start
        last = end
    yield first, last
