"""From a requirement to what answers it: endpoints, columns, rules, and the lines that name it."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sdd.ir import Application, Column, Endpoint, Entity, Location, Requirement
from sdd.names import plural, singular, snake, words
from sdd.text import Span

TRACED = frozenset({"functional", "rule"})
_ACTS: tuple[tuple[frozenset[str], frozenset[str]], ...] = (
    (frozenset({"POST"}), frozenset({"create", "add", "write", "make", "submit", "register"})),
    (
        frozenset({"GET"}),
        frozenset({"list", "view", "see", "show", "read", "get", "filter", "sort", "search"})
        | frozenset({"display", "retrieve", "fetch", "browse", "find"}),
    ),
    (frozenset({"PUT", "PATCH"}), frozenset({"update", "edit", "change", "modify", "rename"})),
    (frozenset({"DELETE"}), frozenset({"delete", "remove", "discard"})),
    (
        frozenset({"PATCH", "POST", "PUT"}),
        frozenset({"complete", "toggle", "mark", "finish", "archive", "restore"}),
    ),
)
_ID = re.compile(
    r"(?<![A-Z0-9])(?P<kind>[A-Z]{1,5})[-_](?P<number>\d{1,4}(?:\.\d+)?[A-Z]?)(?![A-Z0-9])"
)
_COMMON = frozenset(
    {"system", "must", "shall", "should", "user", "users", "with", "when", "from", "that", "this"}
    | {"their", "only", "every", "without", "answer", "request", "other", "another", "before"}
    | {"each", "they", "have", "them", "which", "value", "field", "body", "never", "same"}
)
_LEAST_SHARED = 2
_SHORTEST = 4
_TOKENS = frozenset(
    {"token", "jwt", "authenticated", "authentication", "unauthenticated", "signed"}
)
_SIGNING_IN = re.compile(
    r"\b(?:sign(?:ed|ing)?|log(?:ged|ging)?)[- ]?in\b|\blogin\b|\bcredentials?\b", re.IGNORECASE
)
_OWNING = frozenset({"own", "owner", "ownership", "isolation", "isolated", "confine", "belong"})
_STATUS = re.compile(r"\b[1-5]\d\d\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """A requirement and what answers it.

    Attributes:
        endpoints: Those that name it or that it names; then those whose act and rows it speaks of.
        columns: Columns that it speaks of, as `Entity.column`.
        parameters: Query parameters that it names, with their endpoint.
        policies: What holds for many endpoints: tokens, owners, statuses, the form of errors.
        rules: Rules that say more of the same.
        code: Lines of code that name it.
        tests: Lines of tests that name it.
    """

    requirement: Requirement
    endpoints: tuple[Endpoint, ...] = ()
    columns: tuple[tuple[Entity, Column], ...] = ()
    parameters: tuple[tuple[Endpoint, str], ...] = ()
    policies: tuple[str, ...] = ()
    rules: tuple[Requirement, ...] = ()
    code: tuple[Span, ...] = ()
    tests: tuple[Span, ...] = ()

    @property
    def is_answered(self) -> bool:
        """Whether anything stands behind it; a rule or a test alone implements nothing."""
        return any((self.endpoints, self.columns, self.parameters, self.policies, self.code))


def trace(application: Application, sources: Mapping[str, str]) -> tuple[Trace, ...]:
    """Trace every requirement that a backend can answer.

    Args:
        application: What the specs state.
        sources: Code and tests by path, for the lines that name a requirement.
    """
    named = _named(sources)
    rules = [item for item in application.requirements if item.kind == "rule"]
    return tuple(
        _trace(item, application, rules, named.get(_folded(item.id), []))
        for item in application.requirements
        if item.kind in TRACED
    )


def _trace(
    requirement: Requirement,
    application: Application,
    rules: list[Requirement],
    lines: list[Span],
) -> Trace:
    said = _words(requirement.text)
    entities = [item for item in application.entities if said & _names(item)]
    endpoints = [item for item in application.endpoints if requirement.id in item.requirements]
    if not endpoints:
        endpoints = list(_meant(application.endpoints, said, entities))
    tests = [span for span in lines if is_test(span.path)]
    return Trace(
        requirement=requirement,
        endpoints=tuple(endpoints),
        columns=tuple(_columns(requirement.text, said, entities or application.entities)),
        parameters=tuple(_parameters(requirement.text, entities, application.endpoints)),
        policies=tuple(_policies(requirement.text, said, application)),
        rules=tuple(
            item
            for item in rules
            if item.id != requirement.id and entities and _shares(item, said, entities)
        ),
        code=tuple(span for span in lines if span not in tests),
        tests=tuple(tests),
    )


def is_test(path: str) -> bool:
    """Whether a file is a test, by its name or its folder."""
    parts = path.split("/")
    return "tests" in parts or "test" in parts or parts[-1].startswith("test_")


def _words(text: str) -> set[str]:
    found = set(words(text))
    return found | {singular(word) for word in found}


def _names(entity: Entity) -> set[str]:
    name = snake(entity.name)
    return {name, plural(name), *(words(entity.name)[-1:])}


def _meant(
    endpoints: Iterable[Endpoint], said: set[str], entities: list[Entity]
) -> Iterator[Endpoint]:
    """Yield endpoints whose act and rows a text speaks of."""
    methods = {method for acts, verbs in _ACTS if said & verbs for method in acts}
    names = {name for entity in entities for name in _names(entity)}
    for endpoint in endpoints:
        parts = [part for part in endpoint.path.split("/") if part and not part.startswith("{")]
        about = {word for part in parts for word in (part.casefold(), singular(part.casefold()))}
        last = parts[-1].casefold() if parts else ""
        if endpoint.method in methods and about & names:
            acts = {verb for _, verbs in _ACTS for verb in verbs}
            if last not in acts or last in said:
                yield endpoint


def _columns(
    text: str, said: set[str], entities: Iterable[Entity]
) -> Iterator[tuple[Entity, Column]]:
    written = set(re.findall(r"[a-z]\w*", text))
    for entity in entities:
        for column in entity.columns:
            parts = words(column.name)
            whole = column.name in written or (len(parts) == 1 and parts[0] in said)
            phrase = len(parts) > 1 and " ".join(parts) in text.casefold()
            if column.name != "id" and (whole or phrase):
                yield entity, column


def _shares(rule: Requirement, said: set[str], entities: list[Entity]) -> bool:
    names = {name for entity in entities for name in _names(entity)}
    shared = _words(rule.text) & said - _COMMON - names
    return len({singular(word) for word in shared if len(word) >= _SHORTEST}) >= _LEAST_SHARED


def _policies(text: str, said: set[str], application: Application) -> Iterator[str]:
    """Yield what holds for many endpoints at once and answers a text that speaks of it."""
    auth = application.auth
    if (said & _TOKENS and (auth.required or auth.mode)) or (
        demands_sign_in(text) and any(item.auth for item in application.endpoints)
    ):
        yield f"tokens ({auth.mode.value})" if auth.mode else "tokens"
    if auth.secret_variable and auth.secret_variable in text:
        yield f"secret in {auth.secret_variable}"
    owners = [
        f"{item.name}.{item.owner_column}" for item in application.entities if item.owner_column
    ]
    if owners and (said & _OWNING or "another user" in text.casefold()):
        yield f"owned by {', '.join(owners)}"
    stated = {status for item in application.endpoints for status in item.statuses}
    known = (application.errors.validation_status, application.errors.foreign_status)
    for code in dict.fromkeys(map(int, _STATUS.findall(text))):
        if code in stated or code in known:
            yield f"status {code}"
    fields = application.errors.fields or ()
    if set(fields) & set(re.findall(r"\w+", text)):
        yield f"errors with {', '.join(fields)}"


def demands_sign_in(text: str) -> bool:
    """Whether a requirement is about being signed in, in whatever words."""
    return _SIGNING_IN.search(text) is not None


def _parameters(
    text: str, entities: list[Entity], endpoints: Iterable[Endpoint]
) -> Iterator[tuple[Endpoint, str]]:
    """Yield query parameters that a text names; of tables that it does not speak of, none."""
    written = set(re.findall(r"[a-z_]\w*", text))
    names = {singular(name) for entity in entities for name in _names(entity)}
    for endpoint in endpoints:
        about = {singular(part.casefold()) for part in endpoint.path.split("/")}
        if entities and not about & names:
            continue
        for item in endpoint.parameters:
            if item.location is Location.QUERY and item.name in written:
                yield endpoint, item.name


def _folded(name: str) -> str:
    found = _ID.search(name)
    return f"{found['kind']}-{found['number'].lstrip('0').casefold()}" if found else name


def _named(sources: Mapping[str, str]) -> dict[str, list[Span]]:
    """Return the lines that name a requirement, however it is spelt: `FR-001`, `fr_1`."""
    found: dict[str, list[Span]] = {}
    for path, text in sources.items():
        for number, line in enumerate(text.split("\n"), start=1):
            for match in _ID.finditer(line.upper()):
                key = _folded(match.group())
                places = found.setdefault(key, [])
                span = Span(path=path, line=number)
                if span not in places[-1:]:
                    places.append(span)
    return found
