import json
from datetime import UTC, datetime

from sdd.workflow.event_log import EVENTS, event_line
from sdd.workflow.events import OrderStep, RunStarted
from sdd.workflow.runs import show_run
from tests.workflow.harness import Rig

MOMENT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def test_an_event_is_one_line_that_any_tool_reads() -> None:
    """When, what kind, and the fields of the event; a line end in a field is no line end."""
    line = event_line(OrderStep(order="auth", text="write_file a\nb\u2028ü"), MOMENT)

    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert json.loads(line) == {
        "at": "2026-01-02T03:04:05+00:00",
        "event": "order-step",
        "order": "auth",
        "text": "write_file a\nb\u2028ü",
    }


def test_no_secret_gets_into_the_log() -> None:
    """What an agent did with a key in its arguments is told without the key."""
    key = "AKIA" + "QYLPMN5HHHFPZAM2"

    line = event_line(OrderStep(order="auth", text=f"search {key}"), MOMENT)

    assert key.encode() not in line
    assert b"REDACTED" in line
    assert json.loads(line)["order"] == "auth"


def test_no_secret_hides_behind_the_marks_of_json() -> None:
    """Quotes and line ends are written otherwise in JSON; the value goes all the same."""
    value = "Zk4Qw8Xv2Lt9Rb6Np3Hs7Jd5Gf1Mc0Yx"

    line = event_line(OrderStep(order="auth", text=f'said API_KEY="{value}"\nthen'), MOMENT)

    assert value.encode() not in line
    assert json.loads(line)["text"] == 'said API_KEY="[REDACTED:secret-value]"\nthen'


def test_half_a_character_is_no_reason_to_stop() -> None:
    """A file name that is no text is shown as well as it can be."""
    assert json.loads(event_line(OrderStep(order="auth", text="read \udcff"), MOMENT))


def test_a_run_writes_down_everything_that_it_tells() -> None:
    """The log of a run has each event in order; the last one has the numbers of the report."""
    rig = Rig()

    report = rig.start()

    assert [path for path, _ in rig.appended] == [f".sdd/runs/{report.run_id}/{EVENTS}"] * len(
        rig.events
    )
    lines = [json.loads(line) for _, line in rig.appended]
    assert lines[0]["event"] == "run-started"
    assert len({line["event"] for line in lines}) == 10
    last = lines[-1]
    assert (last["event"], last["landed"], last["record"]) == ("run-finished", True, report.record)
    assert last["gates"]["audit"] == "passed"


def test_a_dry_run_leaves_no_log() -> None:
    """It leaves nothing at all."""
    rig = Rig()

    rig.start(dry_run=True)

    assert rig.appended == []


def test_a_run_keeps_what_it_was_asked_for() -> None:
    """To go on by its id alone, with the same inputs."""
    rig = Rig()

    report = rig.start(max_rounds=1, append_findings=True)

    options = show_run(rig.files, report.run_id).options
    assert (options["max_rounds"], options["append_findings"], options["agent"]) == (1, True, None)
    assert isinstance(rig.events[0], RunStarted)
