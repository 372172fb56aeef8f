"""Requirements that nothing answers, principles that nothing checks, questions that are open."""

import re
from collections.abc import Iterator

from sdd.diagnostics import Diagnostic, Related, Severity
from sdd.ir import Application, Requirement
from sdd.names import plural, singular, snake, words
from sdd.speclang.tracing import demands_sign_in

_CHECKED = frozenset(
    [
        "jwt",
        "token",
        "tokens",
        "authentication",
        "authenticated",
        "authorization",
        "isolation",
        "isolated",
        "owner",
        "ownership",
        "user_id",
        "secret",
        "secrets",
        "environment",
        "sql",
        "injection",
        "orm",
        "sqlmodel",
        "validation",
        "validated",
        "pydantic",
        "status",
        "error",
        "errors",
        "test",
        "tests",
        "tested",
        "schema",
        "endpoint",
        "endpoints",
        "route",
        "routes",
        "api",
        "contract",
        "type",
        "types",
        "typed",
        "hints",
        "query",
        "queries",
        "fastapi",
        "async",
        "spec",
        "specs",
        "specification",
    ]
)
_FORBIDS = re.compile(r"\b(?:MUST|SHALL|NEVER|NON-NEGOTIABLE)\b")


def check(application: Application) -> Iterator[Diagnostic]:
    """Yield open questions, unanswered requirements and principles without a check behind them."""
    yield from _questions(application)
    vocabulary = _vocabulary(application)
    named = {item for endpoint in application.endpoints for item in endpoint.requirements}
    guarded = any(endpoint.auth for endpoint in application.endpoints)
    unanswered = [
        item
        for item in application.requirements
        if item.kind == "functional"
        and item.id not in named
        and not _speaks_of(item, vocabulary)
        and not (guarded and demands_sign_in(item.text))
    ]
    inert = [
        item
        for item in application.requirements
        if item.kind == "constitution" and not _is_checked(item)
    ]
    yield from _by_document(
        "unanswered-requirement",
        unanswered,
        "No endpoint, column or rule answers {0}.",
        "Name the endpoint or column that answers it, or take it out of the backend's specs.",
    )
    yield from _by_document(
        "inert-principle",
        inert,
        "No check stands behind {0} of the constitution.",
        "Say how it is checked, or make it advice.",
    )


def _questions(application: Application) -> Iterator[Diagnostic]:
    for question in application.questions:
        yield Diagnostic(
            rule="open-question",
            severity=Severity.ERROR if question.blocking else Severity.WARNING,
            message=f"A human has to decide: {question.text}",
            span=question.places[0] if question.places else None,
            hint=(
                f"Answer it in the specs, or as '{question.id}' in an answers file. "
                f"Proposal: {question.proposal}"
            ),
            reason=question.consequence,
            subject=question.id,
        )


def _by_document(
    rule: str, requirements: list[Requirement], message: str, hint: str
) -> Iterator[Diagnostic]:
    """Yield one note for each document, so that a long list does not drown the rest."""
    grouped: dict[str, list[Requirement]] = {}
    for item in requirements:
        grouped.setdefault(item.span.path if item.span else "", []).append(item)
    for path, group in grouped.items():
        names = ", ".join(item.id for item in group[:_MOST_NAMED])
        more = f" and {len(group) - _MOST_NAMED} more" if len(group) > _MOST_NAMED else ""
        yield Diagnostic(
            rule=rule,
            severity=Severity.NOTE,
            message=message.format(names + more),
            span=group[0].span,
            hint=hint,
            related=tuple(
                Related(span=item.span, message=f"{item.id}: {item.text[:100]}")
                for item in group
                if item.span is not None
            ),
            subject=f"{path}:{rule}",
        )


_MOST_NAMED = 8


def _vocabulary(application: Application) -> set[str]:
    """Return the words by which a requirement can speak of the API and the schema."""
    found: set[str] = set()
    for entity in application.entities:
        name = snake(entity.name)
        found |= {name, plural(name), *words(name)}
        found |= {word for column in entity.columns for word in words(column.name) if len(word) > 2}  # noqa: PLR2004 - "id" says nothing
    for endpoint in application.endpoints:
        found |= {
            word
            for part in endpoint.path.split("/")
            if not part.startswith("{") and part != "api"
            for word in (part.casefold(), singular(part.casefold()))
        }
        found |= {word for item in endpoint.parameters for word in words(item.name)}
        found |= {str(status) for status in endpoint.statuses}
    return found


def _speaks_of(requirement: Requirement, vocabulary: set[str]) -> bool:
    spoken = words(requirement.text)
    said = [*spoken, *map(singular, spoken)]
    return not vocabulary.isdisjoint(said) or not _CHECKED.isdisjoint(said)


def _is_checked(requirement: Requirement) -> bool:
    if not _FORBIDS.search(requirement.text):
        return True
    said = set(words(requirement.text))
    return bool(said & _CHECKED) or bool(said & {"checked", "enforced", "verified"})
