"""What model and tool names mean: aliases, retired ids, prices, counterparts; all of it data."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from importlib import resources
from typing import Any

from sdd.errors import ConfigError
from sdd.names import nearest

OUR_TOOLS = (
    "read_file",
    "write_file",
    "edit_file",
    "list_files",
    "search",
    "run_tests",
    "audit",
    "ask_user",
    "delegate",
)
_PER_MILLION = Decimal(1_000_000)
_INHERIT = frozenset({"", "inherit", "default", "auto"})
_CLAUDE = re.compile(r"^claude-[a-z]+(-\d+)+$")
_PLACED = re.compile(r"^[a-z][a-z0-9-]*:\S+$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Retirement:
    """A model id that no longer answers; `replacement` is an id that does."""

    replacement: str
    date: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """US dollars per million tokens; longer prompts than `long_prompt` cost `long_factor` times."""

    input: Decimal
    output: Decimal
    cache_read: Decimal
    cache_write: Decimal
    long_prompt: int | None = None
    long_factor: Decimal = Decimal(1)

    def cost(self, *, fresh: int, cached: int, written: int, output: int) -> Decimal:
        """Return dollars for one request: fresh, cached and newly cached prompt tokens, output."""
        tokens = fresh + cached + written
        long = self.long_prompt is not None and tokens > self.long_prompt
        cost = (
            self.input * fresh
            + self.cache_read * cached
            + self.cache_write * written
            + self.output * output
        )
        return cost * (self.long_factor if long else 1) / _PER_MILLION


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelChoice:
    """The model that a written name means.

    Attributes:
        id: A Claude model id, or `provider:id`; None: the run's own model.
        retired: Set when the written id had to be replaced.
        guessed: True when free text was read as a model.
    """

    id: str | None
    retired: Retirement | None = None
    guessed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCatalog:
    """Model names as data."""

    aliases: Mapping[str, str]
    retired: Mapping[str, Retirement] = field(default_factory=dict)
    prices: Mapping[str, Price] = field(default_factory=dict)

    def resolve(self, written: str) -> ModelChoice | None:
        """Return what a written model name means, or None when it is none we know of."""
        name = written.strip()
        if name.lower() in _INHERIT:
            return ModelChoice(id=None)
        exact = self._exact(name.lower())
        if exact is not None:
            return exact
        if _PLACED.match(name):
            return self._placed(name)
        spelled = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
        if spelled in self.prices or spelled in self.retired:
            return self._exact(spelled)
        return self._guess(spelled)

    def price(self, model_id: str) -> Price | None:
        """Return a model's price; a dated id costs what its family does."""
        bare = model_id.removeprefix("anthropic:")
        return self.prices.get(bare) or self.prices.get(re.sub(r"-\d{8}$", "", bare))

    def _exact(self, name: str) -> ModelChoice | None:
        if name in self.aliases:
            return ModelChoice(id=self.aliases[name])
        if name in self.retired:
            retired = self.retired[name]
            return ModelChoice(id=retired.replacement, retired=retired)
        if _CLAUDE.match(name):  # newer than our table: the provider decides
            return ModelChoice(id=name)
        return None

    def _placed(self, name: str) -> ModelChoice:
        provider, _, bare = name.partition(":")
        return (self._exact(bare.lower()) if provider == "anthropic" else None) or ModelChoice(
            id=name
        )

    def _guess(self, spelled: str) -> ModelChoice | None:
        words = set(spelled.split("-"))
        families = [alias for alias in self.aliases if alias in words and alias != "claude"]
        if len(families) == 1 or (not families and "claude" in words):
            family = families[0] if families else "claude"
            return ModelChoice(id=self.aliases[family], guessed=True)
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCatalog:
    """Tool names of other products, and ours that do the same.

    Attributes:
        removed: Names that their own product has dropped, and what it has instead.
    """

    counterparts: Mapping[str, tuple[str, ...]]
    removed: Mapping[str, str] = field(default_factory=dict)
    prefixes: frozenset[str] = frozenset()

    def find(self, written: str) -> tuple[str, ...] | None:
        """Return our tools for a written name; empty: known, nothing like it; None: unknown."""
        key = _fold(written)
        names = {_fold(name): ours for name, ours in self.counterparts.items()}
        names |= {_fold(name): (name,) for name in OUR_TOOLS}
        if key in names:
            return names[key]
        prefix, slash, rest = written.partition("/")
        if slash and _fold(prefix) in self.prefixes:
            return self.find(rest) or names.get(_fold(prefix), ())
        return None

    def names(self) -> tuple[str, ...]:
        """Return every name that means something, ours first."""
        return OUR_TOOLS + tuple(name for name, ours in self.counterparts.items() if ours)


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """Models and tools together."""

    models: ModelCatalog
    tools: ToolCatalog


def load_catalog(overrides: Mapping[str, Any] | None = None) -> Catalog:
    """Load the packaged names; `overrides` has the tables of `models.toml` and wins key by key.

    Raises:
        ConfigError: The overrides have another form than the file.
    """
    models = _table("models.toml")
    for table, values in (overrides or {}).items():
        if table not in models or not isinstance(values, Mapping):
            near = nearest(table, models, most=1) or tuple(models)
            raise ConfigError(
                f"The models' setting '{table}' is no table of theirs.",
                hint=f"Did you mean '{near[0]}'? There are: {', '.join(models)}.",
            )
        models[table] = {**models[table], **values}
    tools = _table("tools.toml")
    return Catalog(
        models=_models(models),
        tools=ToolCatalog(
            counterparts={name: tuple(ours) for name, ours in tools["counterparts"].items()},
            removed=tools["removed"],
            prefixes=frozenset(tools["prefixes"]["words"]),
        ),
    )


def _models(tables: Mapping[str, Mapping[str, Any]]) -> ModelCatalog:
    aliases = {str(name).lower(): str(model_id) for name, model_id in tables["aliases"].items()}
    return ModelCatalog(
        aliases=aliases,
        retired={name: _retirement(name, row, aliases) for name, row in tables["retired"].items()},
        prices={name: _price(name, row) for name, row in tables["prices"].items()},
    )


def _table(name: str) -> dict[str, Any]:
    return tomllib.loads(resources.files(__package__).joinpath(name).read_text("utf-8"))


def _fold(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _retirement(name: str, row: Mapping[str, str], aliases: Mapping[str, str]) -> Retirement:
    try:
        replacement = str(row["replacement"])
        date = row.get("date")
    except (KeyError, TypeError, AttributeError) as error:
        hint = f'"{name}" = {{ replacement = "sonnet" }}'
        raise ConfigError(f"The retired model '{name}' has no replacement.", hint=hint) from error
    return Retirement(
        replacement=aliases.get(replacement, replacement), date=None if date is None else str(date)
    )


def _price(name: str, row: Mapping[str, Any]) -> Price:
    try:
        long_prompt = row.get("long_prompt")
        return Price(
            input=_money(row["input"]),
            output=_money(row["output"]),
            cache_read=_money(row.get("cache_read", row["input"])),
            cache_write=_money(row.get("cache_write", row["input"])),
            long_prompt=None if long_prompt is None else int(long_prompt),
            long_factor=_money(row.get("long_factor", 1)),
        )
    except (KeyError, TypeError, AttributeError, ValueError, InvalidOperation) as error:
        raise ConfigError(
            f"The price of model '{name}' cannot be used.",
            hint=f'Write USD per million tokens: {name} = {{ input = "2", output = "10" }}',
        ) from error


def _money(value: object) -> Decimal:
    amount = Decimal(str(value))
    if not amount.is_finite() or amount < 0:
        raise ValueError(value)
    return amount
