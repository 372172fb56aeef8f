"""Runs `sdd implement` with models that make mistakes, and prints by kind what came of it.

Usage: python benchmarks/adversaries.py [--runs N] [--minutes N] [--all-gates] [--seed N]
           [--served PART] [--journal FILE]

A run implements a small project in memory with the offline compiler's answers, one mistake made in
them: sometimes on an empty backend, sometimes on one that stands, sometimes behind the Messages
API on loopback. Half of the models mend what they are told, half never do. Without `--all-gates`
integration, audit, import, contract and checklist judge. After each run the script looks for what
must never be: a backend that landed with the mistake in it, a changed file outside of the backend
and the record, a changed spec, a state that does not fit the exit code, a secret in an event, in a
request, in a child's input or in what is kept. Anything of that kind ends the script with 1.

With `--journal` each run leaves a line in a file, and runs that have theirs are not done again: a
long series can be done in pieces, and the table is of all of them.
"""

import argparse
import itertools
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from adversary.mistakes import MISTAKES, Mistake
from adversary.model import Adversary
from adversary.projects import PROJECTS
from adversary.trial import OFFLINE, Arena

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


def tried(arguments: argparse.Namespace, done: set[int]) -> Iterator[dict[str, Any]]:
    """Let every trial take place that has not yet, and yield what is kept of it."""
    arena = Arena(all_gates=arguments.all_gates)
    began = time.monotonic()
    try:
        for number, (mistake, project, repairs, stands, served) in enumerate(
            plan(arguments.runs, arguments.seed, arguments.served)
        ):
            if number in done:
                continue
            if time.monotonic() - began > arguments.minutes * 60:
                break
            model = Adversary(mistake=mistake, seed=number, repairs=repairs, inner=OFFLINE)
            started = time.monotonic()
            trial = arena.trial(project, model, landed_before=stands, served=served)
            yield {
                "number": number,
                "kind": trial.kind,
                "project": project,
                "repairs": repairs,
                "stands": stands,
                "served": served,
                "landed": trial.landed,
                "rounds": trial.report.rounds,
                "exit": int(trial.report.exit_code),
                "wrong": list(trial.wrong),
                "answer": trial.report.answer,
                "seconds": round(time.monotonic() - started, 2),
            }
    finally:
        arena.processes.close()


def kept(journal: Path | None) -> list[dict[str, Any]]:
    """Return the lines of the runs that were done before."""
    if journal is None or not journal.exists():
        return []
    return [json.loads(line) for line in journal.read_text("utf-8").splitlines()]


def told(line: Mapping[str, Any]) -> None:
    """Print what nobody should have to look for in a table."""
    kind = f"{line['kind']}, {line['project']}, run {line['number']}"
    for wrong in line["wrong"]:
        print(f"WRONG {kind}: {wrong} ({line['answer']})", flush=True)
    if line["repairs"] and not line["landed"]:
        print(f"not mended: {kind}: {line['answer']}", flush=True)


def main(words: Sequence[str] | None = None) -> int:
    """Run, and print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--served", type=float, default=0.1)
    parser.add_argument("--minutes", type=float, default=float("inf"))
    parser.add_argument("--all-gates", action="store_true")
    parser.add_argument("--journal", type=Path)
    arguments = parser.parse_args(words)
    lines = kept(arguments.journal)
    for line in tried(arguments, {line["number"] for line in lines}):
        told(line)
        lines.append(line)
        if arguments.journal is not None:
            with arguments.journal.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")
    return table(lines)


def table(lines: Sequence[Mapping[str, Any]]) -> int:
    """Print what came of all runs; 1 if one of them did what must never be."""
    print(f"\n{'':24}  a model that mends             a model that never mends")
    print(f"{'mistake':24}  runs  landed    rounds |  runs  landed   wrong")
    for kind in (mistake.name for mistake in MISTAKES):
        of_kind = [line for line in lines if line["kind"] == kind]
        mends = [line for line in of_kind if line["repairs"]]
        never = [line for line in of_kind if not line["repairs"]]
        rounds = Counter(line["rounds"] for line in mends if line["landed"])
        spread = "/".join(str(rounds[number]) for number in range(_ROUNDS + 1))
        wrong = sum(bool(line["wrong"]) for line in of_kind)
        print(
            f"{kind:24} {len(mends):5} {sum(line['landed'] for line in mends):7} {spread:>9} | "
            f"{len(never):5} {sum(line['landed'] for line in never):7}   {wrong}"
        )
    mending = [line for line in lines if line["repairs"]]
    part = sum(line["landed"] for line in mending) / max(len(mending), 1)
    wrong = sum(bool(line["wrong"]) for line in lines)
    codes = Counter(line["exit"] for line in lines)
    seconds = sum(line["seconds"] for line in lines)
    print(f"\n{len(lines)} runs in {seconds:.0f} s; exit codes {dict(sorted(codes.items()))}")
    print(f"{part:.1%} of the models that mend landed within {_ROUNDS} rounds (rounds: 0/1/2/3)")
    print("landed without mending: the mistake came to nothing, tools refused it")
    print(f"{wrong} runs did what must never be")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
