"""One endpoint from all that is stated of it, and where statements contradict each other."""

from collections.abc import Mapping
from dataclasses import replace

from sdd.ir import Endpoint, Location, Parameter, Shape
from sdd.speclang.endpoints import WITH_TEXT, Statement
from sdd.speclang.endpoints.parameters import same_name
from sdd.speclang.evidence import conflicts, tell
from sdd.speclang.examples import combine
from sdd.speclang.findings import Findings
from sdd.speclang.routes import parameters_of
from sdd.text import Span


def merged(group: list[Statement], findings: Findings) -> Endpoint:
    """Join the statements of one endpoint, the first before the others; tell contradictions.

    In one document the place with a text of its own comes before the row of an overview that
    writes the same path; its name stays what is written first: a row has a title, a text has
    sentences.
    """
    path = group[0].endpoint.path
    written = sorted(group, key=lambda item: (item.document != group[0].document, not item.strong))
    ordered = sorted(
        written,
        key=lambda item: (
            item.document != group[0].document,
            not item.strong,
            item.form not in WITH_TEXT or item.endpoint.path != path,
        ),
    )
    first = ordered[0]
    result = first.endpoint
    stated = {attribute: first.place(attribute) for attribute in _SINGLE}
    for other in ordered[1:]:
        _report(stated, result, other, findings)
        for attribute in _SINGLE:
            if getattr(result, attribute) is None:
                stated[attribute] = other.place(attribute)
        result = _joined(result, other, same=other.document == first.document)
    titles = (item.endpoint.summary for item in written)
    return replace(result, summary=next(filter(None, titles), None))


_SINGLE = {"success_status": "success statuses", "auth": "statements on authentication"}


def _report(
    stated: Mapping[str, Span | None], so_far: Endpoint, other: Statement, findings: Findings
) -> None:
    endpoint = other.endpoint
    for attribute, what in _SINGLE.items():
        mine, theirs = getattr(so_far, attribute), getattr(endpoint, attribute)
        if mine is None or theirs is None or mine == theirs:
            continue
        findings.contradiction(
            f"contradicting-{attribute.replace('_', '-')}",
            f"{so_far.name} has two {what}: {_word(mine)} and {_word(theirs)}.",
            (
                (stated[attribute], f"here {_word(mine)}"),
                (other.place(attribute), f"here {_word(theirs)}"),
            ),
            hint=f"Write the same in both places; {_word(mine)} is followed for now.",
            subject=f"{so_far.name}:{attribute}",
        )
    if parameters_of(so_far.path) != parameters_of(endpoint.path) and endpoint.span and so_far.span:
        findings.note(
            "parameter-names-differ",
            endpoint.span,
            f"{endpoint.name} names its path parameters otherwise than {so_far.name}.",
            hint=f"Write {so_far.path} here too.",
        )
    for attribute in ("request", "response"):
        _report_body(so_far, getattr(so_far, attribute), other, attribute, findings)


def _word(value: object) -> str:
    if value is True:
        return "required"
    return "not required" if value is False else str(value)


def _report_body(
    so_far: Endpoint, mine: Shape | None, other: Statement, attribute: str, findings: Findings
) -> None:
    theirs = getattr(other.endpoint, attribute)
    if mine is None or theirs is None or not mine.fields or not theirs.fields:
        return
    tell(conflicts(mine, theirs), so_far.name, findings)
    names = [{item.name for item in shape.fields} for shape in (mine, theirs)]
    here, there = sorted(names[0] - names[1]), sorted(names[1] - names[0])
    if attribute == "request" and (here or there) and names[0] & names[1]:
        told = ", ".join(
            [*(f"{name} only here" for name in here), *(f"{name} only there" for name in there)]
        )
        findings.contradiction(
            "contradicting-body",
            f"The request body of {so_far.name} is stated with different fields: {told}.",
            ((mine.span or so_far.span, "here"), (other.place(attribute), "there")),
            hint="List the same fields in both places.",
            subject=f"{so_far.name}:{attribute}",
        )
    for item in mine.fields:
        same = theirs.field(item.name)
        if same is None:
            continue
        limits = item.shape.constraints.max_length, same.shape.constraints.max_length
        if limits[0] is not None and limits[1] is not None and limits[0] != limits[1]:
            findings.contradiction(
                "contradicting-length",
                f"{item.name} in {so_far.name} has two maximum lengths: {limits[0]} and "
                f"{limits[1]}.",
                ((item.span, f"here {limits[0]}"), (same.span, f"here {limits[1]}")),
                hint=f"Write the same in both places; {limits[0]} is followed for now.",
                subject=f"{so_far.name}:{item.name}",
            )


def _joined(first: Endpoint, other: Statement, *, same: bool) -> Endpoint:
    second = other.endpoint
    request, response = first.request or second.request, first.response or second.response
    if same and first.request and second.request and first.request.fields and second.request.fields:
        request = combine(first.request, second.request)
    if (
        same
        and first.response
        and second.response
        and first.response.fields
        and second.response.fields
    ):
        response = combine(first.response, second.response)
    return replace(
        first,
        auth=first.auth if first.auth is not None else second.auth,
        roles=first.roles or second.roles,
        success_status=first.success_status
        if first.success_status is not None
        else second.success_status,
        statuses=tuple(sorted({*first.statuses, *second.statuses}))
        if same or not first.statuses
        else first.statuses,
        parameters=_parameters(first, second, same=same),
        request=request,
        response=response,
        span=first.span,
    )


def _parameters(first: Endpoint, second: Endpoint, *, same: bool) -> tuple[Parameter, ...]:
    found = {(item.location, item.name): item for item in first.parameters}
    has_query = any(item.location is Location.QUERY for item in first.parameters)
    names = parameters_of(first.path)
    for item in second.parameters:
        name = same_name(item.name, names) if item.location is Location.PATH else item.name
        if item.location is Location.PATH and name not in names:
            position = [
                other.name for other in second.parameters if other.location is Location.PATH
            ].index(item.name)
            name = names[position] if position < len(names) else name
        known = found.get((item.location, name))
        if known is None:
            if item.location is not Location.PATH and (same or not has_query):
                found[item.location, name] = item
        elif known.type is None and (
            item.type is not None or item.constraints != known.constraints
        ):
            found[item.location, name] = replace(item, name=name)
    return tuple(found.values())
