"""Kills runs of `sdd implement` with SIGKILL, lets them go on, and prints what came of it.

Usage: python benchmarks/kills.py [--kills N] [--seed N] [--gates]

A small project is implemented by Claude's client against a Messages API on loopback, behind which
the offline compiler answers. One run comes to its end undisturbed. Every other one is killed: at an
event of the run, at a change of a file's name (landing stages, moves and records files), or at a
random moment; each event is met in turn, the rest is drawn. Then the same command goes on. What
must hold: it ends 0; every file is that of the undisturbed run, the record among them, and there is
one of it; no call that the journal holds is asked of the server again; nothing in `.sdd/` is half
written. Anything else ends the script with 1. `--gates` lets the real gates judge each run.
"""

import argparse
import random
import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from durability.trial import Theatre, theatre


def main() -> int:
    """Kill, and print a table by the place of death."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--gates", action="store_true")
    asked = parser.parse_args()
    drawn = random.Random(asked.seed)  # noqa: S311 - no secret
    deaths: Counter[str] = Counter()
    late: Counter[str] = Counter()
    repeated: Counter[str] = Counter()
    bad = 0
    with theatre(gates=asked.gates) as place:
        began = time.monotonic()
        place.run(place.project("timed"))
        seconds = time.monotonic() - began
        what = f"{place.calls} model calls, {len(place.expected)} files, {seconds:.1f} s"
        print(f"undisturbed: {what}", flush=True)
        for number in range(asked.kills):
            where, die, after = lot(drawn, place, number, asked.kills, seconds)
            killed = place.kill(f"run-{number}", die, after=after)
            deaths[where] += killed.died
            late[where] += not killed.died
            repeated[where] += killed.repeated
            for line in killed.wrong:
                bad += 1
                print(f"WRONG {where} {die} {after}: {line}", flush=True)
    print(f"{'killed at':<12}{'killed':>8}{'too late':>10}{'calls under way made again':>28}")
    for where in ("event", "file", "moment"):
        print(f"{where:<12}{deaths[where]:>8}{late[where]:>10}{repeated[where]:>28}")
    print(f"{deaths.total()} killed, {bad} things wrong")
    return 1 if bad else 0


def lot(
    drawn: random.Random, place: Theatre, number: int, kills: int, seconds: float
) -> tuple[str, tuple[str, int], float | None]:
    """Return where the next run dies: a third each at events, at file names, at moments."""
    match number % 3:
        case 0:
            step = 1 + (number * place.steps["event"]) // kills
            return "event", ("event", min(step, place.steps["event"])), None
        case 1:
            return "file", ("file", drawn.randint(1, place.steps["file"])), None
        case _:
            return "moment", ("", 0), drawn.uniform(0.05, seconds)


if __name__ == "__main__":
    sys.exit(main())
