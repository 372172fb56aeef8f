"""The system's clock."""

import time
from datetime import datetime


class SystemClock:
    """Tells the machine's time, in its own zone."""

    def now(self) -> datetime:
        """Return the present moment, with its UTC offset."""
        return datetime.now().astimezone()

    def monotonic(self) -> float:
        """Return seconds that never run backwards, for durations."""
        return time.monotonic()
