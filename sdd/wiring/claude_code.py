"""Joins Claude Code's sessions, hook and settings on this machine with a project's records."""

import json
import re
from collections.abc import Iterable
from itertools import takewhile
from pathlib import Path, PurePosixPath

from sdd.changes import apply_changes, digest, plan_changes
from sdd.errors import ConfigError
from sdd.records.hook import read_hook, recorded_keys, to_record, with_hook, without_hook
from sdd.records.library import list_phrs
from sdd.records.phr import RecordedPhr
from sdd.records.stages import NO_FEATURE
from sdd.records.transcripts import Exchange, Transcript, read_transcript, record_exchanges
from sdd.wiring.history import History, find_author, open_history
from sdd.wiring.settings import current_environment

SETTINGS = PurePosixPath(".claude/settings.json")
_KEPT = PurePosixPath(".sdd/claude-settings.json")
_SESSIONS = PurePosixPath("sessions")  # a lock's name: no such folder is needed


def find_sessions(root: Path) -> tuple[Path, ...]:
    """Return the transcripts that Claude Code keeps of a project's sessions, oldest first."""
    home = current_environment().get("CLAUDE_CONFIG_DIR") or Path.home() / ".claude"
    folder = Path(home) / "projects" / re.sub(r"[^A-Za-z0-9]", "-", str(root))
    return tuple(sorted(folder.glob("*.jsonl"), key=lambda path: (path.stat().st_mtime, path.name)))


def read_session(path: Path) -> Transcript:
    """Read a transcript from the disk.

    Raises:
        ConfigError: It cannot be read.
    """
    try:
        return read_transcript(path.read_bytes())
    except OSError as error:
        raise ConfigError(
            f"The transcript {path} cannot be read: {error.strerror}.", hint="Check the path."
        ) from error


def unrecorded(transcripts: Iterable[Transcript], history: History) -> tuple[Exchange, ...]:
    """Return the exchanges that have no record yet, each once, in order."""
    recorded = recorded_keys(list_phrs(history.store))
    found = {
        exchange.key: exchange
        for transcript in transcripts
        for exchange in transcript.exchanges
        if exchange.key not in recorded
    }
    return tuple(found.values())


def record_sessions(
    exchanges: Iterable[Exchange], history: History, *, feature: str = NO_FEATURE
) -> tuple[RecordedPhr, ...]:
    """Write a record for each exchange."""
    return record_exchanges(
        exchanges,
        store=history.store,
        clock=history.clock,
        feature=feature,
        user=find_author(history).user,
    )


def record_event(data: bytes, project: Path | None) -> tuple[RecordedPhr, ...]:
    """Record what a hook of Claude Code is told on its standard input.

    Raises:
        ConfigError: The input is no hook's, or names a transcript that cannot be read.
    """
    event = read_hook(data)
    named = current_environment().get("CLAUDE_PROJECT_DIR")
    history = open_history(project or (Path(named) if named else None))
    # A prompt comes before its answer, and the first one before there is a transcript.
    has_ended = event.transcript and not event.prompt
    transcript = read_session(Path(event.transcript)) if has_ended else None
    today = history.clock.now().date().isoformat()
    # Stop and SessionEnd may come at once: whoever is second finds what the first has written.
    with history.store.alone(_SESSIONS):
        recorded = recorded_keys(list_phrs(history.store))
        return record_sessions(to_record(event, transcript, recorded, today=today), history)


def set_hook(project: Path | None, *, installed: bool) -> bool:
    """Put our hook into a project's settings of Claude Code, or take it out again.

    What was changed is noted in `.sdd/`, and taken back to the byte when nobody has touched the
    settings since; else the hook alone is taken out, and settings that hold nothing else.

    Returns:
        Whether anything changed.

    Raises:
        ConfigError: The settings are no JSON object that hooks can be put into.
    """
    files = open_history(project).files
    before = files.read(SETTINGS)
    wanted: dict[PurePosixPath, bytes | None]
    if installed:
        after = with_hook(before)
        wanted = {SETTINGS: after}
        if after != before:
            wanted[_KEPT] = _kept(before, after)
    else:
        wanted = {SETTINGS: _settings_before(before, files.read(_KEPT)), _KEPT: None}
    changes = plan_changes(files, wanted)
    apply_changes(changes, files)
    return any(change.path == SETTINGS for change in changes.changes)


def _kept(before: bytes | None, after: bytes) -> bytes:
    """Return what takes our change back: where it stands, what stood there, how we left all."""
    note: dict[str, object] = {"left": digest(after), "text": None}
    if before is not None:
        start = _length_of_same(before, after)
        same = _length_of_same(before[start:][::-1], after[start:][::-1])
        text = before[start : len(before) - same].hex()
        note |= {"start": start, "end": len(after) - same, "text": text}
    return json.dumps(note).encode()


def _length_of_same(one: bytes, other: bytes) -> int:
    """Return how far two texts agree from their beginnings on."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _settings_before(now: bytes | None, kept: bytes | None) -> bytes | None:
    """Return the settings as they were without our hook; None: there were none."""
    if now is None:
        return None
    after = without_hook(now)
    note = json.loads(kept) if kept is not None else {}
    if note.get("left") == digest(now):
        if note["text"] is None:
            return None
        return now[: note["start"]] + bytes.fromhex(note["text"]) + now[note["end"] :]
    return after if after == now or json.loads(after.decode("utf-8-sig")) else None
