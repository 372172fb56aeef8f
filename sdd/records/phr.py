"""Writes prompt history records: what was asked, what came of it, whole or not at all."""

import pkgutil
import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from sdd.errors import ConfigError
from sdd.names import slug
from sdd.ports import Clock
from sdd.records.fences import fence
from sdd.records.phr_draft import TITLE_WORDS, PhrDraft, PhrRequest, count_words, draft_phr
from sdd.records.reading import read_phr
from sdd.records.redaction import Redaction, redact
from sdd.records.stages import context_of
from sdd.records.store import RecordStore, next_number, number_of
from sdd.records.template import Block, Value, fill

TEMPLATE_NAME = "phr-template.prompt.md"
TEMPLATE_PATH = PurePosixPath(".specify/templates") / TEMPLATE_NAME
NO_RESPONSE = "No response was recorded."


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

    The arguments are those of `draft_phr`, and a template instead of the project's own.

    Raises:
        ConfigError: The request cannot be recorded as it is, or the template is not usable.
        WorkspaceError: The disk refused; nothing was written.
    """
    draft = draft_phr(request, store=store, clock=clock, root=root, date=date)
    return write_phr(draft, store=store, template=template)


def write_phr(
    draft: PhrDraft, *, store: RecordStore, template: str | None = None, above: int | None = None
) -> RecordedPhr:
    """Write a draft under the next free number of its folder.

    Args:
        draft: What the record will say.
        store: Where records are kept.
        template: Instead of the project's own, or ours where it has none.
        above: The highest number of the folder when the draft was made. A record above it with
            the very bytes of this one was written before the writer died, and is returned.

    Raises:
        ConfigError: The template is not usable.
        WorkspaceError: The disk refused; nothing was written.
    """
    request, folder = draft.request, draft.folder
    template = template if template is not None else _template(store)

    def render(number: int) -> tuple[PurePosixPath, bytes]:
        name = file_name(f"{number:04d}", request.title, request.stage)
        data = render_phr(
            request, f"{number:04d}", draft.date, template, redactions=draft.redactions
        )
        return folder / name, data

    if above is not None:
        for number in sorted(filter(None, map(number_of, store.names(folder)))):
            if number > above:
                path, data = render(number)
                if store.read(path) == data:
                    return _recorded(draft, number, path)
    with store.alone(folder):
        while True:
            number = next_number(store, folder)
            path, data = render(number)
            if store.create_exclusive(path, data):
                return _recorded(draft, number, path)


def _recorded(draft: PhrDraft, number: int, path: PurePosixPath) -> RecordedPhr:
    request = draft.request
    return RecordedPhr(
        id=f"{number:04d}",
        path=path,
        stage=request.stage,
        title=request.title,
        context=context_of(request.stage),
        feature=request.feature,
        redactions=draft.redactions,
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
