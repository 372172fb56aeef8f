"""Prints how long commands take to start, beside Python and Typer alone, in one run.

Usage: python benchmarks/startup.py [REPEATS]
"""

import subprocess
import sys
import time

CASES = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "python -c 'import typer, rich.console'": [sys.executable, "-c", "import typer, rich.console"],
    "sdd --version": [sys.executable, "-m", "sdd", "--version"],
    "sdd --help": [sys.executable, "-m", "sdd", "--help"],
    "sdd implement --help": [sys.executable, "-m", "sdd", "implement", "--help"],
}
BASE = "python -c 'import typer, rich.console'"
LIMIT = 2.5


def best(command: list[str], repeats: int) -> float:
    """Return the shortest of several wall-clock times, in seconds."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        subprocess.run(command, capture_output=True, check=True)
        times.append(time.perf_counter() - start)
    return min(times)


def main() -> None:
    """Measure every case in turn and print milliseconds and the ratio to the base."""
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    measured = {name: best(command, repeats) for name, command in CASES.items()}
    base = measured[BASE]
    for name, seconds in measured.items():
        print(f"{name:42} {seconds * 1000:7.0f} ms   {seconds / base:5.2f} x")
    ratio = measured["sdd --help"] / base
    print(f"sdd --help against {BASE}: {ratio:.2f} (asked for: at most {LIMIT})")


if __name__ == "__main__":
    main()
