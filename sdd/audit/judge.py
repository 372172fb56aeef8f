"""Judges a route: is the caller known, and does everything touched belong to them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from sdd.audit.cases import Case
from sdd.audit.dependencies import Used, dotted_name, function_of
from sdd.audit.effects import DELEGATES
from sdd.audit.engine import Engine
from sdd.audit.exposures import exposures, is_door_keeping, words_for
from sdd.audit.logic import Formula, Not, Opaque, Or, parts_of
from sdd.audit.model import Access, AuthReport, Called, RouteReport, Verdict
from sdd.audit.obligations import IMPOSSIBLE, Finding, Judge, Obligation
from sdd.audit.ownership import SENT_AS_CREDENTIAL
from sdd.audit.requests import Run
from sdd.audit.required import obligations
from sdd.audit.routes import handler_place
from sdd.audit.rules.registry import RULES
from sdd.audit.rules.rule import Breach, OpenRoute
from sdd.audit.schema import Schema
from sdd.audit.settings import AuditSettings
from sdd.audit.state import Place
from sdd.audit.strangers import is_stranger, not_known
from sdd.audit.switches import symbols
from sdd.audit.values import Claims, Sym, Value
from sdd.text import Span

_RANK = {Verdict.VIOLATED: 3, Verdict.UNKNOWN: 2, Verdict.PROVED: 1, Verdict.NONE: 0}
# Two entities of one name are told apart by their file, which readers need not see.
_FILE_OF_ENTITY = re.compile(r"@[\w./-]+\.py")
_CREDENTIAL_NAME = re.compile(
    r"auth|user|token|login|jwt|bearer|credential|principal|identity", re.IGNORECASE
)


def judge_route(engine: Engine, run: Run, schema: Schema, settings: AuditSettings) -> RouteReport:
    """Judge one request."""
    judge = Judge(engine, schema)
    # What half a run shows is neither a proof nor a counter-example.
    pending = () if run.unknown else obligations(engine, run)
    findings = list(_decided(judge, pending))
    auth = _authentication(judge, run, pending, settings)
    if auth.verdict is Verdict.PUBLIC:
        findings = [item for item in findings if not is_door_keeping(item.obligation)]
    if auth.verdict is Verdict.UNKNOWN:
        findings = [_not_certain(judge, item) for item in findings]
    accesses = _accesses(judge, run, findings, auth)
    isolation = max(
        (access.verdict for access in accesses), key=_RANK.__getitem__, default=Verdict.NONE
    )
    lost = run.unknown or is_unreachable(judge, run)
    if lost and isolation is not Verdict.VIOLATED:
        isolation = Verdict.UNKNOWN
    place = handler_place(run.mount)
    return RouteReport(
        app=run.mount.app,
        method=run.mount.method,
        path=run.mount.path,
        handler=place.function.rpartition(".")[2] or "?",
        span=span_of(place),
        auth=auth,
        isolation=isolation,
        accesses=accesses,
        dependencies=tuple(_called(engine, used) for used in run.used),
        condition=_condition(run),
    )


def _decided(judge: Judge, pending: Iterable[Obligation]) -> Iterator[Finding]:
    """Decide what must be shown; what is broken at a place need not be broken there again."""
    broken: set[tuple[str, str, str, int]] = set()
    for item in pending:
        where = _where(item)
        finding = None if where in broken else judge.decide(item)
        if finding is not None:
            yield finding
            if finding.verdict is Verdict.VIOLATED:
                broken.add(where)


def _not_certain(judge: Judge, finding: Finding) -> Finding:
    """Nobody can say that rows are not the caller's where the caller is not understood."""
    if (
        finding.verdict is not Verdict.VIOLATED
        or finding.obligation.target in judge.engine.injected
    ):
        return finding
    because = f"who the caller is was not understood; otherwise {finding.because}"
    return replace(finding, verdict=Verdict.UNKNOWN, because=because)


def _where(item: Obligation) -> tuple[str, str, str, int]:
    return item.entity, item.operation, item.place.path, item.place.line


def span_of(place: Place) -> Span:
    """Return a place as a span."""
    return Span(path=place.path, line=place.line, column=max(place.column, 1))


def is_unreachable(judge: Judge, run: Run) -> bool:
    """Whether no request gets to an answer: then something was not understood."""
    return not any(judge.is_possible(end.facts) for end in run.ends)


# ------------------------------------------------------------------ authentication


def _authentication(
    judge: Judge, run: Run, pending: Iterable[Obligation], settings: AuditSettings
) -> AuthReport:
    by = _verifier(judge, run)
    if run.unknown and not run.ends:
        return AuthReport(verdict=Verdict.UNKNOWN, by=by, because=run.unknown)
    answer, reason = judge.authenticated(run.before)
    if answer.holds and run.before and judge.is_possible(run.before):
        return AuthReport(verdict=Verdict.PROVED, by=by, because=reason)
    if is_unreachable(judge, run):
        return AuthReport(verdict=Verdict.UNKNOWN, by=by, because=IMPOSSIBLE)
    answers = [judge.authenticated(end.facts) for end in run.ends]
    if answers and all(one.holds for one, _ in answers):
        return AuthReport(
            verdict=Verdict.PROVED, by=by or "the handler itself", because=answers[0][1]
        )
    if settings.is_declared_public(run.mount.method, run.mount.path):
        return AuthReport(verdict=Verdict.PUBLIC, by=None, because="declared public")
    doubt = _doubt(judge.engine, (one.case for one, _ in answers if not one.holds))
    exposed = list(exposures(judge, run, pending))
    if doubt and (exposed or by):
        return AuthReport(verdict=Verdict.UNKNOWN, by=by, because=doubt)
    if not exposed:
        because = "nothing of any user is read or changed"
        return AuthReport(verdict=Verdict.PUBLIC, by=None, because=because)
    if all(is_stranger(item.target) for item in exposed):
        because = not_known(exposed[0].entity)
        return AuthReport(verdict=Verdict.UNKNOWN, by=by, because=because)
    exposed.sort(key=lambda item: is_stranger(item.target))
    case = next((one.case for one, _ in answers if not one.holds), None)
    route = OpenRoute(
        run=run, judge=judge, exposed=exposed[0], finding=judge.decide(exposed[0]), case=case
    )
    rule = next(item for item in RULES if item.names_open_route(route))
    because = f"{rule.title}, and it {words_for(exposed[0])}"
    return AuthReport(verdict=Verdict.VIOLATED, by=by, because=because, rule=rule.id)


def _verifier(judge: Judge, run: Run) -> str | None:
    """Return the dependency that lets nobody unknown through, the innermost one.

    That is the one that hands out what was verified, or else the one that is called so.
    """
    own = [used for used in run.used if isinstance(dotted_name(judge.engine, used.target), str)]
    handing = [used for used in own if _hands_out_claims(run.handed.get(used.target))]
    named = [used for used in own if _CREDENTIAL_NAME.search(used.label)]
    chosen = [*named, *handing][-1:]
    if not chosen:
        schemes = [used.label for used in run.used if _CREDENTIAL_NAME.search(used.label)]
        return schemes[-1] if schemes else None
    return dotted_name(judge.engine, chosen[0].target)


def _hands_out_claims(value: Value | None) -> bool:
    return value is not None and any(isinstance(part, Claims) for part in parts_of(value))


def _condition(run: Run) -> str:
    """Say why a route may not be there; an alternative that both branches leave behind is none."""
    certain = [fact for fact in run.mount.condition if not isinstance(fact, Or)]
    names = dict.fromkeys(symbol.name for fact in certain for symbol in symbols(fact))
    if names:
        return f"depends on {', '.join(names)}"
    return "depends on the configuration" if certain else ""


def _called(engine: Engine, used: Used) -> Called:
    function = function_of(engine, used.target)
    if function is None:
        return Called(name=used.label)
    place = Span(path=function.module.path, line=function.node.lineno)
    return Called(name=dotted_name(engine, used.target) or used.label, span=place)


def _doubt(engine: Engine, cases: Iterable[Case | None]) -> str | None:
    """Return a check that is not understood, on a path without authentication."""
    for case in cases:
        for literal in case.literals if case is not None else ():
            atom: Formula = literal.atom if isinstance(literal, Not) else literal
            if isinstance(atom, Opaque) and (
                not atom.args or any(_is_credential(engine, one) for one in atom.args)
            ):
                return atom.reason
    return None


def _is_credential(engine: Engine, value: Value) -> bool:
    """Whether a value is the request, or what it carries to say who sends it."""
    return any(
        part == engine.request
        or (isinstance(part, Sym) and part.kind == "client" and part.note in SENT_AS_CREDENTIAL)
        for part in parts_of(value)
    )


# ------------------------------------------------------------------ accesses


def _accesses(
    judge: Judge, run: Run, findings: Iterable[Finding], auth: AuthReport
) -> tuple[Access, ...]:
    """Join the findings at one place: the worst counts."""
    worst: dict[tuple[str, str, str, int], Finding] = {}
    for finding in findings:
        key = _where(finding.obligation)
        known = worst.get(key)
        if known is None or _RANK[finding.verdict] > _RANK[known.verdict]:
            worst[key] = finding
    return tuple(
        _access(judge, run, finding, auth)
        for _, finding in sorted(
            worst.items(), key=lambda pair: (pair[0][2], pair[0][3], pair[0][:2])
        )
    )


def _access(judge: Judge, run: Run, finding: Finding, auth: AuthReport) -> Access:
    item = finding.obligation
    rule, attack = "", ""
    if finding.verdict is Verdict.VIOLATED:
        breach = Breach(run=run, finding=finding, judge=judge)
        rule = next(one.id for one in RULES if one.names_breach(breach))
        attack = attack_on(run, finding, auth)
    return Access(
        entity=item.entity.partition("@")[0],
        operation="update" if item.operation == DELEGATES else item.operation,
        span=span_of(item.place),
        verdict=finding.verdict,
        because=_FILE_OF_ENTITY.sub("", finding.because),
        rule=rule,
        attack=attack,
        chain=tuple(span_of(place) for place in item.chain if place.path),
    )


_VERBS = {"read": "reads", "update": "changes", "delete": "deletes", "create": "creates"}


def attack_on(run: Run, finding: Finding, auth: AuthReport) -> str:
    """Say in one sentence what somebody could do."""
    item = finding.obligation
    who = "a signed-in user" if auth.verdict is Verdict.PROVED else "anybody"
    thing = item.entity.partition("@")[0]
    if item.operation == DELEGATES:
        return f"{who} asks the model to act for another user, and the tool server does"
    if finding.gives_away:
        return f"{who} hands a {thing} over to whomever the body names"
    if finding.attaches:
        return f"{who} puts a {thing} beside rows that belong to somebody else"
    if item.operation == "create":
        return f"{who} creates a {thing} in somebody else's name"
    parameters = " and ".join(sorted(run.mount.parameters))
    how = f"sends another user's {parameters} and " if parameters else ""
    return f"{who} {how}{_VERBS[item.operation]} {thing} rows that belong to somebody else"
