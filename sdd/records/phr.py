"""Writes prompt history records: what was asked, what came of it, whole or not at all."""

import pkgutil
import re
from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from pathlib import PurePosixPath
from typing import Any

from sdd.errors import ConfigError
from sdd.names import slug
from sdd.ports import Clock
from sdd.records.fences import fence
from sdd.records.reading import read_phr
from sdd.records.redaction import Redaction, redact
from sdd.records.scalars import one_line
from sdd.records.stages import NO_FEATURE, context_of, folder_of
from sdd.records.store import RecordStore, claimed_number
from sdd.records.template import Block, Value, fill

TEMPLATE_NAME = "phr-template.prompt.md"
TEMPLATE_PATH = PurePosixPath(".specify/templates") / TEMPLATE_NAME
TITLE_WORDS = range(3, 8)
NO_RESPONSE = "No response was recorded."
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
class RecordedPhr:
    """A record that was written."""

    id: str
    path: PurePosixPath
    stage: str
    title: str
    context: str
    feature: str
    redactions: tuple[Redaction, ...] = ()

    def as_json(self, root: str | None = None) -> dict[str, str]:
        """Return the keys that the scripts of spec-kit-plus print, in their order.

        Args:
            root: The project's folder; with it the path is absolute, as theirs is.
        """
        path = f"{root.rstrip('/')}/{self.path}" if root else str(self.path)
        return {
            "id": self.id,
            "path": path,
            "context": self.context,
            "stage": self.stage,
            "feature": self.feature,
            "template": TEMPLATE_NAME,
        }


def default_template() -> str:
    """Return the template that is used where a project has none of its own."""
    return (pkgutil.get_data("sdd.records", f"templates/{TEMPLATE_NAME}") or b"").decode()


def count_words(title: str) -> int:
    """Count the words of a title; parts joined by hyphens or underscores are words too."""
    return len([word for word in re.split(r"[\s_-]+", title) if word])


def suggest_title(text: str, stage: str = "general") -> str:
    """Make a title of three to seven words from a prompt's first words.

    A prompt with fewer is filled up with what the record is. No secret comes into a title.
    """
    # Before the signs go by which a secret is known, as in `postgresql://user:secret@host`.
    safe, _ = redact(text)
    plain = re.sub(r"[^\w\s./-]+", " ", safe)
    found = [word.strip("./-_") for word in plain.split()[:40]]
    chosen: list[str] = []
    for word in filter(None, found):
        if len(word) > _LONGEST_WORD or count_words(" ".join([*chosen, word])) >= TITLE_WORDS.stop:
            break
        chosen.append(word)
    for word in (stage, "prompt", "record"):
        if count_words(" ".join(chosen)) < TITLE_WORDS.start:
            chosen.append(word)
    return " ".join(chosen)


_LONGEST_WORD = 40


def record_phr(
    request: PhrRequest,
    *,
    store: RecordStore,
    clock: Clock,
    template: str | None = None,
    root: str | None = None,
    date: str | None = None,
) -> RecordedPhr:
    """Write a record under the next free number of its folder; nothing secret gets there.

    Args:
        request: What the record will say.
        store: Where records are kept.
        clock: For the record's date.
        template: Instead of the project's own, or ours where it has none.
        root: An absolute path that no record shows, beside that of the store.
        date: The day of the prompt, as YYYY-MM-DD; without it, today.

    Raises:
        ConfigError: The request cannot be recorded as it is, or the template is not usable.
        WorkspaceError: The disk refused; nothing was written.
    """
    _require_recordable(request)
    roots = tuple(path.rstrip("/") for path in (root, store.root) if path and path.rstrip("/"))
    request, redactions = _redacted(_without_roots(request, roots), roots)
    folder = folder_of(request.stage, request.feature)
    template = template if template is not None else _template(store)
    date = date or clock.now().date().isoformat()
    while True:
        with claimed_number(store, folder) as number:
            record_id = f"{number:04d}"
            path = folder / file_name(record_id, request.title, request.stage)
            data = render_phr(request, record_id, date, template, redactions=redactions)
            if store.create_exclusive(path, data):
                break
    return RecordedPhr(
        id=record_id,
        path=path,
        stage=request.stage,
        title=request.title,
        context=context_of(request.stage),
        feature=request.feature,
        redactions=redactions,
    )


def file_name(record_id: str, title: str, stage: str) -> str:
    """Return the file name of a record, its slug as long as its title."""
    name = slug(re.sub(r"(?<=\w)['\u2019](?=\w)", "", title))
    if name.count("-") < TITLE_WORDS.start - 1:
        name = f"{name}-{stage}-record"
    return f"{record_id}-{name}.{stage}.prompt.md"


def render_phr(
    request: PhrRequest,
    record_id: str,
    date: str,
    template: str,
    *,
    redactions: tuple[Redaction, ...] = (),
) -> bytes:
    """Fill a template; `read_phr` of the result gives prompt and response back exactly.

    Raises:
        ConfigError: The template has unknown placeholders or no place where a prompt can be
            found again, or a text is no valid Unicode.
    """
    spoken = request.response or NO_RESPONSE
    for response in (spoken, fence(spoken)):
        values = _values(request, record_id, date) | {"RESPONSE_TEXT": Block(text=response)}
        text = fill(template, values, name=TEMPLATE_NAME)
        data = _encode(text.rstrip("\n") + "\n" + _redaction_list(redactions))
        read = read_phr(data)
        if read.prompt == request.prompt and read.response in {spoken, None}:
            return data
    raise ConfigError(
        f"A prompt that is put into {TEMPLATE_NAME} cannot be found again.",
        hint="Put {{PROMPT_TEXT}} on a line of its own below a heading '## Prompt'.",
    )


def _values(request: PhrRequest, record_id: str, date: str) -> dict[str, Value]:
    links, outcome, evaluation = request.links, request.outcome, request.evaluation
    return {
        "ID": record_id,
        "TITLE": request.title,
        "STAGE": request.stage,
        "DATE_ISO": date,
        "SURFACE": request.surface,
        "MODEL": request.model,
        "FEATURE": request.feature,
        "BRANCH": request.branch,
        "USER": request.user,
        "COMMAND": request.command,
        "LABELS": request.labels,
        "LINKS_SPEC": links.spec,
        "LINKS_TICKET": links.ticket,
        "LINKS_ADR": links.adr,
        "LINKS_PR": links.pr,
        "FILES_YAML": request.files,
        "TESTS_YAML": request.tests,
        "PROMPT_TEXT": Block(text=fence(request.prompt)),
        "RESPONSE_TEXT": Block(text=request.response),
        "OUTCOME_IMPACT": outcome.impact or "none",
        "TESTS_SUMMARY": outcome.tests or ", ".join(request.tests) or "none",
        "FILES_SUMMARY": outcome.files or ", ".join(request.files) or "none",
        "NEXT_PROMPTS": outcome.next_prompts or "none",
        "REFLECTION_NOTE": outcome.reflection or "none",
        "FAILURE_MODES": evaluation.failure_modes or "none observed",
        "GRADER_RESULTS": evaluation.graders or "not run",
        "PROMPT_VARIANT_ID": evaluation.prompt_variant or "none",
        "NEXT_EXPERIMENT": evaluation.next_experiment or "none",
    }


def _encode(text: str) -> bytes:
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise ConfigError(
            f"The text cannot be recorded: character {error.start} is half of a pair (U+D800 "
            "to U+DFFF), which is no valid Unicode.",
            hint="Give the text as UTF-8.",
        ) from error


def _redaction_list(redactions: tuple[Redaction, ...]) -> str:
    if not redactions:
        return ""
    lines = [f"- {item}" for item in redactions]
    return "\n## Redactions\n\n" + "\n".join(lines) + "\n"


def _template(store: RecordStore) -> str:
    data = store.read(TEMPLATE_PATH)
    if data is None:
        return default_template()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{TEMPLATE_PATH} is not UTF-8.", hint="Save it as UTF-8.") from error


def _require_recordable(request: PhrRequest) -> None:
    context_of(request.stage)
    if not request.prompt.strip():
        raise ConfigError("There is no prompt to record.", hint="Give its text, whole.")
    words = count_words(request.title)
    if words not in TITLE_WORDS and request.title.isascii():
        raise ConfigError(
            f"The title has {words} words: '{one_line(request.title)[:80]}'.",
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
