"""Which model an agent gets, and whether it can be asked: told before a run plans."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec

from sdd.adapters.other_models import other_model
from sdd.agents.catalog import Catalog, ModelCatalog
from sdd.agents.definition import AgentDefinition
from sdd.agents.runner import REPLAY, Limits
from sdd.errors import ExitCode, MissingExtraError, ModelError
from sdd.names import nearest

KEYS = ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN")
CLAUDE = frozenset({"", "anthropic"})
_SCRIPTED = "scripted"
_CLIENTS = ("pydantic_ai", "anthropic")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelNames:
    """Knows the names that a run may use.

    Attributes:
        scripted: Names of models that need no provider.
        default: The model of agents that name none.
    """

    catalog: Catalog
    environment: Mapping[str, str]
    scripted: Collection[str]
    default: str

    def of(self, definition: AgentDefinition, asked: str | None) -> str:
        """Return the model of an agent: the one asked for, its own, or the run's."""
        for written in (asked, definition.model):
            if written is None:
                continue
            if written in self.scripted or written.startswith(REPLAY):
                return written
            choice = self.catalog.models.resolve(written)
            if choice is None or choice.id is not None:
                return written
        return self.default

    def check(
        self, definitions: Iterable[AgentDefinition], asked: str | None, limits: Limits
    ) -> None:
        """Refuse a run whose models do not exist, have no key, or no price to keep a budget by.

        Raises:
            ModelError: A model cannot be asked.
            MissingExtraError: What asks it is not installed.
        """
        for name in dict.fromkeys(self.of(definition, asked) for definition in definitions):
            if name in self.scripted or name.startswith(REPLAY):
                continue
            model_id = known(name, self.catalog.models)
            provider = model_id.rpartition(":")[0]
            if provider == _SCRIPTED:
                there = ", ".join(sorted(item for item in self.scripted if ":" in item))
                raise ModelError(
                    f"There is no model {name}.",
                    hint=f"There are: {there}.",
                    exit_code=ExitCode.USAGE,
                )
            if provider in CLAUDE:
                require_key(model_id, self.environment)
            if find_spec(_CLIENTS[0]) is None or (
                provider in CLAUDE and find_spec(_CLIENTS[1]) is None
            ):
                raise MissingExtraError("agents", f"Asking {name}")
            if provider not in CLAUDE:
                other_model(model_id)
            if limits.usd is not None and self.catalog.models.price(model_id) is None:
                raise unpriced(model_id)


def known(name: str, models: ModelCatalog) -> str:
    """Return the id of a model that can be asked for by this name.

    Raises:
        ModelError: There is no such model; the hint names the nearest.
    """
    choice = models.resolve(name)
    if choice is not None and choice.id is not None:
        return choice.id
    names = ("offline", "claude", "hybrid", *models.aliases)
    near = nearest(name.lower(), names, most=1)
    there = ", ".join(dict.fromkeys(names))
    raise ModelError(
        f"There is no model {name}.",
        hint=f"Did you mean {near[0]}?" if near else f"There are: {there}.",
        exit_code=ExitCode.USAGE,
    )


def require_key(model_id: str, environment: Mapping[str, str]) -> None:
    """Refuse to ask Claude without a key.

    Raises:
        ModelError: No key is set.
    """
    if not any(environment.get(name) for name in KEYS):
        raise ModelError(
            f"{model_id} needs a key, and {KEYS[0]} is not set.",
            hint=f"Set {KEYS[0]}, or leave --model out to work with the offline model.",
            exit_code=ExitCode.USAGE,
        )


def unpriced(model_id: str) -> ModelError:
    """Return the error of a budget in money for a model without a price."""
    return ModelError(
        f"No price is known for {model_id}, so a budget in USD cannot be kept.",
        hint="Set one under [tool.sdd.models.prices], or bound tokens instead.",
        exit_code=ExitCode.USAGE,
    )
