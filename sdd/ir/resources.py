"""What the path of an endpoint addresses: a chain of rows, the user, and the words after them."""

import re
from dataclasses import dataclass, replace
from itertools import takewhile

from sdd import names
from sdd.ir.matching import (
    entity_called,
    entity_of_segment,
    identifier,
    is_user_word,
    user_entity,
)
from sdd.ir.model import Application, Endpoint, Entity

_PREFIX = re.compile(r"^(api|v\d+|rest)$", re.IGNORECASE)
_PARAMETER = re.compile(r"^\{([^{}:]+)(?::[^{}]*)?\}$")
_SELF = frozenset({"me", "self", "current"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One link of the chain: an entity, and the path parameter that picks one of its rows."""

    entity: Entity
    key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A path taken apart.

    Attributes:
        user: The path parameter that repeats the user's id.
        resources: The chain, outermost first; the last is what the endpoint is about.
        tail: Words that name no entity, in order.
        me: The path speaks of the user who asks.
        strange: A part that fits nowhere.
    """

    user: str | None = None
    resources: tuple[Resource, ...] = ()
    tail: tuple[str, ...] = ()
    me: bool = False
    strange: str | None = None

    @property
    def last(self) -> Resource | None:
        """The resource that the endpoint is about."""
        return self.resources[-1] if self.resources else None


def path_parameters(path: str) -> tuple[str, ...]:
    """Return the names of a path's parameters, in order."""
    found = (_PARAMETER.match(segment) for segment in path.split("/"))
    return tuple(match.group(1) for match in found if match)


def address(application: Application, endpoint: Endpoint) -> Address:
    """Take an endpoint's path apart."""
    result = Address()
    for segment in _segments(application, endpoint.path):
        result = _extend(application, result, segment)
    return result


def _segments(application: Application, path: str) -> list[str]:
    segments = [segment for segment in path.split("/") if segment]
    stated = (segment for segment in (application.base_path or "").split("/") if segment)
    base = list(takewhile(lambda segment: not _PARAMETER.match(segment), stated))
    if base and segments[: len(base)] == base and not _names_entity(application, base[-1]):
        segments = segments[len(base) :]
    while segments and _PREFIX.match(segments[0]):
        segments = segments[1:]
    return segments


def _names_entity(application: Application, segment: str) -> bool:
    return entity_of_segment(application, segment) is not None


def _extend(application: Application, found: Address, segment: str) -> Address:
    match = _PARAMETER.match(segment)
    if match:
        return _with_parameter(application, found, match.group(1))
    if identifier(segment) in _SELF or _is_own_profile(application, found, segment):
        return replace(found, me=True, resources=_with_user(application, found))
    entity = entity_of_segment(application, segment) or _part(application, found, segment)
    if entity and not found.tail:
        kept = found.resources
        user = user_entity(application)
        own = found.me or found.user is not None
        if own and kept and user and kept[-1].entity.name == user.name:
            kept = kept[:-1]
        if kept and kept[-1].key is None and kept[-1].entity is entity:
            kept = kept[:-1]
        return replace(found, resources=(*kept, Resource(entity=entity)))
    return replace(found, tail=(*found.tail, segment))


def _is_own_profile(application: Application, found: Address, segment: str) -> bool:
    """Tell whether `users/profile` is the user who asks: no table holds profiles."""
    user = user_entity(application)
    at_users = found.last is not None and user is not None and found.last.entity.name == user.name
    if identifier(segment) != "profile" or not at_users or found.tail:
        return False
    entity = entity_of_segment(application, segment)
    return (entity is None or entity is user) and found.last is not None and found.last.key is None


def _part(application: Application, found: Address, segment: str) -> Entity | None:
    """Find `TaskComment` for `comments` below `tasks`, and `CartItem` for `items` below `cart`."""
    if found.last is None:
        return None
    name = identifier(found.last.entity.name)
    if found.last.key is None and name.endswith(f"_{names.singular(identifier(segment))}"):
        return found.last.entity
    return entity_called(application, f"{name}_{names.singular(identifier(segment))}")


def _with_user(application: Application, found: Address) -> tuple[Resource, ...]:
    user = user_entity(application)
    if found.resources or user is None:
        return found.resources
    return (Resource(entity=user),)


def _with_parameter(application: Application, found: Address, name: str) -> Address:
    last = found.last
    if found.user is None and _is_own_id(application, found, name):
        return replace(found, user=name, tail=())
    if last is None or last.key is not None or found.tail:
        return replace(found, strange=name)
    return replace(found, resources=(*found.resources[:-1], Resource(entity=last.entity, key=name)))


def _is_own_id(application: Application, found: Address, name: str) -> bool:
    user = user_entity(application)
    if found.last is None:
        after_users = tuple(map(identifier, found.tail)) in {(), ("users",), ("user",)}
        return after_users and is_user_word(application, name)
    return user is not None and found.last.entity.name == user.name and not found.tail
