"""Standard output for machines: text as it is."""

import sys


def write(text: str) -> None:
    """Write machine-readable text to stdout as it is; what stdout cannot encode is escaped."""
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(text.encode(encoding, errors="backslashreplace").decode(encoding))
