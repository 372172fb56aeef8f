"""Checks decision records: numbers, links, placeholders, and whether two contradict."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from pathlib import PurePosixPath

from sdd.diagnostics import Diagnostic, Related, Severity, by_place
from sdd.records.adr import STATUSES, Adr
from sdd.records.decisions import Decision, option_name
from sdd.records.suggestions import key_words
from sdd.records.template import placeholders
from sdd.text import Span

_SECTIONS = {
    "decision": "Decision",
    "consequences": "Consequences",
    "alternatives considered": "Alternatives Considered",
}
_REFERENCE = re.compile(r"\bADR-(\d{1,5})\b", re.IGNORECASE)
_PATH = re.compile(r"(?<![\w/:.])(?:specs|history|docs|backend|frontend|\.specify)/[\w./-]*\w")
_OPENING = 300
_NAME = re.compile(r"[a-z][A-Z]|[A-Z]{2}|[A-Za-z]\d")


def check_adrs(
    adrs: Iterable[Adr], *, known_paths: Collection[PurePosixPath] | None = None
) -> tuple[Diagnostic, ...]:
    """Return what is wrong with the decision records, by place.

    Args:
        adrs: All records of the project.
        known_paths: The project's files; links to other files are then reported.
    """
    adrs = tuple(adrs)
    found: list[Diagnostic] = [*_duplicates(adrs), *_contradictions(adrs)]
    for adr in adrs:
        found += _form(adr)
        found += _links(adr, adrs, known_paths)
    return by_place(found)


def check_against_adrs(
    adrs: Collection[Adr],
    *,
    decisions: Iterable[Decision] = (),
    new_dependencies: Iterable[str] = (),
) -> tuple[Diagnostic, ...]:
    """Return where decisions or dependencies take what a decision record has rejected."""
    valid = [adr for adr in adrs if _is_valid(adr)]
    found = [
        _contradiction(f"'{item.topic}' chooses", option, adr, item.span)
        for item in decisions
        for adr in valid
        if (option := _taken(adr, item.headline)) and _is_about(adr, item, option)
    ]
    found += [
        _contradiction(f"The new dependency {name} is", option, adr, Span(path=""))
        for name in new_dependencies
        for adr in valid
        if (option := _taken(adr, name))
    ]
    return by_place(found)


def _is_about(adr: Adr, decision: Decision, option: str) -> bool:
    """Tell whether a record and a decision speak of one matter.

    What one record rejected for its matter may be right for another: "in-memory storage" of
    sessions says nothing of tests. A name, as `MongoDB` or `OAuth2`, means the same everywhere, and
    so does what is the whole of a choice.
    """
    if _NAME.search(option) or key_words(decision.choice) <= key_words(option):
        return True
    matter = key_words(f"{adr.title} {adr.decision[:_OPENING]}")
    return bool((key_words(decision.headline) - key_words(option)) & matter)


def _is_valid(adr: Adr) -> bool:
    return adr.status not in {"Superseded", "Rejected"}


def _diagnostic(rule: str, severity: Severity, message: str, adr: Adr, line: int) -> Diagnostic:
    span = Span(path=str(adr.path), line=line)
    return Diagnostic(rule=rule, severity=severity, message=message, span=span)


def _line_of(adr: Adr, text: str) -> int:
    at = adr.text.find(text)
    return adr.text.count("\n", 0, at) + 1 if at >= 0 else 1


def _form(adr: Adr) -> Iterator[Diagnostic]:
    if not adr.title:
        yield _diagnostic("missing-title", Severity.ERROR, "No heading '# ADR-NNNN: …'", adr, 1)
    if adr.number is None:
        yield _diagnostic("missing-number", Severity.ERROR, "The record has no number", adr, 1)
    if adr.heading_number is not None and adr.heading_number != adr.number:
        message = f"File says number {adr.number}, heading says {adr.heading_number}"
        yield _diagnostic("id-mismatch", Severity.ERROR, message, adr, _line_of(adr, "# ADR"))
    if adr.status not in STATUSES:
        message = f"Unknown status '{adr.status_text}'" if adr.status_text else "No status"
        yield _diagnostic("unknown-status", Severity.ERROR, message, adr, _line_of(adr, "Status"))
    if adr.status == "Superseded" and adr.superseded_by is None:
        message = "Superseded, but it does not say by which record"
        yield _diagnostic("broken-supersession", Severity.ERROR, message, adr, _line_of(adr, "Sup"))
    for name, title in _SECTIONS.items():
        if not adr.sections.get(name):
            message = f"No text under '## {title}'"
            yield _diagnostic("missing-section", Severity.WARNING, message, adr, 1)
    for match in placeholders(adr.text):
        line = adr.text.count("\n", 0, match.start()) + 1
        message = f"Placeholder {match[0]} was not filled"
        yield _diagnostic("unfilled-placeholder", Severity.ERROR, message, adr, line)


def _duplicates(adrs: tuple[Adr, ...]) -> Iterator[Diagnostic]:
    same: dict[int | None, list[Adr]] = defaultdict(list)
    for adr in adrs:
        same[adr.number].append(adr)
    for number, group in same.items():
        for adr in group[1:] if number is not None else []:
            message = f"Number {number} is taken by {group[0].path.name}"
            yield _diagnostic("duplicate-number", Severity.ERROR, message, adr, 1)


def _links(
    adr: Adr, adrs: tuple[Adr, ...], known_paths: Collection[PurePosixPath] | None
) -> Iterator[Diagnostic]:
    numbers = {other.number for other in adrs}
    for match in _REFERENCE.finditer(adr.text):
        if int(match[1]) not in numbers:
            line = adr.text.count("\n", 0, match.start()) + 1
            message = f"There is no {match[0]}"
            yield _diagnostic("dangling-link", Severity.ERROR, message, adr, line)
    if known_paths is None:
        return
    references = adr.sections.get("references", "")
    for match in _PATH.finditer(references):
        if not _exists(PurePosixPath(match[0]), known_paths):
            line = _line_of(adr, match[0])
            message = f"There is no file {match[0]}"
            yield _diagnostic("dangling-link", Severity.WARNING, message, adr, line)


def _exists(path: PurePosixPath, known: Collection[PurePosixPath]) -> bool:
    return path in known or any(other.is_relative_to(path) for other in known)


def _contradictions(adrs: tuple[Adr, ...]) -> Iterator[Diagnostic]:
    valid = [adr for adr in adrs if _is_valid(adr)]
    for adr in valid:
        opening = f"{adr.title} {adr.decision[:_OPENING]}"
        for other in valid:
            if other.number == adr.number or (adr.number or 0) < (other.number or 0):
                continue
            if option := _taken(other, opening):
                span = Span(path=str(adr.path), line=_line_of(adr, "# "))
                subject = f"ADR-{adr.number or 0:04d} chooses"
                yield _contradiction(subject, option, other, span)


def _taken(adr: Adr, text: str) -> str | None:
    """Return the option that a record rejected and a text takes; its own choice is none."""
    taken = key_words(text)
    own = key_words(f"{adr.title} {adr.decision[:_OPENING]}")
    for line in adr.alternatives.split("\n"):
        option = option_name(line.strip(" -*0123456789.\t"))
        named = key_words(option)
        if named and named <= taken and not named <= own:
            return option
    return None


def _contradiction(subject: str, option: str, adr: Adr, span: Span) -> Diagnostic:
    number = f"ADR-{adr.number or 0:04d}"
    there = Span(path=str(adr.path), line=_line_of(adr, option))
    return Diagnostic(
        rule="contradicts-decision",
        severity=Severity.WARNING,
        message=f"{subject} '{option}', which {number} rejected",
        span=span if span.path else there,
        related=(Related(span=there, message=f"{number}: {adr.title}"),),
        hint=f"Supersede {number}, or take what it decided.",
        subject=f"{number}: {option}",
    )
