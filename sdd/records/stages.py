"""The stages of work that a prompt belongs to, and where each is filed."""

import re
from pathlib import PurePosixPath

from sdd.errors import ConfigError
from sdd.names import nearest

HISTORY = PurePosixPath("history/prompts")
FEATURE_STAGES = ("spec", "plan", "tasks", "red", "green", "refactor", "explainer", "misc")
STAGES = ("constitution", *FEATURE_STAGES, "general")
NO_FEATURE = "none"
_RESERVED = frozenset({"constitution", "general"})
_FOLDER_NAME = re.compile(r"[^\W_][\w.-]*")


def context_of(stage: str) -> str:
    """Return `constitution`, `feature` or `general`: which kind of folder keeps a stage.

    Raises:
        ConfigError: There is no such stage.
    """
    if stage in FEATURE_STAGES:
        return "feature"
    if stage in STAGES:
        return stage
    near = nearest(stage, STAGES, most=1)
    hint = f"Did you mean '{near[0]}'? " if near else ""
    raise ConfigError(
        f"There is no stage '{stage}'.", hint=f"{hint}The stages are: {', '.join(STAGES)}."
    )


def folder_of(stage: str, feature: str) -> PurePosixPath:
    """Return the folder that keeps the records of a stage and feature.

    Raises:
        ConfigError: No such stage, or the stage needs a feature and has none that can
            be a folder's name.
    """
    context = context_of(stage)
    if context != "feature":
        return HISTORY / context
    if feature in {"", NO_FEATURE}:
        raise ConfigError(
            f"Stage '{stage}' belongs to a feature, and none was given.",
            hint="Name it with --feature, or use --stage general.",
        )
    if not _FOLDER_NAME.fullmatch(feature) or feature in _RESERVED:
        raise ConfigError(
            f"'{feature}' cannot be the name of a feature's folder.",
            hint="Use letters, digits, dots and hyphens, as in 001-task-crud.",
        )
    return HISTORY / feature
