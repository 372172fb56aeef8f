"""The line of JSON events to the parent, kept apart from whatever the backend prints."""

import base64
import json
import os
import sys
import time
import zlib
from typing import Any, TextIO


class Channel:
    """Writes events to what was standard output; the backend's prints go to standard error."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.stage = ""
        self._began = 0.0

    @classmethod
    def take_stdout(cls) -> "Channel":
        """Keep standard output to ourselves and let everybody else write to standard error."""
        sys.stdout.flush()
        stream = os.fdopen(os.dup(1), "w", encoding="utf-8", errors="backslashreplace")
        os.dup2(2, 1)
        return cls(stream)

    def begin(self, stage: str) -> None:
        """Say that a stage has begun, so that a hang can be put down to it."""
        self.stage = stage
        self._began = time.monotonic()
        self.emit({"event": "begin", "stage": stage})

    def result(self, data: dict[str, Any]) -> None:
        """Hand over what the present stage found."""
        seconds = round(time.monotonic() - self._began, 3)
        self.emit({"event": "result", "stage": self.stage, "seconds": seconds, "data": data})

    def emit(self, event: dict[str, Any]) -> None:
        """Write one event as one line, packed: the parent keeps a limited amount of output."""
        packed = zlib.compress(json.dumps(event, default=str).encode())
        self._stream.write(base64.b64encode(packed).decode() + "\n")
        self._stream.flush()
