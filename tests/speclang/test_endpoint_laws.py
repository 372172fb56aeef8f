"""Laws of the endpoint forms: written in any form and manner and read back, it is the same."""

from hypothesis import given, settings
from hypothesis import strategies as st
from speclang import routes_writers as writers
from speclang.routes_writers import DETAILED, WORDS, Manner
from speclang.specs_builder import read

from sdd.ir import Application, Default, Endpoint, Field, Location, Parameter, Shape, Type
from sdd.names import plural

RESOURCES = st.sampled_from(["note", "book", "invoice", "walk", "sensor", "ticket", "garden"])
NAMES = ("label", "weight", "seen", "opened_on", "mood", "rank", "colour", "ratio", "external_ref")
TYPES = st.sampled_from(sorted(WORDS, key=str))
EXAMPLES = settings(max_examples=60, deadline=None)

manners = st.builds(
    Manner,
    level=st.integers(min_value=3, max_value=5),
    numbered=st.booleans(),
    tick=st.sampled_from(["", "`"]),
    label=st.tuples(
        st.sampled_from(["Authentication", "Auth", "Auth Required", "Access"]),
        st.sampled_from(["Request Body", "Request", "Body", "Payload"]),
        st.sampled_from(["Response", "Success Response", "Returns"]),
    ),
    bullets=st.booleans(),
    yes=st.sampled_from(["Required", "Yes", "Bearer token", "Required (JWT)", "✅"]),
    no=st.sampled_from(["None", "No", "Public", "Not required", "❌"]),
    colon_inside=st.booleans(),
    shuffled=st.booleans(),
)


@st.composite
def shapes(draw: st.DrawFn) -> Shape:
    """The body of a request or an answer."""
    names = draw(st.lists(st.sampled_from(NAMES), min_size=2, max_size=4, unique=True))
    return Shape(
        type=Type.OBJECT,
        fields=tuple(
            Field(name=name, shape=Shape(type=draw(TYPES)), required=draw(st.booleans()))
            for name in names
        ),
    )


@st.composite
def parameters(draw: st.DrawFn) -> tuple[Parameter, ...]:
    """Parameters in the query."""
    names = draw(st.lists(st.sampled_from(["page", "limit", "shade", "query"]), unique=True))
    kinds = {"page": Type.INT, "limit": Type.INT, "shade": Type.STR, "query": Type.STR}
    defaults = {
        "page": Default(value=1),
        "limit": Default(value=20),
        "shade": Default(value="dark"),
    }
    return tuple(
        Parameter(
            name=name,
            location=Location.QUERY,
            type=kinds[name],
            default=defaults.get(name) if draw(st.booleans()) else None,
        )
        for name in names
    )


@st.composite
def endpoints(draw: st.DrawFn) -> Endpoint:
    """An endpoint with everything that the forms with details can say."""
    resource = plural(draw(RESOURCES))
    tail = draw(st.sampled_from(["", "/{id}", "/{note_id}/done", "/statistics"]))
    method = draw(st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE"]))
    status = draw(st.sampled_from([200, 201, 202, 204]))
    errors = draw(st.sets(st.sampled_from([400, 401, 403, 404, 409, 422])))
    sends = method in {"POST", "PUT", "PATCH"} and draw(st.booleans())
    answers = status != 204 and draw(st.booleans())
    return Endpoint(
        method=method,
        path=f"/api/{resource}{tail}",
        auth=draw(st.booleans()),
        success_status=status,
        statuses=tuple(sorted({status, *errors})),
        parameters=draw(parameters()) if method == "GET" else (),
        request=draw(shapes()) if sends else None,
        response=draw(shapes()) if answers else None,
    )


several = st.lists(endpoints(), min_size=1, max_size=6, unique_by=lambda item: item.name)


def brief(app: Application | list[Endpoint]) -> set[tuple[str, bool | None, int | None]]:
    """Return what every form can say."""
    found = app.endpoints if isinstance(app, Application) else app
    return {(item.name, item.auth, item.success_status) for item in found}


def essence(endpoint: Endpoint) -> tuple[object, ...]:
    """Return what the forms with details can say, without spans."""
    query = [item for item in endpoint.parameters if item.location is Location.QUERY]
    return (
        endpoint.name,
        endpoint.auth,
        endpoint.success_status,
        endpoint.statuses,
        {(item.name, item.type, item.default) for item in query},
        None
        if endpoint.request is None
        else [(item.name, item.shape.type, item.required) for item in endpoint.request.fields],
        None
        if endpoint.response is None or not endpoint.response.fields
        else [(item.name, item.shape.type) for item in endpoint.response.fields],
    )


@given(several, manners, st.data())
@EXAMPLES
def test_forms_with_details_say_all_and_may_be_mixed(
    written: list[Endpoint], manner: Manner, data: st.DataObject
) -> None:
    """Seven forms in any mixture: route, access, statuses, parameters and bodies come back."""
    forms = [data.draw(st.sampled_from(DETAILED)) for _ in written]
    reading = read(api=writers.contract(written, forms, manner))

    found = {item.name: essence(item) for item in reading.application.endpoints}
    assert found == {item.name: essence(item) for item in written}
    assert [item for item in reading.diagnostics if item.rule.startswith("contradicting")] == []


@given(several, manners)
@EXAMPLES
def test_lists_and_tables_say_route_access_and_status(
    written: list[Endpoint], manner: Manner
) -> None:
    """Bullets with details below them, and one table of all."""
    for text in (writers.bullets(written, manner), writers.rows(written, manner)):
        assert brief(read(api=f"# API\n\n## Endpoints\n\n{text}\n").application) == brief(written)


@given(several)
@EXAMPLES
def test_sentences_say_the_route_where_nothing_else_does(written: list[Endpoint]) -> None:
    """Requirements in prose are the contract of a project that has no other."""
    app = read(spec=f"# Notes\n\n## Requirements\n\n{writers.sentences(written)}\n").application

    assert {item.name for item in app.endpoints} == {item.name for item in written}


@given(several, manners, st.data())
@EXAMPLES
def test_an_overview_repeats_and_does_not_contradict(
    written: list[Endpoint], manner: Manner, data: st.DataObject
) -> None:
    """A table of all before the details of each is the same API, told twice."""
    forms = [data.draw(st.sampled_from(DETAILED)) for _ in written]
    overview = f"# API\n\n## Overview\n\n{writers.rows(written, manner)}\n"
    reading = read(api=overview + writers.contract(written, forms, manner).partition("\n")[2])

    found = {item.name: essence(item) for item in reading.application.endpoints}
    assert found == {item.name: essence(item) for item in written}
    assert [item for item in reading.diagnostics if item.rule.startswith("contradicting")] == []


@given(several, st.sampled_from(["/api", "https://example.org/api", "http://localhost:8000/api/"]))
@EXAMPLES
def test_a_base_path_completes_and_never_doubles(written: list[Endpoint], base: str) -> None:
    """Complete paths stay as they are; relative ones get the base that is stated."""
    complete = "".join(f"### {item.name}\n\nDoes it.\n\n" for item in written)
    relative = complete.replace(" /api/", " /")
    for text in (complete, relative):
        app = read(api=f"# API\n\n**Base URL**: `{base}`\n\n## Endpoints\n\n{text}").application
        assert {item.name for item in app.endpoints} == {item.name for item in written}


def _shown(shape: Shape, envelope: str) -> str:
    inner = ", ".join(f'"{item.name}": {writers.JSON[item.shape.type]}' for item in shape.fields)
    return envelope.replace("%", f"{{{inner}}}")


ENVELOPES = {
    "%": (),
    "[%]": ("[]",),
    '{"data": %}': ("data",),
    '{"status": "success", "data": %}': ("data",),
    '{"success": true, "data": {"note": %}, "message": "Done"}': ("data", "note"),
    '{"items": [%], "total": 1, "page": 1}': ("items", "[]"),
}


@given(shapes(), st.sampled_from(sorted(ENVELOPES)))
@EXAMPLES
def test_examples_show_what_envelopes_hold(shape: Shape, envelope: str) -> None:
    """However an answer is wrapped, its example gives names and types at their place."""
    shown = f"```json\n{_shown(shape, envelope)}\n```"
    text = f"# API\n\n### GET /api/notes\n\n**Response**: 200\n\n{shown}\n"
    (endpoint,) = read(api=text).application.endpoints

    found = endpoint.response
    for step in ENVELOPES[envelope]:
        assert found is not None
        inner = [item.shape for item in found.fields if item.name == step]
        found = found.item if step == "[]" else inner[0]
    assert found is not None
    expected = {item.name: item.shape.type for item in shape.fields}
    assert {item.name: item.shape.type for item in found.fields} == expected


CODES = st.dictionaries(
    st.sampled_from(["NOT_FOUND", "NOT_YOURS", "TOO_LONG", "GONE", "TAKEN"]),
    st.sampled_from([400, 403, 404, 409, 410, 422]),
    min_size=1,
)


@given(CODES, manners)
@EXAMPLES
def test_a_table_of_errors_gives_codes_and_statuses(codes: dict[str, int], manner: Manner) -> None:
    """Codes that machines read come back with their statuses and messages."""
    cells = [(str(status), manner.code(code), f"It is {code}.") for code, status in codes.items()]
    table = manner.table(("Status", "Error Code", "Message"), cells)
    app = read(api=f"# API\n\n### GET /api/notes\n\nAll.\n\n## Errors\n\n{table}\n").application

    found = {item.code: (item.status, item.message) for item in app.errors.codes}
    assert found == {code: (status, f"It is {code}.") for code, status in codes.items()}


LIMITS = st.tuples(st.integers(1, 9), st.integers(10, 5000))
RULES = st.sampled_from(
    [
        "required, {low}-{high} characters",
        "required, string, min length {low}, max length {high}",
        "Required. Between {low} and {high} characters",
        "required; at least {low} characters; at most {high} characters",
    ]
)


@given(LIMITS, RULES, st.sampled_from(["Validation Rules", "Validation", "Field Constraints"]))
@EXAMPLES
def test_rules_bound_the_fields_that_they_name(
    limits: tuple[int, int], rule: str, label: str
) -> None:
    """What a rule below an endpoint says of a field holds of its body."""
    low, high = limits
    text = (
        '# API\n\n### POST /api/notes\n\n**Request Body**:\n\n```json\n{"label": "Call"}\n```\n\n'
        f"**{label}**:\n\n- `label`: {rule.format(low=low, high=high)}\n"
    )
    (endpoint,) = read(api=text).application.endpoints

    assert endpoint.request is not None
    (field,) = endpoint.request.fields
    bounds = field.shape.constraints
    assert (field.required, bounds.min_length, bounds.max_length) == (True, low, high)


LISTED = st.sampled_from(
    [
        "- `{name}` ({type}, default: {default}): What to show",
        "- **{name}**: {type}, default {default}",
        "- `{name}`: {type} (default: {default}) - what to show",
        "- {name} ({type}, optional, default={default})",
    ]
)


@given(parameters(), LISTED, st.sampled_from(["Query Parameters", "Query params", "Query"]))
@EXAMPLES
def test_parameters_may_be_listed(written: tuple[Parameter, ...], form: str, label: str) -> None:
    """Bullets say name, type and default of parameters as tables do."""
    told = [item for item in written if item.default is not None]
    items = "\n".join(
        form.format(name=item.name, type=WORDS[item.type], default=item.default.value)
        for item in told
        if item.type is not None and item.default is not None
    )
    (endpoint,) = read(
        api=f"# API\n\n### GET /api/notes\n\nAll.\n\n**{label}**:\n\n{items}\n"
    ).application.endpoints

    found = {(item.name, item.type, item.default) for item in endpoint.parameters}
    assert found == {(item.name, item.type, item.default) for item in told}
