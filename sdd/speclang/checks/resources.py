"""Which entity a route is about."""

from sdd.ir import Application, Endpoint, Entity
from sdd.names import singular, snake
from sdd.speclang.routes import is_parameter

_WRITES = frozenset({"POST", "PUT", "PATCH"})


class Resources:
    """The entities of an application, found by the path segments that name them in the plural."""

    def __init__(self, application: Application) -> None:
        self._named: dict[str, Entity] = {}
        for entity in application.entities:
            if entity.columns:
                self._named.setdefault(snake(entity.name), entity)

    def entity_of(self, endpoint: Endpoint) -> Entity | None:
        """Return the entity whose rows a route is about; None for actions and other things."""
        segments = [part for part in endpoint.path.split("/") if part]
        while segments and is_parameter(segments[-1]):
            segments.pop()
        return self.named(segments[-1]) if segments else None

    def named(self, segment: str) -> Entity | None:
        """Return the entity that a path segment names in the plural."""
        return self._named.get(singular(snake(segment)))


def writes(endpoint: Endpoint) -> bool:
    """Whether a route creates or changes rows."""
    return endpoint.method in _WRITES


def folded(name: str) -> str:
    """Return a name without the difference between `dueDate` and `due_date`."""
    return name.replace("_", "").casefold()
