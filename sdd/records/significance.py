"""Weighs whether a decision deserves a record of its own: impact, alternatives, scope."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from sdd.records.decisions import Decision

_AREAS = {
    "security": (
        "auth", "authentication", "authorization", "oauth", "oidc", "jwt", "session", "sso",
        "password", "hashing", "bcrypt", "argon2", "argon2id", "encryption", "mtls", "tls", "rbac",
        "permission", "secret", "isolation", "tenancy", "tenant", "injection", "csrf",
    ),
    "data model": (
        "database", "db", "schema", "orm", "migration", "persistence", "storage", "postgres",
        "postgresql", "mysql", "sqlite", "mongodb", "nosql", "redis", "sqlmodel", "sqlalchemy",
        "prisma", "alembic", "uuid", "jsonb", "primary key",
    ),
    "platform": (
        "kubernetes", "k8s", "docker", "container", "containerization", "containerized", "helm",
        "deployment", "deploy", "hosting", "cloud", "serverless", "ci/cd", "cicd", "pipeline",
        "infrastructure", "monitoring", "observability", "ingress", "registry", "kafka",
        "broker", "rabbitmq", "redpanda", "provider", "runtime", "cluster",
    ),
    "architecture": (
        "architecture", "framework", "stack", "microservice", "monolith", "monolithic",
        "monorepo", "event-driven", "pub/sub", "pubsub", "messaging", "queue", "stateless",
        "stateful", "sdk", "orchestration", "orchestrator", "websocket", "sse", "graphql", "grpc",
        "rest", "api", "protocol", "mcp", "sidecar", "dapr", "worker", "background", "state",
        "caching", "cache", "layered", "repository", "service", "communication", "agent",
        "next.js", "nextjs", "react", "vue", "fastapi", "django", "flask", "express", "ssr",
        "separation", "frontend", "backend", "pooling",
    ),
}  # fmt: skip
_DETAILS = frozenset(
    (
        "algorithm", "analysis", "animation", "argparse", "build", "button", "chart", "cleanup",
        "color", "colour", "command", "component", "counter", "css", "dataclass", "date-time",
        "datetime", "description", "display", "documentation", "dropdown", "email", "emoji",
        "file", "filter", "filtering", "form", "format", "formatter", "formatting", "generation",
        "icon", "input", "investigation", "label", "layout", "lint", "linting", "literal",
        "location", "logger", "menu", "modal", "naming", "notification", "parsing", "placeholder",
        "priority", "priorities", "prompt", "readme", "regex", "reminder", "rendering",
        "representation", "responsive", "sanitization", "search", "skeleton", "sort", "sorting",
        "spinner", "structure", "style", "styling", "tag", "template", "test", "testing", "theme",
        "timestamp", "timezone", "title", "toast", "toggle", "tooltip", "type", "typing",
        "typography", "ui", "validation", "visibility", "visualization", "wording",
    )
)  # fmt: skip
_FOUNDATIONS = frozenset(
    (
        "architecture", "auth", "authentication", "authorization", "database", "deployment",
        "framework", "hosting", "isolation", "microservice", "monolithic", "monorepo", "orm",
        "persistence", "sdk", "stack", "stateless", "tenancy",
    )
)  # fmt: skip
_LAYERS = {
    "front end": r"front-?\s?end|client|browser|\bui\b|react|next\.?js|mobile",
    "back end": r"back-?\s?end|server|fastapi|endpoints?|\bapis?\b|routes?",
    "data": r"database|schema|persist\w*|postgres\w*|\bsql\w*|tables?|storage|queries",
    "security": r"auth\w*|tokens?|jwt|security|secure|isolation|password",
    "operations": r"deploy\w*|kubernetes|docker|cloud|infrastructure|scal\w+|monitoring",
    "team and process": r"constitution\w*|migrations?|maintainab\w+|ecosystem|vendor|testab\w+",
}
_WHOLE = re.compile(
    r"(?i)\b(?:all|every|each|entire|whole|across|consistent|consistently|consistency|throughout|project-wide"
    r"|system-wide|application-wide|foundation\w*)\b"
)
_WORD = re.compile(r"[a-z][a-z0-9]*(?:[./+-][a-z0-9]+)*")
_LEAST_LAYERS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Significance:
    """The three tests, each with the evidence for it; an empty one did not hold.

    Attributes:
        area: The strongest area of impact.
        impact: Which long-term areas the decision touches.
        alternatives: What else was weighed.
        scope: What shows that it reaches beyond one place.
    """

    area: str = ""
    impact: tuple[str, ...] = ()
    alternatives: tuple[str, ...] = ()
    scope: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether all three tests hold."""
        return bool(self.impact and self.alternatives and self.scope)


def weigh(decision: Decision, facts: tuple[str, ...] = ()) -> Significance:
    """Apply the three tests to a decision.

    Args:
        decision: What was decided.
        facts: What is known from elsewhere to hang on it, as "new dependency: fastapi".
    """
    areas = _areas(decision)
    return Significance(
        area=areas[0] if areas else "",
        impact=(*areas, *facts) if areas else (),
        alternatives=decision.alternatives,
        scope=_scope(decision, facts),
    )


def _areas(decision: Decision) -> tuple[str, ...]:
    topic, headline = set(_words(decision.topic)), set(_words(decision.headline))
    if topic & _forms(_DETAILS):
        return ()
    hits = {area: len(headline.intersection(_forms(terms))) for area, terms in _AREAS.items()}
    on_topic = {area for area, terms in _AREAS.items() if topic.intersection(_forms(terms))}
    found = [area for area in _AREAS if hits[area] and (on_topic or hits[area] > 1)]
    return tuple(sorted(found, key=lambda area: (area not in on_topic, -hits[area])))


def _scope(decision: Decision, facts: tuple[str, ...]) -> tuple[str, ...]:
    text = f"{decision.headline} {decision.rationale}"
    layers = [name for name, form in _LAYERS.items() if re.search(form, text, re.IGNORECASE)]
    found = [f"touches {', '.join(layers)}"] if len(layers) >= _LEAST_LAYERS else []
    if base := sorted(_forms(_FOUNDATIONS).intersection(_words(decision.topic))):
        found.append(f"is a foundation ({', '.join(base)})")
    if layers and (match := _WHOLE.search(text)):
        found.append(f"speaks of '{match[0].lower()}'")
    return (*found, *facts) if found else facts


def _words(text: str) -> list[str]:
    found = _WORD.findall(text.lower())
    return [*found, *(part for word in found for part in re.split(r"[./+-]", word))]


def _forms(terms: Iterable[str]) -> set[str]:
    return {*terms, *(f"{term}s" for term in terms)}
