"""Settings: `[tool.sdd]` in pyproject.toml or sdd.toml, then `SDD_*`, then options."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, TypeVar

from sdd.audit import AuditSettings
from sdd.errors import ConfigError
from sdd.names import nearest


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditOptions:
    """What `[tool.sdd.audit]` may say.

    Attributes:
        public: Routes that are public on purpose, as `METHOD /path` or `/path`.
        verifiers: Functions that verify a user, as dotted names, beyond those recognised.
        shared: Tables whose rows belong to nobody, though columns may refer to users.
        api_prefix: The prefix that every route of the API should have.
    """

    public: tuple[str, ...] = ()
    verifiers: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()
    api_prefix: str = "/api/"


def audit_settings(options: AuditOptions) -> AuditSettings:
    """Return what a project tells the audit about itself."""
    return AuditSettings(
        public_routes=options.public,
        trusted_verifiers=options.verifiers,
        shared_tables=options.shared,
        api_prefix=options.api_prefix,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that a project can set.

    Attributes:
        model: `offline`, `claude`, an alias, `PROVIDER:ID` or `replay:RUN`.
        layout: The backend's layout; None: as `backend/CLAUDE.md` says.
        style: async or sync; None: as `backend/CLAUDE.md` says.
        auth_mode: How tokens are verified, hs256 or jwks; None: as the specs say.
        backend: The backend's folder, relative to the project.
        python: Interpreter for generated code; None: ours if it has what the backend needs.
        agents: Folders that hold agent definitions, in order of precedence.
        parallel: Work orders at once.
        max_rounds: Rounds of repair before a run gives up.
        budget_usd: Most that one run may spend; None: unbounded.
        max_tokens: Most tokens that one run may use; None: unbounded.
        timeout: Seconds after which a run stops; None: unbounded.
        token_command: Command that prints a token for the user id that is put after it; for
            `sdd verify`, where it cannot sign tokens itself.
        phr_per_order: Also write a record for each work order.
        limits: Bounds of agents and orders: see `sdd.wiring.bounds`.
        mcp: MCP servers that agents may use, by name.
        models: Aliases, retired ids and prices of models, beside the packaged ones.
    """

    model: str = "offline"
    layout: str | None = None
    style: str | None = None
    auth_mode: str | None = None
    backend: str = "backend"
    python: str | None = None
    agents: tuple[str, ...] = ("agents", ".claude/agents")
    parallel: int = 4
    max_rounds: int = 3
    budget_usd: Decimal | None = None
    max_tokens: int | None = None
    timeout: float | None = None
    token_command: str | None = None
    phr_per_order: bool = False
    limits: Mapping[str, Any] = field(default_factory=dict)
    mcp: Mapping[str, Any] = field(default_factory=dict)
    models: Mapping[str, Any] = field(default_factory=dict)
    audit: AuditOptions = field(default_factory=AuditOptions)


_T = TypeVar("_T", Settings, AuditOptions)
_CONVERTERS: Mapping[str, type] = {
    "parallel": int,
    "max_rounds": int,
    "max_tokens": int,
    "timeout": float,
    "budget_usd": Decimal,
}
# Tables that others read, and how one of them is written.
_SHOWN = {"models": "models.aliases", "limits": 'limits.orders."*"', "mcp": "mcp.NAME"}
_TABLES = frozenset({"audit", *_SHOWN})
_FLAGS = frozenset({"phr_per_order"})
_LISTS = frozenset({"agents", "public", "shared", "verifiers"})
_TRUE = frozenset({"1", "true", "yes", "on"})
_SLIP = 0.75
_FALSE = frozenset({"0", "false", "no", "off", ""})


def load_settings(project: Path, environment: Mapping[str, str]) -> Settings:
    """Read a project's settings; what is not set has its default.

    Raises:
        ConfigError: A file is not TOML, a key is unknown, or a value has the wrong form.
    """
    table, source = _table(project)
    settings = Settings()
    audit_table = table.pop("audit", {})
    if not isinstance(audit_table, dict):
        raise ConfigError(f"'audit' in {source} must be a table.", hint="Write [tool.sdd.audit].")
    tables = {name: table.pop(name, {}) for name in _SHOWN}
    for name, value in tables.items():
        if not isinstance(value, dict):
            raise ConfigError(
                f"'{name}' in {source} must be a table.", hint=f"Write [tool.sdd.{_SHOWN[name]}]."
            )
    settings = replace(_apply(settings, table, source), **tables)
    settings = replace(settings, audit=_apply(AuditOptions(), audit_table, f"{source}, audit"))
    return _apply(settings, _from_environment(environment), "the environment")


def _table(project: Path) -> tuple[dict[str, Any], str]:
    own = project / "sdd.toml"
    if own.is_file():
        return _read(own), "sdd.toml"
    shared = project / "pyproject.toml"
    if shared.is_file():
        tool = _read(shared).get("tool", {})
        table = tool.get("sdd", {}) if isinstance(tool, dict) else {}
        return dict(table) if isinstance(table, dict) else {}, "[tool.sdd] of pyproject.toml"
    return {}, "sdd.toml"


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"{path.name} is not valid TOML: {error}.", hint="Correct the file and try again."
        ) from error
    except OSError as error:
        raise ConfigError(
            f"{path.name} cannot be read: {error.strerror}.", hint="Check its permissions."
        ) from error


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    known = {
        f"SDD_{item.name.upper()}": item.name
        for item in fields(Settings)
        if item.name not in _TABLES
    }
    for variable in environment:
        # Other programs have variables of this prefix too: only what looks like a slip is one.
        if variable in known or not variable.startswith("SDD_"):
            continue
        key = variable.removeprefix("SDD_").lower()
        near = nearest(key, known.values(), most=1, likeness=_SLIP)
        if near:
            raise ConfigError(
                f"The environment variable '{variable}' is no setting.",
                hint=f"Did you mean 'SDD_{near[0].upper()}'? Otherwise unset it.",
            )
    return {name: environment[key] for key, name in known.items() if key in environment}


def _apply(settings: _T, table: Mapping[str, Any], source: str) -> _T:
    known = [item.name for item in fields(settings)]
    values: dict[str, Any] = {}
    for key, value in table.items():
        name = key.replace("-", "_")
        if name not in known:
            near = nearest(name, known, most=1)
            hint = f"Did you mean '{near[0]}'?" if near else f"Known: {', '.join(known)}."
            raise ConfigError(f"Unknown setting '{key}' in {source}.", hint=hint)
        values[name] = _convert(name, value, source)
    return replace(settings, **values)


def _convert(name: str, value: Any, source: str) -> Any:  # noqa: ANN401 - TOML holds anything
    try:
        if name in _FLAGS:
            return _flag(value)
        if name in _LISTS:
            return tuple(value.split(",")) if isinstance(value, str) else tuple(map(str, value))
        if name in _CONVERTERS:
            return _number(name, value)
    except (ValueError, TypeError, InvalidOperation) as error:
        raise ConfigError(
            f"Setting '{name}' in {source} has an unusable value: {value!r}.",
            hint=_form(name),
        ) from error
    if not isinstance(value, str):
        raise ConfigError(f"Setting '{name}' in {source} must be text.", hint=f'{name} = "…"')
    return value


def _form(name: str) -> str:
    if name in _FLAGS:
        return f"Write {name} = true or {name} = false."
    if name in _LISTS:
        return f'Write {name} = ["…", "…"].'
    return f"Write {name} = a number{' of at least 1' if name == 'parallel' else ', 0 or more'}."


def _number(name: str, value: Any) -> Any:  # noqa: ANN401 - TOML holds anything
    if isinstance(value, bool):
        raise TypeError(name)
    number = _CONVERTERS[name](str(value))
    if number < 0 or (name == "parallel" and number < 1):
        raise ValueError(name)
    return number


def _flag(value: object) -> bool:
    if isinstance(value, bool):
        return value
    text = str(value).lower()
    if text not in _TRUE | _FALSE:
        raise ValueError(text)
    return text in _TRUE


def current_settings(project: Path) -> Settings:
    """Read a project's settings under this process's environment."""
    return load_settings(project, current_environment())


def current_environment() -> Mapping[str, str]:
    """Return this process's environment; nobody else reads it."""
    return os.environ
