"""What a record will say, before it has a number: nothing secret, no absolute path."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from pathlib import PurePosixPath
from typing import Any

from sdd.errors import ConfigError
from sdd.ports import Clock
from sdd.records.redaction import Redaction, redact
from sdd.records.scalars import one_line
from sdd.records.stages import NO_FEATURE, context_of, folder_of
from sdd.records.store import RecordStore

TITLE_WORDS = range(3, 8)
_ABSOLUTE = re.compile(r"(?:/|~/|[A-Za-z]:[\\/]|\\\\|file://)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Where else the work is described; paths are relative to the project."""

    spec: str | None = None
    ticket: str | None = None
    adr: str | None = None
    pr: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a prompt, each in one line."""

    impact: str = ""
    tests: str = ""
    files: str = ""
    next_prompts: str = ""
    reflection: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """What was learnt about the prompt, each in one line."""

    failure_modes: str = ""
    graders: str = ""
    prompt_variant: str = ""
    next_experiment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhrRequest:
    """All that a record will say.

    Attributes:
        title: Three to seven words.
        stage: One of `stages.STAGES`.
        prompt: Verbatim; it comes back byte for byte, save secrets.
        response: What was answered, in Markdown; likewise.
        feature: The feature's folder name; stages of a feature need it.
        files: Paths changed, relative to the project.
        tests: Tests run or written.
    """

    title: str
    stage: str
    prompt: str
    response: str = ""
    feature: str = NO_FEATURE
    surface: str = "agent"
    model: str = "unknown"
    branch: str = "unknown"
    user: str = "unknown"
    command: str = "none"
    labels: tuple[str, ...] = ()
    links: Links = field(default_factory=Links)
    files: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    outcome: Outcome = field(default_factory=Outcome)
    evaluation: Evaluation = field(default_factory=Evaluation)


@dataclass(frozen=True, slots=True, kw_only=True)
class PhrDraft:
    """A record before it has a number: nothing secret and no absolute path is in it.

    Attributes:
        date: The day of the prompt, as YYYY-MM-DD.
        redactions: What was taken out.
    """

    request: PhrRequest
    date: str
    redactions: tuple[Redaction, ...] = ()

    @property
    def folder(self) -> PurePosixPath:
        """Where the record will stand."""
        return folder_of(self.request.stage, self.request.feature)


def draft_phr(
    request: PhrRequest,
    *,
    store: RecordStore,
    clock: Clock,
    root: str | None = None,
    date: str | None = None,
) -> PhrDraft:
    """Take out of a request what no record may show.

    Args:
        request: What the record will say.
        store: Where the record will be kept; its own path is not shown either.
        clock: For the record's date.
        root: An absolute path that no record shows, beside that of the store.
        date: The day of the prompt, as YYYY-MM-DD; without it, today.

    Raises:
        ConfigError: The request cannot be recorded as it is.
    """
    _require_recordable(request)
    roots = tuple(path.rstrip("/") for path in (root, store.root) if path and path.rstrip("/"))
    request, redactions = _redacted(_without_roots(request, roots), roots)
    date = date or clock.now().date().isoformat()
    return PhrDraft(request=request, date=date, redactions=redactions)


def count_words(title: str) -> int:
    """Count the words of a title; parts joined by hyphens or underscores are words too."""
    return len([word for word in re.split(r"[\s_-]+", title) if word])


def _require_recordable(request: PhrRequest) -> None:
    context_of(request.stage)
    if not request.prompt.strip():
        raise ConfigError("There is no prompt to record.", hint="Give its text, whole.")
    words = count_words(request.title)
    if words not in TITLE_WORDS and request.title.isascii():
        counted = f"{words} word{'' if words == 1 else 's'}"
        raise ConfigError(
            f"The title has {counted}: '{one_line(request.title)[:80]}'.",
            hint="Give it three to seven words.",
        )


def _redacted(
    request: PhrRequest, roots: tuple[str, ...]
) -> tuple[PhrRequest, tuple[Redaction, ...]]:
    found: list[Redaction] = []

    def clean(name: str, text: str) -> str:
        redacted, redactions = redact(text, hidden=roots)
        found.extend(replace(item, field=name) for item in redactions)
        return redacted

    return _map_texts(request, clean), tuple(found)


def _map_texts(request: PhrRequest, change: Callable[[str, str], str]) -> PhrRequest:
    """Apply a change to every text of a request, with the name of its field."""
    return replace(request, **_mapped(request, change, prefix=""))


def _mapped(
    value: PhrRequest | Links | Outcome | Evaluation,
    change: Callable[[str, str], str],
    *,
    prefix: str,
) -> dict[str, Any]:
    changed: dict[str, Any] = {}
    for part in fields(value):
        name, item = f"{prefix}{part.name}", getattr(value, part.name)
        match item:
            case str() if name in {"prompt", "response"}:
                changed[part.name] = change(name, item)
            case str():
                changed[part.name] = change(name, one_line(item))
            case tuple():
                changed[part.name] = tuple(change(name, one_line(text)) for text in item)
            case Links() | Outcome() | Evaluation():
                changed[part.name] = replace(item, **_mapped(item, change, prefix=f"{name}."))
            case _:
                pass
    return changed


def _without_roots(request: PhrRequest, roots: tuple[str, ...]) -> PhrRequest:
    """Make paths relative; an absolute path elsewhere keeps its last part alone."""

    def relative(name: str, text: str) -> str:
        if name == "prompt":  # verbatim; a root in it is redacted, and that is listed
            return text
        for root in roots:
            text = re.sub(rf"(?<![\w.-]){re.escape(root)}/(?=\S)", "", text)
            text = re.sub(rf"(?<![\w.-]){re.escape(root)}(?![\w-])", ".", text)
        is_path = name in {"files", "tests", "links.spec", "links.adr"}
        if is_path and _ABSOLUTE.match(text):
            text = re.split(r"[\\/]", text.rstrip("\\/"))[-1]
        return text.partition("@")[0] if name == "user" else text

    return _map_texts(request, relative)
