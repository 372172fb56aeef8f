"""One job from standard input to a line of events: load, describe, attack, or run the tests."""

import asyncio
import json
import logging
import os
import sys
import tempfile
import traceback
from pathlib import Path
from urllib.parse import urlsplit

from . import confine, own_tests
from .channel import Channel
from .job import Job
from .loading import LoadError, load_app
from .session import Imported, Served, Session
from .wire import WireClient

_TRACEBACK = 1500


def main() -> None:
    """Run the job on standard input and leave at once: a backend's threads do not hold us."""
    channel = Channel.take_stdout()
    asked = json.load(sys.stdin)
    logging.disable(logging.CRITICAL)
    scratch = tempfile.TemporaryDirectory(prefix="sdd-verify-", ignore_cleanup_errors=True)
    job = Job(asked, Path(scratch.name))
    confine.close_network([urlsplit(job.database_url or "").hostname or ""])
    timer = confine.watch_time(
        job.seconds,
        job.folder,
        job.scratch,
        lambda where: channel.emit({"event": "hang", "stage": channel.stage, "where": where}),
    )
    try:
        _run(job, channel)
    except Exception:  # noqa: BLE001 - what the backend raises is caught where it is called: a bug
        channel.emit({"event": "bug", "text": traceback.format_exc()[-_TRACEBACK:]})
    finally:
        timer.cancel()
        os.chdir("/")
        scratch.cleanup()
        sys.stderr.flush()
    os._exit(0)


def _run(job: Job, channel: Channel) -> None:
    os.chdir(job.folder)
    if not job.base_url:
        job.prepare()
    if "tests" in job.stages:
        channel.begin("tests")
        channel.result(own_tests.run(job.folder))
        return
    channel.begin("import")
    if job.base_url:
        asyncio.run(Session(job, channel, Served(WireClient(job.base_url))).run())
        return
    try:
        loaded = load_app(job.folder, job.app, job.scratch)
    except LoadError as error:
        channel.result({"ok": False, **error.facts})
        return
    asyncio.run(Session(job, channel, Imported(loaded, job.folder)).run())
