"""Runs a command of our own in a process of its own, and tells what it says meanwhile."""

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from sdd.ports import Completed

_LONGEST_LINE = 1 << 20
_PATIENCE = 10.0


async def run_ourselves(
    arguments: Sequence[str], *, folder: Path, on_line: Callable[[str], Awaitable[None]]
) -> Completed:
    """Run `sdd` with these arguments to its end; cancelled, it is interrupted as by ^C.

    Args:
        arguments: The words after `sdd`.
        folder: Where it is run.
        on_line: Is told each line of its standard error as it comes.
    """
    began = time.monotonic()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "sdd",
        *arguments,
        cwd=folder,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        limit=_LONGEST_LINE,
    )
    if process.stdout is None or process.stderr is None:
        raise RuntimeError("the streams were asked for")
    try:
        out = asyncio.ensure_future(process.stdout.read())
        said = []
        async for line in process.stderr:
            said.append(line.decode("utf-8", "replace"))
            await on_line(said[-1].rstrip())
        text = (await out).decode("utf-8", "replace")
        status = await process.wait()
    finally:
        if process.returncode is None:
            await asyncio.shield(_interrupt(process))
    return Completed(
        status=status, stdout=text, stderr="".join(said), seconds=time.monotonic() - began
    )


async def _interrupt(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(signal.SIGINT if os.name != "nt" else signal.SIGTERM)
    try:
        await asyncio.wait_for(process.communicate(), _PATIENCE)
    except TimeoutError:
        process.kill()
        await process.wait()
