"""Plans of what a backend has once: settings, errors, tokens."""

from dataclasses import dataclass
from http import HTTPStatus

from sdd.generate import naming
from sdd.generate.domain import Domain
from sdd.generate.heads import head
from sdd.generate.layouts import module_of
from sdd.generate.routes import own_id_alias, status_constant
from sdd.ir import AuthMode, ErrorPolicy
from sdd.ir.matching import identifier

_DEFAULT_CODES = {
    400: "bad_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    413: "payload_too_large",
    422: "validation_error",
    429: "too_many_requests",
    500: "internal_error",
    503: "service_unavailable",
}
SIGN_IN_LIMIT = "10/minute"
_AUTH_SERVER = "http://localhost:3000"
_MESSAGE_WORDS = ("detail", "message", "error_message", "msg", "error_description", "reason")
_CODE_WORDS = ("error_code", "code", "error_type", "type", "error")
_DESCRIPTIONS = {
    400: "The request is invalid",
    401: "The token is missing or invalid",
    403: "The user may not do this",
    404: "There is no such row for this user",
    409: "The request contradicts what is stored",
    422: "A parameter or the body is invalid",
    429: "Too many requests",
    500: "Something unexpected failed",
    503: "The database cannot be reached",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorFieldPlan:
    """A field of every error body, and the value it gets, as source."""

    attribute: str
    json: str
    keyword: str
    annotation: str
    value: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusPlan:
    """An error status: its constant, its code and what it means."""

    status: int
    constant: str
    code: str
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnIdPlan:
    """A dependency that compares a path's user id with the token's."""

    alias: str
    function: str
    parameter: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectPlan:
    """What the whole backend shares.

    Attributes:
        sync: Handlers are plain functions.
        keys: Tokens are verified with the issuer's public keys.
        jwks_url: Where an example shows these keys.
        limits: Whether sign-in is limited for each client.
        sign_in_limit: How often, where the environment does not say.
        refreshes: Whether tokens are renewed by refresh tokens.
        roles: Whether some endpoints need a role or scope that the token names.
        modules: Dotted names of parts that tests reach into.
    """

    title: str
    package: str
    secret_variable: str
    subject: str
    issuer: str
    audience: str
    principal: str
    principal_type: str
    own_users: bool
    validation_status: int
    path_user_status: int
    error_fields: tuple[ErrorFieldPlan, ...]
    statuses: tuple[StatusPlan, ...]
    codes: dict[str, str]
    own_ids: tuple[OwnIdPlan, ...]
    specs: tuple[str, ...]
    sync: bool
    keys: bool
    jwks_url: str
    limits: bool
    sign_in_limit: str
    refreshes: bool
    roles: bool
    modules: dict[str, str]

    def header(self, purpose: str) -> str:
        """Return a module's docstring: what it is, and the specs that it follows."""
        return head(purpose, self.specs)


def project_plan(domain: Domain, specs: tuple[str, ...]) -> ProjectPlan:
    """Plan what the whole backend shares."""
    application = domain.application
    auth, errors = application.auth, application.errors
    title = naming.prose(application.title or "Backend") or "Backend"
    stated = {
        status
        for endpoint in application.endpoints
        for status in endpoint.statuses
        if status >= HTTPStatus.BAD_REQUEST
    }
    return ProjectPlan(
        title=naming.literal(title),
        package=naming.ascii_words(title).replace("_", "-") or "backend",
        secret_variable=naming.constant(auth.secret_variable or "BETTER_AUTH_SECRET"),
        subject=naming.literal(auth.subject or "sub"),
        issuer=naming.literal(auth.issuer),
        audience=naming.literal(auth.audience),
        principal=domain.principal_annotation,
        principal_type=domain.principal.value,
        own_users=domain.own_users,
        validation_status=errors.validation_status or HTTPStatus.UNPROCESSABLE_ENTITY,
        path_user_status=errors.path_user_status or HTTPStatus.FORBIDDEN,
        error_fields=error_fields(errors),
        statuses=tuple(
            StatusPlan(
                status=status,
                constant=status_constant(status),
                code=error_code(errors, status),
                description=_DESCRIPTIONS.get(status, "The request failed"),
            )
            for status in sorted(stated)
        ),
        codes={
            status_constant(status).lower(): naming.literal(error_code(errors, status))
            for status in _DEFAULT_CODES
        },
        own_ids=_own_ids(domain),
        specs=tuple(map(naming.prose, specs)),
        sync=domain.is_sync,
        keys=auth.mode is AuthMode.JWKS,
        jwks_url=naming.prose(auth.jwks_url or f"{_AUTH_SERVER}/api/auth/jwks"),
        limits=domain.own_users,
        sign_in_limit=auth.sign_in_limit or SIGN_IN_LIMIT,
        refreshes=domain.refreshes,
        roles=any(endpoint.roles for endpoint in application.endpoints),
        modules={"keys": module_of(domain.layout.keys)},
    )


def error_code(errors: ErrorPolicy, status: int) -> str:
    """Return the machine-readable code of a status: the one stated first, else a usual one."""
    stated = next((item.code for item in errors.codes if item.status == status), None)
    return stated or _DEFAULT_CODES.get(status, f"error_{status}")


def error_fields(errors: ErrorPolicy) -> tuple[ErrorFieldPlan, ...]:
    """Plan the fields of an error body: which holds the sentence, which the code."""
    wanted = errors.fields or ("detail", "error_code")
    known = [identifier(name) for name in wanted]
    message = next((word for word in _MESSAGE_WORDS if word in known), None)
    code = next((word for word in _CODE_WORDS if word in known), None)
    if message is None and code not in {None, "error"} and "error" in known:
        message = "error"
    if message is None and code is not None and (code == "error" or len(known) == 1):
        alone = code == "error" and not errors.codes
        message, code = (code, None) if alone else (None, code)
    return tuple(
        _error_field(name, word, message=word == message, code=word == code)
        for name, word in zip(wanted, known, strict=True)
    )


def _error_field(name: str, word: str, *, message: bool, code: bool) -> ErrorFieldPlan:
    annotation, value = "str | None", "None"
    if message:
        annotation, value = "str", "detail"
    elif code:
        annotation, value = "str", "error_code"
    elif word == "status":
        annotation, value = "str", '"error"'
    elif word in {"success", "ok"}:
        annotation, value = "bool", "False"
    elif word in {"status_code", "http_status"}:
        annotation, value = "int", "status_code"
    elif word in {"errors", "details", "fields"}:
        annotation, value = "list[dict[str, str]]", "[]"
    elif word == "timestamp":
        annotation, value = "str", "utc_now().isoformat()"
    attribute = naming.attribute(name)
    source = "" if attribute == name else f" = Field(serialization_alias={naming.literal(name)})"
    return ErrorFieldPlan(
        attribute=attribute,
        json=naming.literal(name),
        keyword=attribute,
        annotation=annotation,
        value=value,
        source=source,
    )


def _own_ids(domain: Domain) -> tuple[OwnIdPlan, ...]:
    found = dict.fromkeys(item.path_user for item in domain.operations if item.path_user)
    return tuple(
        OwnIdPlan(
            alias=own_id_alias(name),
            function=f"get_own_{naming.ascii_words(name)}",
            parameter=name,
        )
        for name in found
    )
