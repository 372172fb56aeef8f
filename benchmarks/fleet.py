"""Lets two workers do many runs on a real PostgreSQL, kills one, and prints what came of it.

Usage: python benchmarks/fleet.py [--runs N]

Each run implements a project of its own with Claude's client against a Messages API on loopback,
behind which the offline compiler answers, with all gates. When a quarter of the runs has ended, one
of the two workers is killed in the middle of a run, and a third one takes over what it had. What
must hold: every run lands, once, with one record; no call that the journal in PostgreSQL holds is
asked of the server again; nothing is half written. Anything else ends the script with 1.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from durability.fleet import fleet_trial


def main() -> int:
    """Run the trial and print its figures."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=40)
    asked = parser.parse_args()
    trial = fleet_trial(asked.runs, kill_after=asked.runs // 4)
    for line in trial.wrong:
        print(f"WRONG {line}")
    print(f"{trial.landed} of {trial.runs} runs landed in {trial.seconds:.0f} s")
    print(f"{trial.taken_over} of the killed worker was taken over")
    print(f"{trial.calls} model calls, {trial.again} of them a second time")
    return 1 if trial.wrong or trial.landed != trial.runs else 0


if __name__ == "__main__":
    sys.exit(main())
