"""Which entity a route is about."""

from sdd.ir import Application, Endpoint, Entity
from sdd.names import singular, snake
from sdd.speclang.routes import is_parameter

_WRITES = frozenset({"POST", "PUT", "PATCH"})


def entity_of(application: Application, endpoint: Endpoint) -> Entity | None:
    """Return the entity whose rows a route is about; None for actions and for other things."""
    segments = [part for part in endpoint.path.split("/") if part]
    while segments and is_parameter(segments[-1]):
        segments.pop()
    if not segments:
        return None
    return named(application, segments[-1])


def named(application: Application, segment: str) -> Entity | None:
    """Return the entity that a path segment names in the plural."""
    wanted = singular(snake(segment))
    return next(
        (
            entity
            for entity in application.entities
            if snake(entity.name) == wanted and entity.columns
        ),
        None,
    )


def writes(endpoint: Endpoint) -> bool:
    """Whether a route creates or changes rows."""
    return endpoint.method in _WRITES


def folded(name: str) -> str:
    """Return a name without the difference between `dueDate` and `due_date`."""
    return name.replace("_", "").casefold()
