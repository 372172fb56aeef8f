"""Secrets planted wherever a run gets its texts from stand in nothing that it leaves or says."""

import asyncio
import io
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from adversary.seat import seated
from messages_api import Brain, MessagesApi, Reply, Request, messages_api
from rich.console import Console
from workflow.harness import COMPILER, PROJECT

from sdd.cli.json_output import dumps, to_json
from sdd.cli.progress import PlainProgress
from sdd.cli.run_report import print_run_report
from sdd.diagnostics import Diagnostic, Severity
from sdd.errors import SddError
from sdd.text import Span
from sdd.verify.gates import DynamicGate
from sdd.verify.target import VerifyContext
from sdd.verify.verdict import GateReport, Result
from sdd.wiring.compose import Asked, compose_run
from sdd.workflow import RunReport, implement
from sdd.workflow.offline.model import OfflineModel

ROOT = Path(__file__).parents[2]
TAIL = "Zk4Qw8Xv2Lt9Rb6Np3Hs7Jd5Gf1Mc0Yx"
# Of each way into a run one secret of another form; none is anybody's.
PLANTED = {
    "prompt": f"ghp_{TAIL}aB3d",
    "spec": "AKIA" + "Q3ZK8WXV2LT9RB6N",
    "environment": f"sk-ant-api03-{TAIL}-{TAIL}",
    "answer": f"glpat-{TAIL[:20]}",
    "argument": "sk_live_" + TAIL[:24],
    "written": f"hf_{TAIL}aBc",
    "result": f"npm_{TAIL}a1B2",
    "gate": f"postgresql://app:{TAIL[8:26]}@db.internal/shop",
    "summary": f'API_KEY="{TAIL[::-1]}"',
    "mcp": f"xoxb-{TAIL}",
    "human": f"dckr_pat_{TAIL[:27]}",
    "fault": f"SG.{TAIL[:22]}.{TAIL}{TAIL[:11]}",
}
SERVER = f"""
from mcp.server.mcpserver import MCPServer

server = MCPServer("vault")

@server.tool()
def look(place: str) -> str:
    '''Looks.'''
    return "It is {PLANTED["mcp"]}"

server.run("stdio")
"""
TASKS = "# Tasks\n\n- [ ] T001 Assemble the application in backend/app/main.py\n"


def secret_part(planted: str) -> str:
    """Return what of a planted text nobody may read."""
    return TAIL[8:26] if "://" in planted else planted.partition('"')[2].strip('"') or planted


@dataclass(frozen=True)
class Loud:
    """Gates that tell what tests have printed; the tests fail, or they do not."""

    context: VerifyContext
    fails: bool

    def check(self, gate: DynamicGate) -> GateReport:
        """Judge the tests, and pass all else."""
        if gate.name != "tests":
            return GateReport(gate=gate.name, result=Result.PASSED, summary="left out here")
        if not self.fails:
            return GateReport(gate="tests", result=Result.PASSED, summary=PLANTED["summary"])
        printed = Diagnostic(
            rule="failing-test",
            severity=Severity.ERROR,
            message=f"OperationalError: {PLANTED['gate']}",
            reason=f"E   printed: {PLANTED['gate']}\nE   {PLANTED['summary']}",
            span=Span(path="backend/app/main.py", line=1),
        )
        reason = f"1 failed: {PLANTED['gate']}"
        return GateReport(gate="tests", result=Result.FAILED, reason=reason, diagnostics=(printed,))


def indiscreet(path: str) -> Brain:
    """Return a model that does its work and tells, in all that it does, what it should not.

    Args:
        path: Into which file it writes a secret.
    """
    honest = seated(OfflineModel(compiler=COMPILER))

    def brain(request: Request) -> Reply:
        messages = list(request["messages"])
        if len(messages) == 1:
            names = {tool["name"] for tool in request["tools"]}
            content = f"KEY = '{PLANTED['written']}'\n"
            calls = [
                ("search", {"pattern": PLANTED["argument"]}),
                ("read_file", {"path": "specs/notes.md"}),
                ("write_file", {"path": path, "content": content}),
                ("mcp__vault__look", {"place": "here"}),
            ]
            calls = [call for call in calls if call[0] in names]
            return Reply(text=f"I use {PLANTED['answer']}.", calls=calls)
        reply = honest({**request, "messages": [messages[0], *messages[3:]]})
        return replace(reply, text=f"{reply.text} I used {PLANTED['answer']}.")

    return brain


def make_project(folder: Path) -> Path:
    """Write a project whose documents and tools hold secrets."""
    agents = {
        f"agents/{path.name}": path.read_text(encoding="utf-8").replace(
            "\ntools: ", "\nmcpServers: [vault]\ntools: mcp__vault, ", 1
        )
        for path in (ROOT / "agents").glob("*.md")
    }
    texts = {
        **PROJECT,
        **agents,
        "specs/001-bookmarks/tasks.md": TASKS,
        "specs/notes.md": f"# Notes\n\nThe registry takes {PLANTED['result']}.\n",
        "specs/features/bookmarks.md": PROJECT["specs/features/bookmarks.md"]
        + f"- **BR-002**: Exports go to the bucket with {PLANTED['spec']}.\n",
        "server.py": SERVER,
        "sdd.toml": f"[mcp.vault]\ncommand = [{json.dumps(sys.executable)}, 'server.py']\n",
    }
    for path, text in texts.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return folder


def run(
    project: Path, api: MessagesApi, monkeypatch: pytest.MonkeyPatch, *, fails: bool = False
) -> tuple[RunReport | None, str]:
    """Run `sdd implement bookmarks` with Claude's client; returns all that it said, too."""
    monkeypatch.setenv("ANTHROPIC_API_KEY", PLANTED["environment"])
    monkeypatch.setenv("ANTHROPIC_BASE_URL", api.url)
    monkeypatch.setenv("SDD_USER", "developer")
    asked = Asked(
        feature="bookmarks",
        project=project,
        model="sonnet",
        no_input=True,
        answers={"deployment": f"Take {PLANTED['human']} for it."},
        command=f"sdd implement bookmarks --key {PLANTED['prompt']}",
    )
    composed = compose_run(asked, ask=None)
    ports = replace(composed.ports, verify=lambda context: Loud(context, fails))
    said = io.StringIO()
    console = Console(file=said, width=200)
    report = None
    with PlainProgress(console, verbose=True) as progress:
        try:
            report = asyncio.run(implement(composed.request, ports, progress))
        except SddError as error:
            said.write(f"{error.message} {error.hint}")
    if report is not None:
        print_run_report(console, report, lambda *_: None, verbose=True)
        said.write(dumps({"schema_version": 1, **to_json(report)}))
    return report, said.getvalue()


def leaks(project: Path, said: str) -> Iterator[str]:
    """Yield which secret stands where, in what a run left or said."""
    places = {
        path.relative_to(project).as_posix(): path.read_bytes()
        for path in project.rglob("*")
        if path.is_file() and path.relative_to(project).parts[0] not in {"server.py", "agents"}
    }
    given = {"specs/notes.md", "specs/features/bookmarks.md"}
    for path, data in {**places, "what it said": said.encode()}.items():
        for way, planted in PLANTED.items():
            if secret_part(planted).encode() in data and path not in given:
                yield f"{way}: {path}"


@pytest.mark.slow
def test_no_secret_stands_in_what_a_landed_run_leaves_or_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Prompt, specs, environment, answers, calls, results, gates: the record names what it lost."""
    project = make_project(tmp_path)
    with messages_api(brain=indiscreet("specs/x.md")) as api:
        report, said = run(project, api, monkeypatch)

    assert report is not None
    assert report.landed, said
    assert list(leaks(project, said)) == []
    sent = json.dumps(api.requests)
    assert all(PLANTED[way] in sent for way in ("answer", "argument", "result", "mcp"))
    record = (project / (report.record or "")).read_text(encoding="utf-8")
    lost = record.partition("## Redactions")[2]
    assert "prompt, line 1: github-token" in lost
    assert "command, line 1: github-token" in lost
    assert re.search(r"response, line \d+: secret-value", lost)
    assert "taken out: " in said


@pytest.mark.slow
def test_no_secret_stands_in_what_a_failed_run_leaves_or_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Failing tests that print one, and files that hold one, kept for a human to read."""
    project = make_project(tmp_path)
    with messages_api(brain=indiscreet("backend/tests/notes.py")) as api:
        report, said = run(project, api, monkeypatch, fails=True)

    assert report is not None
    assert not report.landed
    assert "[REDACTED:connection-password]" in said
    (kept,) = project.glob(".sdd/runs/*/files/backend/tests/notes.py")
    assert "[REDACTED:huggingface-token]" in kept.read_text(encoding="utf-8")
    assert list(leaks(project, said)) == []


def test_no_secret_stands_in_what_a_refused_run_leaves_or_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A model's server that repeats what it refuses is quoted without the secret."""
    project = make_project(tmp_path)
    with messages_api(Reply(status=400, reason=f"no such key {PLANTED['fault']}")) as api:
        _, said = run(project, api, monkeypatch)

    assert list(leaks(project, said)) == []
    assert "[REDACTED:sendgrid-key]" in said
