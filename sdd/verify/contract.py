"""The gate *contract*: the application's OpenAPI document is what the specs state, both ways."""

from collections.abc import Iterator
from dataclasses import dataclass

from sdd.diagnostics import Diagnostic, Related, Severity, by_place
from sdd.ir import Constraints, Endpoint, Location, Parameter, Type
from sdd.names import counted
from sdd.text import Span
from sdd.verify.hints import hint_for
from sdd.verify.judging import blocked, handler_span, not_run, report, shape
from sdd.verify.observation import Observations, Stage
from sdd.verify.observe import observe
from sdd.verify.openapi import OpenApi
from sdd.verify.shapes import Difference, compare, differing_bounds, differing_default
from sdd.verify.target import VerifyContext
from sdd.verify.verdict import GateReport

GATE = "contract"
_SUCCESS = 2
_VALIDATION = 422
_OPERATIONAL = frozenset(
    {"health", "healthz", "live", "livez", "ready", "readyz", "ping", "version"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mismatch:
    """A rule that an operation breaks; `span` is where the specs state otherwise."""

    rule: str
    route: str
    text: str
    assumed: bool = False
    span: Span | None = None


def check_contract(context: VerifyContext) -> GateReport:
    """Judge whether the application declares what the specs state, and nothing else."""
    if context.application is None:
        return not_run(GATE, "There are no specs to compare with.")
    seen = context.observations or observe(context, frozenset({Stage.CONTRACT}))
    stopped = blocked(GATE, context, seen, "describe")
    if stopped is not None:
        return stopped
    declared = OpenApi(seen.openapi).endpoints()
    stated = context.application.endpoints
    mismatches = tuple(_compare_all(stated, declared))
    count = len(stated)
    return report(
        GATE,
        seen,
        by_place(_diagnostic(context, seen, item) for item in mismatches),
        summary=f"{counted(count, 'operation')} in the specs, {len(declared)} in the application",
        counts={"operations": count, "declared": len(declared)},
        stage="describe",
    )


def _compare_all(
    stated: tuple[Endpoint, ...], declared: tuple[Endpoint, ...]
) -> Iterator[Mismatch]:
    by_route = {(item.method, shape(item.path)): item for item in declared}
    for want in stated:
        have = by_route.pop((want.method, shape(want.path)), None)
        if have is None:
            yield Mismatch(
                rule="contract-missing-operation",
                route=want.name,
                text="is in the specs but not in the application",
                span=want.span,
            )
        else:
            yield from compare_operation(want, have)
    for extra in by_route.values():
        last = extra.path.rstrip("/").rpartition("/")[2]
        yield Mismatch(
            rule="contract-extra-operation",
            route=extra.name,
            text="is in the application but not in the specs",
            assumed=extra.method == "GET" and (last in _OPERATIONAL or not last),
        )


def compare_operation(want: Endpoint, have: Endpoint) -> Iterator[Mismatch]:
    """Yield every point in which one operation differs."""
    yield from _compare_parameters(want, have)
    yield from _compare_statuses(want, have)
    yield from _compare_security(want, have)
    if want.request is not None:
        for difference in _bodies(want, have):
            yield _mismatch(want, "contract-request-differs", "the request", difference)
    if want.response is not None and want.response.type not in {None, Type.NONE}:
        if have.response is None or have.response.type in {None, Type.NONE}:
            yield Mismatch(
                rule="contract-response-undeclared",
                route=want.name,
                text="the answer has no declared form",
                assumed="response" in want.assumed and not want.response.fields,
                span=want.span,
            )
        else:
            for difference in compare(want.response, have.response, answer=True):
                yield _mismatch(want, "contract-response-differs", "the answer", difference)


def _bodies(want: Endpoint, have: Endpoint) -> Iterator[Difference]:
    if want.request is None:
        return
    declared = have.request
    takes_none = declared is None or declared.type is Type.NONE
    if want.request.type is Type.NONE:
        if not takes_none:
            yield Difference(place="", text="has a body, which the specs do not state")
    elif want.request.type is not None and takes_none:
        yield Difference(place="", text="has no body", assumed="request" in want.assumed)
    elif declared is not None:
        yield from compare(want.request, declared)


def _mismatch(want: Endpoint, rule: str, subject: str, difference: Difference) -> Mismatch:
    return Mismatch(
        rule=rule,
        route=want.name,
        text=f"{subject}: {difference}" if difference.place else f"{subject} {difference}",
        assumed=difference.assumed,
        span=want.span,
    )


def _compare_parameters(want: Endpoint, have: Endpoint) -> Iterator[Mismatch]:
    path = [item for item in have.parameters if item.location is Location.PATH]
    wanted_path = sorted(
        (item for item in want.parameters if item.location is Location.PATH),
        key=lambda item: want.path.find(f"{{{item.name}}}"),
    )
    pairs = list(zip(wanted_path, path, strict=False))
    others = {(item.location, item.name.lower()): item for item in have.parameters}
    for item in want.parameters:
        if item.location is Location.PATH:
            continue
        found = others.pop((item.location, item.name.lower()), None)
        if found is None:
            yield Mismatch(
                rule="contract-parameter-missing",
                route=want.name,
                text=f"the {item.location.value} parameter {item.name} is missing",
                assumed="name" in item.assumed,
                span=item.span or want.span,
            )
        else:
            pairs.append((item, found))
    for stated, declared in pairs:
        for text, assumed in differing_parameter(stated, declared):
            yield Mismatch(
                rule="contract-parameter-differs",
                route=want.name,
                text=f"the {stated.location.value} parameter {stated.name} {text}",
                assumed=assumed,
                span=stated.span or want.span,
            )
    for extra in others.values():
        if extra.location is not Location.PATH:
            yield Mismatch(
                rule="contract-parameter-extra",
                route=want.name,
                text=f"the {extra.location.value} parameter {extra.name} is not in the specs",
                assumed=not extra.required,
            )


def differing_parameter(want: Parameter, have: Parameter) -> Iterator[tuple[str, bool]]:
    """Say how a parameter differs, and whether the spec's side is a convention."""
    if want.location is Location.PATH and want.name != have.name:
        yield f"is called {have.name}", True
    if want.type is not None and have.type is not None:
        same = {want.type, have.type} <= {Type.STR, Type.TEXT} or want.type is have.type
        if not same:
            yield f"is {have.type.value}, not {want.type.value}", "type" in want.assumed
            return
    elif want.type is not None:
        yield f"is declared as anything, not {want.type.value}", "type" in want.assumed
        return
    bounds = Constraints() if want.type is Type.BOOL else want.constraints
    for text in differing_bounds(bounds, have.constraints, answer=False):
        yield text, "constraints" in want.assumed
    if want.required is not None and bool(have.required) != want.required:
        text = "is required" if have.required else "is not required"
        yield text, "required" in want.assumed
    default = differing_default(want.default, have.default)
    if default:
        yield default, "default" in want.assumed


def _compare_statuses(want: Endpoint, have: Endpoint) -> Iterator[Mismatch]:
    soft = "statuses" in want.assumed
    for status in want.statuses:
        if status not in have.statuses:
            success = status == want.success_status
            yield Mismatch(
                rule="contract-missing-status",
                route=want.name,
                text=f"the status {status} is not declared",
                assumed="success_status" in want.assumed if success else soft,
                span=want.span,
            )
    for status in have.statuses if want.statuses else ():
        if status not in want.statuses:
            yield Mismatch(
                rule="contract-extra-status",
                route=want.name,
                text=f"the status {status} is not in the specs",
                # FastAPI declares 422 by itself wherever there is a parameter.
                assumed=status // 100 != _SUCCESS or status == _VALIDATION,
            )


def _compare_security(want: Endpoint, have: Endpoint) -> Iterator[Mismatch]:
    if want.auth is None or bool(have.auth) == want.auth:
        return
    rule = "contract-missing-security" if want.auth else "contract-extra-security"
    text = "declares no security" if want.auth else "declares security, but is public in the specs"
    yield Mismatch(
        rule=rule,
        route=want.name,
        text=text,
        assumed="auth" in want.assumed and not want.auth,
        span=want.span,
    )


def _diagnostic(context: VerifyContext, seen: Observations, item: Mismatch) -> Diagnostic:
    place = handler_span(context, seen, item.route)
    related = (Related(span=item.span, message="stated here"),) if item.span and place else ()
    return Diagnostic(
        rule=item.rule,
        severity=Severity.WARNING if item.assumed else Severity.ERROR,
        message=f"{item.route}: {item.text}",
        span=place or item.span,
        reason="The specs leave it open; this is the convention." if item.assumed else None,
        hint=hint_for(item.rule),
        related=related,
        route=item.route,
        subject=item.text,
    )
