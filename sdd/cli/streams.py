"""Standard output for machines: text as it is."""

import re
import sys

# Control characters but the tab, and those that turn the direction of what follows.
_STEERING = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


def write(text: str) -> None:
    """Write machine-readable text to stdout as it is; what stdout cannot encode is escaped."""
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(text.encode(encoding, errors="backslashreplace").decode(encoding))


def say(remark: str) -> None:
    """Write a remark to stderr, on a line of its own."""
    sys.stderr.write(f"{visible(remark)}\n")


def visible(text: str) -> str:
    """Return text of others for a terminal: signs that would steer it are written out."""
    if text.isprintable():
        return text
    return _STEERING.sub(lambda match: match[0].encode("unicode_escape").decode(), text)
