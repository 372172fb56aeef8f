"""The face for programs: what the command line does, as tools of an MCP server."""

from pathlib import Path


def serve(project: Path | None) -> None:
    """Serve a project's tools on standard input and output until the client leaves.

    Raises:
        SddError: There is no such project, or what serving needs is not installed.
    """
    from sdd.mcp.server import make_server  # noqa: PLC0415 - slow to import

    make_server(project).run("stdio")
