"""Runs `sdd implement` with models that make mistakes, and prints by kind what came of it.

Usage: python benchmarks/adversaries.py [--runs N] [--minutes N] [--all-gates] [--seed N]
           [--served PART]

A run implements a small project in memory with the offline compiler's answers, one mistake made in
them: sometimes on an empty backend, sometimes on one that stands, sometimes behind the Messages
API on loopback. Half of the models mend what they are told, half never do. Without `--all-gates`
integration, audit, import, contract and checklist judge. After each run the script looks for what
must never be: a backend that landed with the mistake in it, a changed file outside of the backend
and the record, a changed spec, a state that does not fit the exit code, a secret in an event, in a
request, in a child's input or in what is kept. Anything of that kind ends the script with 1.
"""

import argparse
import itertools
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from adversary.mistakes import MISTAKES, Mistake
from adversary.model import Adversary
from adversary.projects import PROJECTS
from adversary.trial import OFFLINE, Arena, Trial

_ROUNDS = 3


def plan(runs: int, seed: int, served: float) -> Iterator[tuple[Mistake, str, bool, bool, bool]]:
    """Yield mistake, project, and whether it repairs, a backend stands, it is served."""
    drawn = random.Random(seed)  # noqa: S311 - no secret
    kinds = itertools.cycle(MISTAKES)
    for number in range(runs):
        mistake = next(kinds)
        project = drawn.choice(sorted(PROJECTS))
        if mistake.name == "trusts the path id":
            project = "entries"
        repairs = number // len(MISTAKES) % 2 == 0
        yield mistake, project, repairs, drawn.random() < 1 / 3, drawn.random() < served


def tried(arguments: argparse.Namespace) -> Iterator[Trial]:
    """Let every trial take place."""
    arena = Arena(all_gates=arguments.all_gates)
    began = time.monotonic()
    try:
        for number, (mistake, project, repairs, stands, served) in enumerate(
            plan(arguments.runs, arguments.seed, arguments.served)
        ):
            if time.monotonic() - began > arguments.minutes * 60:
                break
            model = Adversary(mistake=mistake, seed=number, repairs=repairs, inner=OFFLINE)
            trial = arena.trial(project, model, landed_before=stands, served=served)
            yield trial
            for wrong in trial.wrong:
                kind = f"{mistake.name}, {project}, run {number}"
                print(f"WRONG {kind}: {wrong} ({trial.report.answer})", flush=True)
            if repairs and not trial.landed:
                print(f"not mended: {mistake.name}, {project}, run {number}: {trial.report.answer}")
    finally:
        arena.processes.close()


def main(words: Sequence[str] | None = None) -> int:
    """Run, and print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--served", type=float, default=0.1)
    parser.add_argument("--minutes", type=float, default=float("inf"))
    parser.add_argument("--all-gates", action="store_true")
    arguments = parser.parse_args(words)
    started = time.monotonic()
    trials = list(tried(arguments))
    print(f"\n{'':24}  a model that mends             a model that never mends")
    print(f"{'mistake':24}  runs  landed    rounds |  runs  landed   wrong")
    for kind in (mistake.name for mistake in MISTAKES):
        of_kind = [trial for trial in trials if trial.kind == kind]
        mends = [trial for trial in of_kind if trial.repairs]
        never = [trial for trial in of_kind if not trial.repairs]
        rounds = Counter(trial.report.rounds for trial in mends if trial.landed)
        spread = "/".join(str(rounds[number]) for number in range(_ROUNDS + 1))
        wrong = sum(bool(trial.wrong) for trial in of_kind)
        print(
            f"{kind:24} {len(mends):5} {sum(item.landed for item in mends):7} {spread:>9} | "
            f"{len(never):5} {sum(item.landed for item in never):7}   {wrong}"
        )
    mending = [trial for trial in trials if trial.repairs]
    part = sum(trial.landed for trial in mending) / max(len(mending), 1)
    wrong = sum(bool(trial.wrong) for trial in trials)
    codes = Counter(int(trial.report.exit_code) for trial in trials)
    print(f"\n{len(trials)} runs in {time.monotonic() - started:.0f} s; exit codes {dict(codes)}")
    print(f"{part:.1%} of the models that mend landed within {_ROUNDS} rounds (rounds: 0/1/2/3)")
    print("landed without mending: the mistake came to nothing, tools refused it")
    print(f"{wrong} runs did what must never be")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
