"""The tools, each of them one command of `sdd` in a process of its own.

A server lives for days and a run may be cancelled at any moment: nothing of a run stays behind in
here, and what a tool returns is what `--format json` prints.
"""

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sdd import __version__
from sdd.adapters.ourselves import run_ourselves
from sdd.errors import ExitCode, MissingExtraError
from sdd.wiring.project import find_project

try:
    from mcp.server.mcpserver import Context, MCPServer
    from mcp.server.mcpserver.exceptions import ToolError
    from mcp.types import ToolAnnotations
except ImportError as error:
    raise MissingExtraError("agents", "Serving over MCP") from error

Report = dict[str, Any]
_INSTRUCTIONS = """\
Spec-driven development of a FastAPI backend. `spec_check` and `spec_show` read the specs;
`implement` lets agents build the backend, holds it against gates and shows what would land
unless `dry_run` is false; `audit` proves that every route is authenticated and every query
confined to the user; `verify` starts the backend and tries to break it. The `exit_code` of a
result is 0 when all is well, 1 when there are findings, 3 when a human has to decide, 4 when a
limit was reached."""
_READS = ToolAnnotations(read_only_hint=True, open_world_hint=False)
_WRITES = ToolAnnotations(read_only_hint=False, destructive_hint=False, open_world_hint=True)
_RESULTS = frozenset({ExitCode.CLEAN, ExitCode.FINDINGS, ExitCode.NEEDS_HUMAN, ExitCode.LIMIT})


def make_server(project: Path | None) -> "MCPServer":
    """Return the server of a project: the folder named, or the one around the present folder.

    Raises:
        SddError: There is no such project.
    """
    root = find_project(project or Path.cwd(), explicit=project is not None)
    server = MCPServer("sdd", instructions=_INSTRUCTIONS, version=__version__, log_level="WARNING")
    tools = Tools(root)
    for read in (
        tools.audit,
        tools.spec_check,
        tools.spec_show,
        tools.verify,
        tools.records_list,
        tools.records_search,
        tools.decisions_suggest,
        tools.agents_list,
        tools.runs_list,
        tools.runs_show,
    ):
        server.tool(annotations=_READS)(read)
    server.tool(annotations=_WRITES)(tools.implement)
    return server


@dataclass(frozen=True, slots=True)
class Tools:
    """What a client may ask for, in one project."""

    root: Path

    async def audit(self, context: Context, folder: str = "", explain: str = "") -> Report:
        """Check by reading that every route is authenticated and every query confined to the user.

        Args:
            context: The request.
            folder: The backend's folder, relative to the project; empty: found.
            explain: A route whose reasons are wanted, as in `GET /api/tasks`.
        """
        if not (self.root / folder).resolve().is_relative_to(self.root.resolve()):
            raise ToolError(f"{folder} lies outside the project.")
        options = [f"--explain={explain}"] if explain else []
        return await self._run(context, "audit", options, folder)

    async def spec_check(self, context: Context, feature: str = "") -> Report:
        """Report what is wrong, contradictory or not understood in specs, of a feature or all."""
        return await self._run(context, "spec check", self._here(), feature)

    async def spec_show(self, context: Context, feature: str = "") -> Report:
        """Return what the specs state: endpoints, entities, requirements, open questions."""
        return await self._run(context, "spec show", self._here(), feature)

    async def verify(self, context: Context, feature: str = "all") -> Report:
        """Start the backend and try to break it: contract, schema, two users, forged tokens."""
        return await self._run(context, "verify", self._here(), feature)

    async def implement(
        self,
        context: Context,
        feature: str,
        dry_run: bool = True,  # noqa: FBT001, FBT002 - arguments of tools have names
        answers: Mapping[str, str] | None = None,
    ) -> Report:
        """Let agents implement a feature; show what would land, or land it when all gates pass.

        Args:
            context: The request.
            feature: A feature of specs/, or `all`.
            dry_run: Write nothing.
            answers: Answers of a human to open questions, by the question's id.
        """
        options = [*self._here(), "--no-input", *(["--dry-run"] if dry_run else [])]
        with tempfile.TemporaryDirectory(prefix="sdd-mcp-") as folder:
            if answers:
                options.append(f"--answers={_write_answers(folder, answers)}")
            return await self._run(context, "implement", options, feature)

    async def records_list(self, context: Context, feature: str = "") -> Report:
        """List the prompt history records, of one feature or all."""
        return await self._run(context, "phr list", self._here(), feature)

    async def records_search(self, context: Context, text: str) -> Report:
        """Find the lines of prompt history records that hold a text."""
        return await self._run(context, "phr search", self._here(), text)

    async def decisions_suggest(self, context: Context, feature: str = "") -> Report:
        """Suggest decisions that deserve a record; none is ever written here."""
        return await self._run(context, "adr suggest", self._here(), feature)

    async def agents_list(self, context: Context) -> Report:
        """List the agents that would work, and where they are defined."""
        return await self._run(context, "agents list", self._here())

    async def runs_list(self, context: Context) -> Report:
        """List the runs of the project, the newest first."""
        return await self._run(context, "runs list", self._here())

    async def runs_show(self, context: Context, run: str) -> Report:
        """Show one run: what it was asked, how it ended, its numbers."""
        return await self._run(context, "runs show", self._here(), run)

    def _here(self) -> list[str]:
        return [f"--project={self.root}"]

    async def _run(
        self, context: Context, command: str, options: Sequence[str], argument: str = ""
    ) -> Report:
        told = 0

        async def tell(line: str) -> None:
            nonlocal told
            told += 1
            await context.report_progress(told, message=line)

        # Behind `--` nothing that a client sends can be taken for an option.
        given = ["--", argument] if argument else []
        words = [*command.split(), *options, "--format=json", *given]
        ended = await run_ourselves(words, folder=self.root, on_line=tell)
        report = _report(ended.stdout)
        error = report.get("error")
        if isinstance(error, dict):
            raise ToolError(" ".join(filter(None, (error.get("message"), error.get("hint")))))
        if ended.status not in _RESULTS or not report:
            raise ToolError(f"sdd {command} ended {ended.status}. {ended.stderr[-1000:]}".strip())
        return {"exit_code": ended.status, **report}


def _write_answers(folder: str, answers: Mapping[str, str]) -> Path:
    path = Path(folder, "answers.json")
    path.write_text(json.dumps(dict(answers)), encoding="utf-8")
    return path


def _report(text: str) -> Report:
    try:
        report = json.loads(text)
    except ValueError:
        return {}
    return report if isinstance(report, dict) else {}
