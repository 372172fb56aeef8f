"""Prints how long `sdd audit` takes on a tree, beside parsing alone and other checkers, in one run.

Usage: python benchmarks/audit_speed.py TREE [--tools VENV] [--repeats N]

`ast.parse` reads and parses the files that the audit reads, in this process, on one core, with
the garbage collector off and each tree dropped at once. `cold` is the whole command without its
cache, `warm` with one that fits. VENV is an environment with semgrep and bandit; what is not
installed is left out, and said. semgrep asks the same two questions (`audit_rules.yml`).
"""

import argparse
import ast
import gc
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sdd.adapters.source_tree import SourceTree, read_tree
from sdd.program import load

RULES = Path(__file__).with_name("audit_rules.yml")
START = "import typer"  # in a pipe, as here, Rich is not loaded
WARM_LIMIT = 0.3
COLD_LIMIT = 2.0
FINDINGS = (0, 1, 2, 3)


def main() -> None:
    """Measure everything in turn and print one line each."""
    options = _options()
    tree: Path = options.tree.resolve()
    sources = _sources(tree)
    lines = sum(data.count(b"\n") for data in sources.contents.values())
    print(f"{len(sources.contents)} files, {lines / 1000:.1f} kLOC below {options.tree}")
    parse = _best(options.repeats, lambda: _parse(sources))
    _show("ast.parse, one core, no collector", parse, parse)
    start = _best(options.repeats, lambda: _run([sys.executable, "-c", START]))
    _show("start-up: Python, Typer", start, parse)
    with tempfile.TemporaryDirectory() as folder:
        copy = _copy(sources, Path(folder) / "tree")
        audit = [sys.executable, "-m", "sdd", "audit", str(copy), "--format", "json"]
        cold = _best(options.repeats, lambda: _run([*audit, "--no-cache"]))
        _run(audit)
        warm = _best(options.repeats, lambda: _run(audit))
        _show("sdd audit, cold", cold, parse)
        _show("sdd audit, warm", warm, parse)
        for name, command in _others(options.tools, copy).items():
            if command is None:
                print(f"{name:36} not installed (see --tools)")
            else:
                _show(name, _best(1, lambda command=command: _run(command)), parse)
    above = warm.wall - start.wall
    worked = warm.processor - start.processor
    print(
        f"warm beyond start-up: {above:.2f} s wall, {worked:.2f} s cpu "
        f"(asked for: at most {WARM_LIMIT})"
    )
    ratio = max(cold.processor - start.processor, 0) / parse.processor
    print(f"cold beyond start-up against ast.parse: {ratio:.1f} (asked for: at most {COLD_LIMIT})")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tree", type=Path)
    parser.add_argument("--tools", type=Path, help="environment with semgrep and bandit")
    parser.add_argument("--repeats", type=int, default=3)
    return parser.parse_args()


def _sources(tree: Path) -> SourceTree:
    """Return the files that the audit reads."""
    sources = read_tree(tree)
    load(sources)
    return sources


def _copy(sources: SourceTree, folder: Path) -> Path:
    """Copy these files alone, so that every checker judges the same ones."""
    for path, data in sources.contents.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return folder


def _parse(sources: SourceTree) -> None:
    """Parse every file; what this interpreter cannot parse costs what the attempt costs."""
    gc.disable()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for data in sources.contents.values():
            try:
                ast.parse(data)
            except (SyntaxError, ValueError):
                continue
    gc.enable()


def _others(tools: Path | None, tree: Path) -> dict[str, list[str] | None]:
    ruff, semgrep, bandit = (_find(name, tools) for name in ("ruff", "semgrep", "bandit"))
    return {
        "ruff check, all rules, no cache": ruff
        and [ruff, "check", "--isolated", "--no-cache", "--select", "ALL", "-q", str(tree)],
        "semgrep, the same two questions": semgrep
        and [semgrep, "scan", "--metrics=off", "--disable-version-check", "-q",
             "--no-git-ignore", "--config", str(RULES), str(tree)],
        "bandit": bandit and [bandit, "-q", "-r", str(tree)],
    }  # fmt: skip


def _find(name: str, tools: Path | None) -> str | None:
    places = [str(tools / "bin")] if tools else []
    beside = [str(Path(sys.executable).parent)]
    return next(
        (found for place in (*places, *beside) if (found := shutil.which(name, path=place))),
        shutil.which(name),
    )


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode not in FINDINGS:
        sys.stderr.write(done.stderr.decode(errors="replace")[-2000:])
        raise SystemExit(f"{command[0]} ended {done.returncode}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """Seconds on the wall, and of the processor; on a busy machine compare the latter."""

    wall: float
    processor: float


def _best(repeats: int, work: Callable[[], None]) -> Taken:
    taken = []
    for _ in range(repeats):
        wall, processor = time.perf_counter(), _processor()
        work()
        taken.append(Taken(wall=time.perf_counter() - wall, processor=_processor() - processor))
    return Taken(wall=min(one.wall for one in taken), processor=min(one.processor for one in taken))


def _processor() -> float:
    """Return the processor time of this process and of its children that have ended."""
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def _show(name: str, taken: Taken, base: Taken) -> None:
    ratio = taken.processor / base.processor
    print(f"{name:36} {taken.wall:8.3f} s wall {taken.processor:8.3f} s cpu {ratio:8.1f} x")


if __name__ == "__main__":
    main()
