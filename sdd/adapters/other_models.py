"""Models of other providers, by the names that pydantic-ai has for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdd.errors import ExitCode, MissingExtraError, ModelError

if TYPE_CHECKING:
    from pydantic_ai.models import Model

_EXTRAS = frozenset({"openai"})  # of ours, for clients of other providers


def other_model(name: str) -> Model:
    """Find a model by `provider:id`.

    Raises:
        ModelError: There is no such provider, or its key or its client is missing.
        MissingExtraError: Its client is missing, and is an extra of ours.
    """
    # Slow, and most runs ask no other provider.
    from pydantic_ai.exceptions import UserError  # noqa: PLC0415
    from pydantic_ai.models import infer_model  # noqa: PLC0415

    try:
        return infer_model(name)
    except ImportError as error:
        package = name.partition(":")[0]
        if package in _EXTRAS:
            raise MissingExtraError(package, f"Asking {name}") from error
        raise ModelError(
            f"{name} needs a client that is not installed.",
            hint=f'Install it with: pip install "pydantic-ai-slim[{package}]"',
            exit_code=ExitCode.USAGE,
        ) from error
    except (UserError, ValueError) as error:
        raise ModelError(
            f"{name} cannot be used: {first_line(error).partition('. ')[0]}.",
            hint="Name it as PROVIDER:ID, and give the provider's key in the environment.",
            exit_code=ExitCode.USAGE,
        ) from error


def first_line(error: Exception) -> str:
    """Return what an error says first, without its full stop."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
