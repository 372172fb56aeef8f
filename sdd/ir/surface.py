"""What two applications must share to be the same backend: no spans, no marks, no order."""

from dataclasses import replace

from sdd.ir.model import (
    Application,
    AuthPolicy,
    Column,
    Endpoint,
    Entity,
    ErrorPolicy,
    Field,
    Parameter,
    Shape,
)

_NOTHING: frozenset[str] = frozenset()


def surface(application: Application) -> Application:
    """Strip an application to entities, endpoints, auth and error policy, in a fixed order."""
    return Application(
        entities=tuple(sorted(map(_entity, application.entities), key=lambda item: item.name)),
        endpoints=tuple(
            sorted(map(_endpoint, application.endpoints), key=lambda item: (item.path, item.method))
        ),
        auth=_auth(application.auth),
        errors=_errors(application.errors),
    )


def _auth(policy: AuthPolicy) -> AuthPolicy:
    return replace(policy, sign_in_limit=None, span=None, assumed=_NOTHING)


def _errors(policy: ErrorPolicy) -> ErrorPolicy:
    return replace(policy, span=None, assumed=_NOTHING)


def _entity(entity: Entity) -> Entity:
    return replace(
        entity,
        span=None,
        assumed=_NOTHING,
        columns=tuple(map(_column, entity.columns)),
        indexes=tuple(sorted(entity.indexes, key=lambda item: (item.columns, item.unique))),
    )


def _column(column: Column) -> Column:
    return replace(column, span=None, assumed=_NOTHING)


def _endpoint(endpoint: Endpoint) -> Endpoint:
    return replace(
        endpoint,
        span=None,
        assumed=_NOTHING,
        summary=None,
        requirements=(),
        parameters=tuple(
            sorted(
                map(_parameter, endpoint.parameters), key=lambda item: (item.location, item.name)
            )
        ),
        request=_shape(endpoint.request),
        response=_shape(endpoint.response),
    )


def _parameter(parameter: Parameter) -> Parameter:
    return replace(parameter, span=None, assumed=_NOTHING, description=None)


def _shape(shape: Shape | None) -> Shape | None:
    if shape is None:
        return None
    return replace(
        shape,
        span=None,
        assumed=_NOTHING,
        example=None,
        fields=tuple(map(_field, shape.fields)),
        item=_shape(shape.item),
    )


def _field(item: Field) -> Field:
    return replace(item, span=None, assumed=_NOTHING, shape=_shape(item.shape) or Shape())
