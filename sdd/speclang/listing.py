"""An application as JSON: the contract of `sdd spec show --format json`."""

from sdd.diagnostics import Diagnostic
from sdd.ir import Column, Default, Endpoint, Entity, Parameter, Question, Requirement, Shape, Type
from sdd.speclang.reading import Reading
from sdd.text import Span

Json = dict[str, object]


def application_json(reading: Reading) -> Json:
    """Return what specs state, before `complete`: what they leave open is null."""
    application = reading.application
    return {
        "schema_version": 1,
        "endpoints": [_endpoint(item) for item in application.endpoints],
        "entities": [_entity(item) for item in application.entities],
        "requirements": [_requirement(item) for item in application.requirements],
        "questions": [_question(item) for item in application.questions],
        "diagnostics": [_diagnostic(item) for item in reading.diagnostics],
    }


def _place(span: Span | None) -> Json | None:
    return None if span is None else {"file": span.path, "line": span.line}


def _endpoint(endpoint: Endpoint) -> Json:
    return {
        "method": endpoint.method,
        "path": endpoint.path,
        "auth": endpoint.auth,
        "success_status": endpoint.success_status,
        "statuses": list(endpoint.statuses),
        "parameters": [_parameter(item) for item in endpoint.parameters],
        "request": _shape(endpoint.request),
        "response": _shape(endpoint.response),
        "summary": endpoint.summary,
        "requirements": list(endpoint.requirements),
        "source": _place(endpoint.span),
    }


def _parameter(parameter: Parameter) -> Json:
    return {
        "name": parameter.name,
        "in": parameter.location.value,
        "type": parameter.type.value if parameter.type else None,
        "required": parameter.required,
        "default": _default(parameter.default),
        **_bounds_of(
            parameter.constraints.choices,
            parameter.constraints.minimum,
            parameter.constraints.maximum,
        ),
        "min_length": parameter.constraints.min_length,
        "max_length": parameter.constraints.max_length,
    }


def _bounds_of(choices: tuple[str, ...], minimum: float | None, maximum: float | None) -> Json:
    return {"choices": list(choices), "minimum": minimum, "maximum": maximum}


def _shape(shape: Shape | None) -> Json | None:
    if shape is None:
        return None
    if shape.type is Type.NONE:
        return {"type": "none"}
    result: Json = {"type": shape.type.value if shape.type else None, "nullable": shape.nullable}
    constraints = shape.constraints
    for name in ("min_length", "max_length", "minimum", "maximum", "pattern"):
        value = getattr(constraints, name)
        if value is not None:
            result[name] = value
    if constraints.choices:
        result["choices"] = list(constraints.choices)
    if shape.fields:
        result["fields"] = [
            {
                "name": item.name,
                "required": item.required,
                "default": _default(item.default),
                **(_shape(item.shape) or {}),
            }
            for item in shape.fields
        ]
    if shape.type is Type.LIST:
        result["items"] = _shape(shape.item)
    return result


def _entity(entity: Entity) -> Json:
    return {
        "name": entity.name,
        "table": entity.table,
        "managed_by": entity.managed_by,
        "owner_column": entity.owner_column,
        "columns": [_column(item) for item in entity.columns],
        "indexes": [
            {"columns": list(index.columns), "unique": index.unique} for index in entity.indexes
        ],
        "source": _place(entity.span),
    }


def _column(column: Column) -> Json:
    reference = column.foreign_key
    return {
        "name": column.name,
        "type": column.type.value if column.type else None,
        "nullable": column.nullable,
        "primary_key": column.primary_key,
        "unique": column.unique,
        "default": _default(column.default),
        "foreign_key": None if reference is None else f"{reference.table}.{reference.column}",
        "max_length": column.constraints.max_length,
        "choices": list(column.constraints.choices),
        "on_delete": reference.on_delete if reference else None,
        "source": _place(column.span),
    }


def _default(default: Default | None) -> object:
    """Return a default as its value; one made anew for each row as `now()` and the like."""
    if default is None:
        return None
    if default.factory is not None:
        return f"{default.factory.value}()"
    return default.value


def _requirement(requirement: Requirement) -> Json:
    return {
        "id": requirement.id,
        "text": requirement.text,
        "kind": requirement.kind,
        "source": _place(requirement.span),
    }


def _question(question: Question) -> Json:
    return {
        "id": question.id,
        "text": question.text,
        "places": [_place(span) for span in question.places],
        "proposal": question.proposal,
        "consequence": question.consequence,
        "choices": list(question.choices),
        "blocking": question.blocking,
    }


def _diagnostic(diagnostic: Diagnostic) -> Json:
    span = diagnostic.span
    return {
        "rule": diagnostic.rule,
        "severity": diagnostic.severity.value,
        "message": diagnostic.message,
        "hint": diagnostic.hint,
        "file": span.path if span else None,
        "line": span.line if span else None,
        "related": [
            {"file": item.span.path, "line": item.span.line, "message": item.message}
            for item in diagnostic.related
        ],
        "fingerprint": diagnostic.fingerprint,
    }
