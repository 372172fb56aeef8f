"""How users are known and how errors are answered, as the code shows it."""

from collections.abc import Iterable, Iterator

from sdd.audit.classes import all_fields
from sdd.audit.engine import Engine
from sdd.audit.lifting.endpoints import status_of
from sdd.audit.logic import Proved, parts_of, values_in
from sdd.audit.requests import Run
from sdd.audit.state import State
from sdd.audit.values import Claims, ClassInfo, DictObject, Field, Lit, Ref
from sdd.ir import AuthMode, AuthPolicy, Endpoint, ErrorCode, ErrorPolicy

_NOT_FOUND, _FORBIDDEN, _BAD_REQUEST, _UNPROCESSABLE = 404, 403, 400, 422


def lift_auth(engine: Engine, runs: Iterable[Run], endpoints: Iterable[Endpoint]) -> AuthPolicy:
    """Return how callers are verified."""
    claims = [name for run in runs for name in _claims_used(run)]
    if not claims:
        return AuthPolicy()
    protected = [endpoint.auth for endpoint in endpoints if endpoint.path.count("/") > 1]
    secrets = [name for name in engine.environment if "SECRET" in name or "KEY" in name]
    return AuthPolicy(
        mode=AuthMode.JWKS if engine.uses_key_set else AuthMode.HS256,
        required=bool(protected) and all(protected),
        subject=max(dict.fromkeys(claims), key=claims.count),
        secret_variable=None if engine.uses_key_set else next(iter(secrets), None),
    )


def _claims_used(run: Run) -> Iterator[str]:
    for fact in run.before:
        if isinstance(fact, Proved) and fact.kind == "token":
            yield from _names_of(run)
            return


def _names_of(run: Run) -> Iterator[str]:
    formulas = [*run.before, *(fact for effect in run.effects for fact in effect.facts)]
    for formula in formulas:
        for value in values_in(formula):
            for part in parts_of(value):
                if isinstance(part, Field) and isinstance(part.base, Claims):
                    yield part.name


def lift_errors(engine: Engine, runs: Iterable[Run], endpoints: Iterable[Endpoint]) -> ErrorPolicy:
    """Return how errors are answered: the error model and the codes of exception classes."""
    statuses = [status for endpoint in endpoints for status in endpoint.statuses]
    by_id = [endpoint for endpoint in endpoints if endpoint.path.endswith("}")]
    foreign = None
    if by_id:
        has_404 = any(_NOT_FOUND in endpoint.statuses for endpoint in by_id)
        foreign = _NOT_FOUND if has_404 else _FORBIDDEN
    validation = None
    if statuses:
        validation = _UNPROCESSABLE if _UNPROCESSABLE in statuses else _BAD_REQUEST
    model = _error_model(engine, runs)
    return ErrorPolicy(
        validation_status=validation,
        foreign_status=foreign,
        fields=tuple(name for name, _ in all_fields(model)) if model else None,
        codes=_codes(engine),
    )


def _error_model(engine: Engine, runs: Iterable[Run]) -> ClassInfo | None:
    for run in runs:
        responses = run.mount.entry.keywords.get("responses")
        held = engine.load(State({}, {}, {}), responses) if isinstance(responses, Ref) else None
        for _, value in held.items if isinstance(held, DictObject) else ():
            inner = engine.load(State({}, {}, {}), value) if isinstance(value, Ref) else None
            if isinstance(inner, DictObject):
                model = inner.get("model")
                if isinstance(model, ClassInfo):
                    return model
    return None


def _codes(engine: Engine) -> tuple[ErrorCode, ...]:
    """Return status and code of each exception class that declares both."""
    found: dict[int, str] = {}
    for names in engine.modules.values():
        for value in names.values():
            if isinstance(value, ClassInfo):
                status = status_of(value.members.get("status_code"))
                code = value.members.get("error_code")
                if status is not None and isinstance(code, Lit):
                    found.setdefault(status, str(code.value))
    return tuple(ErrorCode(status=status, code=code) for status, code in sorted(found.items()))
