"""A child that has FastAPI and SQLModel imported already, and forks one process for each command.

Starting an interpreter and importing takes a second; forking takes none. What is forked runs the
very script that a command names, in the folder, environment and streams that it is given.
"""

import json
import os
import runpy
import sys
import time


def main() -> None:
    import aiosqlite  # noqa: F401, PLC0415 - to have it imported
    import fastapi.testclient  # noqa: F401, PLC0415
    import jwt  # noqa: F401, PLC0415
    import sqlmodel  # noqa: F401, PLC0415
    from sqlalchemy.ext import asyncio  # noqa: F401, PLC0415

    for line in sys.stdin:
        asked = json.loads(line)
        child = os.fork()
        if child == 0:
            run(asked)
        sys.stdout.write(json.dumps(wait(child, asked["timeout"])) + "\n")
        sys.stdout.flush()


def run(asked: dict[str, object]) -> None:
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        flags = os.O_RDONLY if number == 0 else os.O_WRONLY
        os.dup2(os.open(str(asked[name]), flags), number)
    os.environ.clear()
    os.environ.update(asked["environment"])
    os.chdir(asked["folder"])
    sys.argv = [asked["script"]]
    sys.stdin = os.fdopen(0, encoding="utf-8")
    sys.stdout = os.fdopen(1, "w", encoding="utf-8")
    sys.stderr = os.fdopen(2, "w", encoding="utf-8")
    status = 1
    try:
        runpy.run_path(str(asked["script"]), run_name="__main__")
        status = 0
    finally:
        os._exit(status)


def wait(child: int, timeout: float) -> dict[str, object]:
    began = time.monotonic()
    while time.monotonic() - began < timeout:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return {"status": os.waitstatus_to_exitcode(status), "timed_out": False}
        time.sleep(0.005)
    os.kill(child, 9)
    os.waitpid(child, 0)
    return {"status": -9, "timed_out": True}


if __name__ == "__main__":
    main()
