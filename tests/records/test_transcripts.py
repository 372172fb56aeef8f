"""Importing Claude Code's sessions, and living in its hooks."""

import json

import pytest
from fakes import FixedClock
from hypothesis import given
from hypothesis import strategies as st
from record_fakes import MemoryStore, check_phrs

from sdd.errors import ConfigError
from sdd.records.hook import read_hook, recorded_keys, to_record, with_hook, without_hook
from sdd.records.library import list_phrs
from sdd.records.phr import record_phr
from sdd.records.reading import read_phr
from sdd.records.transcripts import (
    Transcript,
    prompt_key,
    read_transcript,
    record_exchanges,
    request_of,
    stage_of,
)

_COMMON = {
    "sessionId": "s-1",
    "cwd": "/home/me/project",
    "gitBranch": "001-items",
    "timestamp": "2026-02-03T04:05:06.000Z",
}


def _user(content: object, **more: object) -> dict[str, object]:
    return {"type": "user", "message": {"role": "user", "content": content}, **_COMMON, **more}


def _assistant(*blocks: object, model: str = "model-a", **more: object) -> dict[str, object]:
    message = {"id": "m", "model": model, "content": list(blocks), "usage": {"output_tokens": 7}}
    return {"type": "assistant", "message": message, **_COMMON, **more}


def _text(text: str) -> dict[str, object]:
    return {"type": "text", "text": text}


def _call(name: str, number: str, **values: str) -> dict[str, object]:
    return {"type": "tool_use", "id": number, "name": name, "input": values}


def _result(number: str, *, is_error: bool = False) -> dict[str, object]:
    block = {"type": "tool_result", "tool_use_id": number, "content": "…", "is_error": is_error}
    return _user([block])


def _read(*entries: object) -> Transcript:
    return read_transcript("\n".join(json.dumps(entry) for entry in entries).encode())


_SESSION = (
    {"type": "summary", "summary": "Items are listed", "leafUuid": "x"},
    {"type": "file-history-snapshot", "messageId": "x"},
    _user("Add the list of items,\nplease."),
    _assistant({"type": "thinking", "thinking": "hm"}, _text("I begin.")),
    _assistant(_call("Write", "t1", file_path="/home/me/project/backend/items.py")),
    _result("t1"),
    _assistant(_call("Edit", "t2", file_path="/home/me/project/backend/broken.py")),
    _result("t2", is_error=True),
    _assistant(_call("Bash", "t3", command="cd backend && pytest -q")),
    _result("t3"),
    _user("Look into the tests.", isSidechain=True),
    _assistant(_text("A subagent speaks."), model="model-b", isSidechain=True),
    _assistant(
        _call("Edit", "t4", file_path="/home/me/project/tests/test_items.py"), isSidechain=True
    ),
    _assistant(_text("Done.")),
    _user([_text("<system-reminder>be kind</system-reminder>"), _text("Now sort them.")]),
    _assistant(_text("Sorted."), model="model-c"),
)  # fmt: skip


def test_each_prompt_becomes_one_exchange_with_files_and_model() -> None:
    """Subagents add files but neither prompts nor words; a refused edit is none."""
    transcript = _read(*_SESSION)

    first, second = transcript.exchanges
    assert first.prompt == "Add the list of items,\nplease."
    assert first.response == "I begin.\n\nDone."
    assert first.model == "model-a"
    assert first.files == (
        "/home/me/project/backend/items.py",
        "/home/me/project/tests/test_items.py",
    )
    assert first.tests == ("cd backend && pytest -q: passed",)
    assert (first.branch, first.date, first.output_tokens) == ("001-items", "2026-02-03", 7)
    assert (second.prompt, second.model, second.files) == ("Now sort them.", "model-c", ())
    assert transcript.summaries == ("Items are listed",)


@pytest.mark.parametrize(
    "entry",
    [
        _user("Expanded text of a command", isMeta=True),
        _user("This session is being continued from a previous conversation that…"),
        _user("…", isCompactSummary=True),
        _user([_text("[Request interrupted by user for tool use]")]),
        _user("<local-command-stdout>bye</local-command-stdout>"),
        _user("<bash-stdout>x</bash-stdout>"),
        _user(None),
        {"type": "user"},
        {"type": "progress"},
        [],
        "text",
    ],
)
def test_what_no_person_said_is_no_prompt(entry: object) -> None:
    """Results, reminders, summaries, expansions and foreign lines are passed over."""
    assert _read(entry).exchanges == ()


def test_a_picture_alone_is_a_prompt() -> None:
    """Its answer does not become that of the prompt before it."""
    entries = [
        {"type": "user", "message": {"content": "First."}},
        {"type": "assistant", "message": {"content": [{"type": "text", "text": "One."}]}},
        {"type": "user", "message": {"content": [{"type": "image", "source": {}}]}},
        {"type": "assistant", "message": {"content": [{"type": "text", "text": "A cat."}]}},
    ]
    data = "\n".join(json.dumps(entry) for entry in entries).encode()

    found = [(item.prompt, item.response) for item in read_transcript(data).exchanges]

    assert found == [("First.", "One."), ("[image]", "A cat.")]


def test_a_slash_command_is_recorded_as_typed() -> None:
    """The command and its arguments, not the text that it stands for; `/clear` is no prompt."""
    typed = (
        "<command-message>sp.plan is running…</command-message>\n"
        "<command-name>/sp.plan</command-name>\n<command-args>use SQLModel</command-args>"
    )
    transcript = _read(
        _user("<command-name>/clear</command-name>"),
        _user("<local-command-stdout></local-command-stdout>"),
        _user(typed),
        _user("Expanded", isMeta=True),
        _assistant(_text("Planned.")),
    )

    (exchange,) = transcript.exchanges
    assert (exchange.prompt, exchange.command) == ("/sp.plan use SQLModel", "/sp.plan")


@pytest.mark.parametrize(
    ("command", "feature", "stage"),
    [
        ("/sp.constitution", "none", "constitution"),
        ("/speckit.specify", "001-x", "spec"),
        ("/sp.plan", "001-x", "plan"),
        ("/sp.plan", "none", "general"),
        ("/speckit.implement", "001-x", "green"),
        ("/review", "001-x", "general"),
        ("", "001-x", "general"),
    ],
)
def test_commands_tell_the_stage(command: str, feature: str, stage: str) -> None:
    """Commands of spec-kit and spec-kit-plus have their stages; without a feature, general."""
    assert stage_of(command, feature) == stage


def test_lines_that_are_no_json_are_told() -> None:
    """A line that was cut off does not hide the others."""
    data = json.dumps(_user("Hello there, friend")).encode() + b'\n{"type": "us\n\n'

    transcript = read_transcript(data)

    assert len(transcript.exchanges) == 1
    assert transcript.unreadable == (2,)


def test_a_repeated_line_counts_once_and_a_repeated_prompt_twice() -> None:
    """Resumed sessions repeat lines; people repeat themselves."""
    transcript = _read(
        _user("Continue", uuid="a"), _user("Continue", uuid="a"), _user("Continue", uuid="b")
    )

    keys = [exchange.key for exchange in transcript.exchanges]
    assert keys == [prompt_key("s-1", "Continue", 1), prompt_key("s-1", "Continue", 2)]


def test_a_record_of_an_exchange_is_valid_and_relative(
    store: MemoryStore, clock: FixedClock
) -> None:
    """Files are relative to the session's folder, the date is the prompt's."""
    exchange = _read(*_SESSION).exchanges[0]

    recorded = record_phr(
        request_of(exchange, feature="001-items", user="developer"),
        store=store,
        clock=clock,
        root=exchange.root,
        date=exchange.date,
    )

    phr = read_phr(store.files[recorded.path], recorded.path)
    assert (phr.prompt, phr.model, phr.date) == (exchange.prompt, "model-a", "2026-02-03")
    assert phr.files == ("backend/items.py", "tests/test_items.py")
    assert check_phrs(list_phrs(store)) == ()


_KEYS = st.sampled_from(["type", "message", "content", "text", "id", "name", "input"])
_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=4),
    max_leaves=8,
)


@given(_ANYTHING, st.sampled_from(["user", "assistant", "attachment", "summary"]))
def test_no_line_makes_reading_fail(value: object, kind: str) -> None:
    """Whatever stands where a message should."""
    _read(_user("Hello there, friend"), {"type": kind, "message": value, "attachment": value})


def _event(name: str, **more: str) -> bytes:
    return json.dumps({"hook_event_name": name, "session_id": "s-1", "cwd": "/p", **more}).encode()


def test_the_end_of_an_answer_records_what_has_no_record_yet(
    store: MemoryStore, clock: FixedClock
) -> None:
    """Called twice, a hook records nothing twice."""
    transcript = _read(*_SESSION)
    event = read_hook(_event("Stop", transcript_path="/t.jsonl"))
    for _ in range(2):
        known = recorded_keys(list_phrs(store))
        exchanges = to_record(event, transcript, known, today="2026-02-03")
        record_exchanges(exchanges, store=store, clock=clock, feature="none", user="developer")

    assert len(list_phrs(store)) == 2


def test_a_prompt_of_half_characters_is_passed_over(store: MemoryStore, clock: FixedClock) -> None:
    """The others of its session are recorded."""
    exchanges = _read(_user("cut \ud83d"), _user("Hello there, friend")).exchanges

    recorded = record_exchanges(
        exchanges, store=store, clock=clock, feature="none", user="developer"
    )

    assert [item.title for item in recorded] == ["Hello there friend"]


def test_a_submitted_prompt_is_recorded_at_once() -> None:
    """Without an answer yet, and known again when the transcript tells of it."""
    event = read_hook(_event("UserPromptSubmit", prompt="/sp.plan now"))

    (exchange,) = to_record(event, None, (), today="2026-02-03")

    assert (exchange.prompt, exchange.command, exchange.date) == (
        "/sp.plan now",
        "/sp.plan",
        "2026-02-03",
    )
    assert exchange.key == prompt_key("s-1", "/sp.plan now")
    (again,) = to_record(event, None, {exchange.key}, today="2026-02-03")
    assert again.key == prompt_key("s-1", "/sp.plan now", 2)


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"{}", b'{"hook_event_name": 1}', b"\xff"])
def test_input_that_is_no_hooks_is_an_error(data: bytes) -> None:
    """The error says what is wrong; the command then ends 1."""
    with pytest.raises(ConfigError, match="hook's input"):
        read_hook(data)


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"model": "x", "hooks": {"PreToolUse": [{"matcher": "Bash", "hooks": []}]}},
        {"hooks": {"Stop": [{"hooks": [{"type": "command", "command": "say done"}]}]}, "a": "é"},
    ],
)
def test_the_hook_is_put_in_once_and_taken_out_again(settings: dict[str, object]) -> None:
    """Other settings and hooks stay, in their order."""
    before = (json.dumps(settings, indent=2, ensure_ascii=False) + "\n").encode()

    installed = with_hook(before)

    assert with_hook(installed) == installed
    assert json.loads(installed)["hooks"]["Stop"][-1]["hooks"][0]["command"] == "sdd phr hook"
    assert without_hook(installed) == before
    assert without_hook(with_hook(None)) == b"{}\n"


@pytest.mark.parametrize("settings", [b"[]", b"{", b'{"hooks": []}', b'{"hooks": {"Stop": 1}}'])
def test_settings_of_another_form_are_not_touched(settings: bytes) -> None:
    """What we do not understand we do not change."""
    with pytest.raises(ConfigError, match="settings"):
        with_hook(settings)


def test_a_test_command_is_shortened_after_its_secrets_are_gone() -> None:
    """Half a secret is still one, and nothing would know it."""
    command = f"{'cd ' + 'deep/' * 11} && API_KEY={'9fK2xQ7LmPz8' + '1RtYvB4w'} pytest"

    session = _read(_user("Test it"), _assistant(_call("Bash", "1", command=command)))

    (exchange,) = session.exchanges
    assert "9fK2x" in command[:80]
    assert exchange.tests
    assert "9fK2x" not in exchange.tests[0]
