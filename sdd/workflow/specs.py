"""The specs of a feature: which documents there are, and what they say."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from pathlib import PurePosixPath
from types import MappingProxyType

from sdd.diagnostics import Diagnostic, by_place, errors
from sdd.errors import SpecError
from sdd.ir import Application, AuthMode, Question
from sdd.ir.complete import complete
from sdd.ports import ReadableFiles
from sdd.speclang import ALL, DocumentInfo, Reading, Role, discover, documents_of, read_specs
from sdd.speclang.documents import numbered_name, role_of
from sdd.text import SourceText, Span, decode
from sdd.workflow.slices import NAMED, OPERATIONS, SCENARIOS, TABLES

_OF_USE = frozenset({"scenario", "story", "success"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Documents:
    """The documents of a feature, by authority, not yet read."""

    feature: str
    sources: tuple[SourceText, ...]

    @property
    def paths(self) -> tuple[str, ...]:
        """Where they stand."""
        return tuple(source.path for source in self.sources)

    @property
    def texts(self) -> Mapping[str, str]:
        """Their text by path."""
        return {source.path: source.text for source in self.sources}


@dataclass(frozen=True, slots=True, kw_only=True)
class Specs:
    """What documents say.

    Attributes:
        stated: As stated; what they leave open is None.
        application: Completed by convention, each such value marked.
        relevant: The documents that say something about the backend, by authority.
    """

    stated: Application
    application: Application
    diagnostics: tuple[Diagnostic, ...]
    relevant: tuple[str, ...]

    @property
    def questions(self) -> tuple[Question, ...]:
        """What only a human can decide: what the specs ask, and what is wrong with them."""
        return (*self.stated.questions, *map(_question, errors(self.diagnostics)))


def _question(diagnostic: Diagnostic) -> Question:
    related = (other.span for other in diagnostic.related)
    return Question(
        id=f"{diagnostic.rule}-{diagnostic.fingerprint[:6]}",
        text=diagnostic.message,
        places=tuple(dict.fromkeys(span for span in (diagnostic.span, *related) if span)),
        proposal="go on",
        consequence="The backend follows what could be read; " + (diagnostic.hint or "see there."),
    )


def spec_paths(files: ReadableFiles) -> tuple[PurePosixPath, ...]:
    """Return every document of a project that could be a spec, wherever it stands."""
    return discover(files).documents


def find_documents(files: ReadableFiles, feature: str) -> Documents:
    """Find the documents that a feature is implemented from.

    Raises:
        SpecError: There are no specs, or no such feature; the nearest is named.
    """
    paths = documents_of(files, feature)
    sources = tuple(decode(str(path), files.read(path) or b"") for path in paths)
    return Documents(feature=numbered_name(feature) or feature, sources=sources)


def read_documents(
    sources: Sequence[SourceText],
    tokens: str | None = None,
    answers: Mapping[str, str] = MappingProxyType({}),
) -> Specs:
    """Read documents, and fill by convention what they leave open.

    Args:
        sources: The documents, by authority.
        tokens: How tokens are verified, whatever the documents say; None: as they say.
        answers: What a human answered, by question id: it is read where the question stands.

    Raises:
        SpecError: They describe neither an endpoint nor a table.
    """
    reading = read_decided(sources, answers)
    stated = reading.application
    if tokens is not None:
        stated = replace(stated, auth=replace(stated.auth, mode=AuthMode(tokens)))
    if not stated.endpoints:
        names = ", ".join(source.path for source in sources) or "nothing"
        what = "tables, but no endpoint" if stated.entities else "no endpoint and no table"
        raise SpecError(
            f"The specs describe {what}; read: {names}.",
            hint="Write endpoints as '### GET /api/…' in specs/api/rest-endpoints.md.",
        )
    return Specs(
        stated=stated,
        application=complete(stated),
        diagnostics=by_place(reading.diagnostics),
        relevant=_relevant(stated, sources, reading.documents),
    )


def read_decided(sources: Sequence[SourceText], answers: Mapping[str, str]) -> Reading:
    """Read documents with the answers, and with what we propose where nobody need be asked."""
    reading = read_specs(sources, answers)
    questions = reading.application.questions
    taken = {item.id: item.proposal for item in questions if not item.blocking and item.proposal}
    if not taken:
        return reading
    decided = read_specs(sources, {**taken, **answers})
    return replace(decided, application=replace(decided.application, questions=questions))


def concerns(feature: str, path: PurePosixPath) -> bool:
    """Tell whether a file in a feature's folder belongs to a feature."""
    folder = path.parent.name
    return feature in {ALL, folder, numbered_name(folder)}


def _relevant(
    stated: Application, sources: Iterable[SourceText], documents: Iterable[DocumentInfo]
) -> tuple[str, ...]:
    """Return the documents that state something, or add to what another one states."""
    parts = (stated.entities, stated.endpoints, stated.auth, stated.errors)
    named = {span.path for span in _spans(parts)}
    behaviour = {
        item.span.path for item in stated.requirements if item.span and item.kind != "constitution"
    }
    conventions = {
        source.path
        for source in sources
        if stated.conventions and role_of(PurePosixPath(source.path)) is Role.CONVENTIONS
    }
    adding = {item.path for item in documents if dict(item.found).get("tables")}
    found = named | behaviour | conventions | adding
    return tuple(source.path for source in sources if source.path in found)


def topics_of(stated: Application) -> Mapping[tuple[str, int], str]:
    """Return what lines state, by path and line: operations, tables, or scenarios of use.

    The line of an endpoint itself counts where it is a heading's: an overview is everybody's.
    """
    stories = tuple(item.span for item in stated.requirements if item.kind in _OF_USE)
    details = tuple(
        (endpoint.parameters, endpoint.request, endpoint.response) for endpoint in stated.endpoints
    )
    said = ((stories, SCENARIOS), (stated.entities, TABLES), (details, OPERATIONS))
    found = {(span.path, span.line): topic for part, topic in said for span in _spans(part)}
    named = {(item.span.path, item.span.line) for item in stated.endpoints if item.span}
    return {**found, **dict.fromkeys(named, NAMED)}


def _spans(value: object) -> Iterator[Span]:
    match value:
        case Span():
            yield value
        case tuple():
            for item in value:
                yield from _spans(item)
        case _ if is_dataclass(value) and not isinstance(value, type):
            for part in fields(value):
                yield from _spans(getattr(value, part.name))
        case _:
            return
