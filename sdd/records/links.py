"""Finds what records, decisions and tasks say of each other, and reads it in both directions."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sdd.records.adr import Adr
from sdd.records.reading import Phr
from sdd.text import SourceText

_FORMS = {
    "decision": re.compile(r"\bADR-(?P<number>\d{1,5})\b|history/adr/(?P<file>\d{1,5})-[\w-]+\.md"),
    "record": re.compile(r"(?P<path>(?:history|docs)/[\w./-]*prompts/[\w./-]+\.md)"),
    "task": re.compile(r"(?<![\w-])(?P<id>T\d{3,4}[a-z]?)(?![\w-])"),
    "requirement": re.compile(r"(?<![\w-])(?P<id>(?:FR|NFR|SC|BR)-\d{1,4})(?![\w-])"),
    "commit": re.compile(
        r"(?<![\w/.-])(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])(?P<hash>[0-9a-f]{7,40})(?![\w-])"
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Reference:
    """Something that a text speaks of.

    Attributes:
        kind: `decision`, `record`, `task`, `requirement` or `commit`.
        name: As in `ADR-0004`, a path, `T012`, `FR-003` or a hash.
    """

    kind: str
    name: str


def find_references(text: str) -> tuple[Reference, ...]:
    """Return what a text speaks of, each once, in order of kind and name."""
    found = {
        Reference(kind=kind, name=_name(kind, match))
        for kind, form in _FORMS.items()
        for match in form.finditer(text)
    }
    return tuple(sorted(found))


def references_by_source(
    phrs: Iterable[Phr] = (), adrs: Iterable[Adr] = (), documents: Iterable[SourceText] = ()
) -> Mapping[str, tuple[Reference, ...]]:
    """Return what each record, decision and document speaks of, by its path.

    A prompt is what a person said and an answer what a model said: of a record, only its
    front matter, outcome and evaluation count as links.
    """
    texts = {str(phr.path): _own_words(phr) for phr in phrs}
    texts |= {str(adr.path): _without_heading(adr) for adr in adrs}
    texts |= {document.path: document.text for document in documents}
    return {path: found for path, text in texts.items() if (found := find_references(text))}


def backlinks(
    references: Mapping[str, tuple[Reference, ...]],
) -> Mapping[Reference, tuple[str, ...]]:
    """Turn links around: for what is spoken of, the paths that speak of it."""
    found: dict[Reference, list[str]] = defaultdict(list)
    for path, names in sorted(references.items()):
        for name in names:
            found[name].append(path)
    return {reference: tuple(paths) for reference, paths in sorted(found.items())}


def _name(kind: str, match: re.Match[str]) -> str:
    if kind == "decision":
        return f"ADR-{int(match['number'] or match['file']):04d}"
    return next(group for group in match.groups() if group)


def _own_words(phr: Phr) -> str:
    linked = [*phr.links.values(), *phr.labels, phr.title]
    sections = [
        phr.sections[name].text for name in ("outcome", "evaluation") if name in phr.sections
    ]
    return "\n".join([*linked, *sections])


def _without_heading(adr: Adr) -> str:
    """Return a decision's text without the heading in which it names itself."""
    return adr.text.partition("\n")[2]
