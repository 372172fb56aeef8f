"""Lives inside Claude Code: reads what its hooks are told, and is put into its settings."""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sdd.errors import ConfigError
from sdd.records.json_text import Step, insert, remove
from sdd.records.reading import Phr
from sdd.records.transcripts import Exchange, Transcript, prompt_key

COMMAND = "sdd phr hook"
EVENTS = ("Stop", "SessionEnd")
_PROMPT_EVENT = "UserPromptSubmit"


@dataclass(frozen=True, slots=True, kw_only=True)
class HookEvent:
    """What a hook is told on its standard input.

    Attributes:
        name: The event, as in `Stop`.
        session: The session's id.
        transcript: Path of the session's transcript, or empty.
        root: The working directory, or empty.
        prompt: What the person typed; only when a prompt is submitted.
    """

    name: str
    session: str
    transcript: str
    root: str
    prompt: str


def read_hook(data: str | bytes) -> HookEvent:
    """Read a hook's input.

    Raises:
        ConfigError: It is no JSON object, or names no event.
    """
    try:
        loaded = json.loads(data)
    except ValueError as error:
        raise _no_input("It is no JSON") from error
    if not isinstance(loaded, dict):
        raise _no_input("It is no JSON object")
    texts = {key: value for key, value in loaded.items() if isinstance(value, str)}
    if not texts.get("hook_event_name"):
        raise _no_input("It names no event ('hook_event_name')")
    return HookEvent(
        name=texts["hook_event_name"],
        session=texts.get("session_id", ""),
        transcript=texts.get("transcript_path", ""),
        root=texts.get("cwd", ""),
        prompt=texts.get("prompt", ""),
    )


def to_record(
    event: HookEvent, transcript: Transcript | None, recorded: Collection[str], *, today: str
) -> tuple[Exchange, ...]:
    """Return what is to be recorded when an event comes; nothing is recorded twice.

    At the end of an answer or a session these are the exchanges of the transcript that have
    no record yet; when a prompt is submitted, that prompt, to which there is no answer yet.

    Args:
        event: What the hook was told.
        transcript: The session, where the event names one that can be read.
        recorded: Keys of what has a record, from `recorded_keys`.
        today: The date for a prompt that is only submitted.
    """
    if event.name == _PROMPT_EVENT:
        return (_submitted(event, recorded, today),) if event.prompt.strip() else ()
    if transcript is None:
        return ()
    return tuple(item for item in transcript.exchanges if item.key not in recorded)


def recorded_keys(phrs: Iterable[Phr]) -> frozenset[str]:
    """Return the keys of prompts that records bear among their labels."""
    return frozenset(label for phr in phrs for label in phr.labels if label.startswith("prompt-"))


def with_hook(settings: bytes | None, command: str = COMMAND) -> bytes:
    """Return Claude Code's settings with our hook in them; all else keeps its bytes.

    Raises:
        ConfigError: The settings are no JSON object that hooks can be put into.
    """
    text = _text(settings)
    if "hooks" not in _load(text):
        text = insert(text, (), {}, key="hooks")
    for event in EVENTS:
        hooks = _load(text)["hooks"]
        if not isinstance(hooks, dict) or not isinstance(hooks.get(event, []), list):
            raise _no_settings()
        if event not in hooks:
            text = insert(text, ("hooks",), [], key=event)
        if not any(_ours(group, command) for group in hooks.get(event, [])):
            group = {"hooks": [{"type": "command", "command": command}]}
            text = insert(text, ("hooks", event), group)
    return text.encode()


def without_hook(settings: bytes, command: str = COMMAND) -> bytes:
    """Return Claude Code's settings without our hook, and without what it leaves empty.

    Raises:
        ConfigError: The settings are no JSON object.
    """
    text = _text(settings)
    while path := _removable(_load(text).get("hooks"), command):
        text = remove(text, path)
    return text.encode()


def _submitted(event: HookEvent, recorded: Collection[str], today: str) -> Exchange:
    occurrence = 1
    while (key := prompt_key(event.session, event.prompt, occurrence)) in recorded:
        occurrence += 1
    command = event.prompt.split(maxsplit=1)[0] if event.prompt.startswith("/") else ""
    return Exchange(
        key=key,
        prompt=event.prompt,
        response="",
        model="unknown",
        files=(),
        tests=(),
        command=command,
        branch="",
        root=event.root,
        date=today,
        session=event.session,
        output_tokens=0,
    )


def _removable(hooks: object, command: str) -> tuple[Step, ...] | None:
    """Return the path of our first hook, or of the outermost thing that holds nothing else."""
    if not isinstance(hooks, dict):
        return None
    for event, groups in hooks.items():
        for at, group in enumerate(groups if isinstance(groups, list) else ()):
            if not (places := _ours(group, command)):
                continue
            if not _is_alone(group):
                return ("hooks", event, at, "hooks", places[0])
            if len(groups) > 1:
                return ("hooks", event, at)
            return ("hooks", event) if len(hooks) > 1 else ("hooks",)
    return None


def _is_alone(group: object) -> bool:
    inner = group.get("hooks") if isinstance(group, dict) else None
    return isinstance(inner, list) and len(inner) == 1


def _ours(group: object, command: str) -> tuple[int, ...]:
    """Return the positions of our hook among those of a group."""
    inner = group.get("hooks") if isinstance(group, dict) else None
    return tuple(
        at
        for at, hook in enumerate(inner if isinstance(inner, list) else ())
        if isinstance(hook, dict) and hook.get("command") == command
    )


def _text(settings: bytes | None) -> str:
    try:
        text = (settings or b"").decode()
    except UnicodeDecodeError as error:
        raise _no_settings() from error
    return text if text.strip() else "{}\n"


def _load(text: str) -> dict[str, object]:
    try:
        loaded = json.loads(text.removeprefix("\ufeff"))
    except ValueError as error:
        raise _no_settings() from error
    if not isinstance(loaded, dict):
        raise _no_settings()
    return loaded


def _no_input(why: str) -> ConfigError:
    return ConfigError(
        f"The hook's input cannot be read: {why}.",
        hint="The command is called by Claude Code, which gives it JSON on standard input.",
    )


def _no_settings() -> ConfigError:
    return ConfigError(
        "Claude Code's settings are no JSON object with a mapping of hooks.",
        hint="Mend .claude/settings.json first; nothing was changed.",
    )
