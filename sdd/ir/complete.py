"""Filling what specs leave open with the framework's conventions, each value marked as such."""

from dataclasses import replace

from sdd.ir.behaviour import issues_tokens, operations
from sdd.ir.conventions.endpoints import complete_endpoint
from sdd.ir.conventions.entities import complete_entities
from sdd.ir.conventions.filling import fill
from sdd.ir.model import Application, AuthMode, AuthPolicy, ErrorPolicy

_INVALID, _UNPROCESSABLE, _FORBIDDEN, _ABSENT = 400, 422, 403, 404


def complete(application: Application) -> Application:
    """Fill every open attribute by convention and mark it in `assumed`; idempotent."""
    application = complete_entities(application)
    application = replace(
        application,
        auth=_complete_auth(application),
        errors=_complete_errors(application),
    )
    return replace(
        application,
        endpoints=tuple(complete_endpoint(application, item) for item in application.endpoints),
    )


def _complete_auth(application: Application) -> AuthPolicy:
    policy = fill(application.auth, mode=AuthMode.HS256, required=True, subject="sub")
    if policy.mode is AuthMode.JWKS:
        return policy
    own = issues_tokens(application)
    return fill(policy, secret_variable="JWT_SECRET" if own else "BETTER_AUTH_SECRET")


def _complete_errors(application: Application) -> ErrorPolicy:
    return fill(
        application.errors,
        validation_status=_validation_status(application),
        foreign_status=_foreign_status(application),
        path_user_status=_FORBIDDEN,
        fields=("detail", "error_code"),
    )


def _validation_status(application: Application) -> int:
    stated = {status for endpoint in application.endpoints for status in endpoint.statuses}
    return _INVALID if _INVALID in stated and _UNPROCESSABLE not in stated else _UNPROCESSABLE


def _foreign_status(application: Application) -> int:
    """Take 403 where endpoints on single rows state it and nothing else explains it."""
    for item in operations(application):
        explained = item.path_user is not None or item.endpoint.roles
        if item.key is not None and not explained and _FORBIDDEN in item.endpoint.statuses:
            return _FORBIDDEN
    return _ABSENT
