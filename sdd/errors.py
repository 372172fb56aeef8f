"""Exit codes, and the errors that a user can do something about."""

from enum import IntEnum


class ExitCode(IntEnum):
    """What a command's exit status says (DESIGN: one list for every command)."""

    CLEAN = 0
    FINDINGS = 1
    USAGE = 2
    NEEDS_HUMAN = 3
    LIMIT = 4
    BUG = 70
    INTERRUPTED = 130


class SddError(Exception):
    """We cannot go on, and the user can help.

    Args:
        message: What is wrong and where, in one sentence.
        hint: What to do about it, in one sentence.
        exit_code: The status with which the command ends.
    """

    default_exit_code = ExitCode.USAGE

    def __init__(
        self, message: str, *, hint: str | None = None, exit_code: ExitCode | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.exit_code = exit_code if exit_code is not None else self.default_exit_code


class ConfigError(SddError):
    """Settings, options or an installation are not usable as they stand."""


class SpecError(SddError):
    """The specs cannot be read or do not hold what was asked for."""


class WorkspaceError(SddError):
    """A file or folder could not be read, written or locked."""


class EditConflictError(WorkspaceError):
    """A file that would be written holds somebody else's work; a human decides."""

    default_exit_code = ExitCode.NEEDS_HUMAN


class ModelError(SddError):
    """A model could not be reached or did not answer in a usable way."""

    default_exit_code = ExitCode.FINDINGS


class MissingExtraError(ConfigError):
    """An optional part of the distribution is not installed."""

    def __init__(self, extra: str, needed_for: str) -> None:
        super().__init__(
            f"{needed_for} needs the extra '{extra}', which is not installed.",
            hint=f'Install it with: pip install "sdd-cli[{extra}]"',
        )
        self.extra = extra
