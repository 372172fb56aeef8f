"""How many seeded faults `sdd audit` calls violated, and how many rewrites it judges as before.

    python benchmarks/audit_faults.py [--most N] [--skip NAME]... [CHECKOUTS [--labels LABELS]]

Our own backend is rendered in every layout, style and way of verifying tokens; CHECKOUTS is a
folder of other projects; with LABELS (see audit_truth.py) those that have one, at the root that it
names, and our own backend is left out. At most N faults and N rewrites of a kind are tried in each
(default 4; 0: all). Printed: a table of kind by fate, each fault that was not caught, each rewrite
that changed a verdict, and the shares. "Second lock" means that another check stops the fault
(docs/faults.md); such faults break nothing and are left out of the share.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import product
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from generate.samples import SAMPLES, with_keys  # noqa: E402 - the tests' own samples
from memory_files import MemoryFiles  # noqa: E402

from sdd.adapters.source_tree import read_tree  # noqa: E402
from sdd.audit import AuditSettings  # noqa: E402
from sdd.audit.survey import survey  # noqa: E402
from sdd.faults import rewrites  # noqa: E402
from sdd.generate import Options, render  # noqa: E402
from sdd.generate.layouts import LAYOUTS  # noqa: E402
from sdd.generate.styles import STYLES  # noqa: E402
from sdd.program import Program, load  # noqa: E402
from sdd.workflow.self_test import Bench, Fate, Trial, self_test, spread  # noqa: E402

WANTED = 0.98


def main() -> int:
    """Try faults and rewrites on every program."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("checkouts", nargs="?", type=Path)
    parser.add_argument("--most", type=int, default=4, help="of a kind in one program; 0: all")
    parser.add_argument("--labels", type=Path, help="a NAME.json with a root for each checkout")
    parser.add_argument("--skip", action="append", default=[], help="leave a checkout out")
    arguments = parser.parse_args()
    most = arguments.most or None
    enough = arguments.labels is not None or _measure("our own backend", _own(), most)
    if arguments.checkouts is not None:
        programs = _checkouts(arguments.checkouts, set(arguments.skip), arguments.labels)
        enough = _measure("checkouts", programs, most) and enough
    return 0 if enough else 1


def _own() -> Iterator[tuple[str, Program]]:
    samples = {
        **SAMPLES,
        "tasks-and-comments-keys": lambda: with_keys(SAMPLES["tasks-and-comments"]()),
    }
    for (name, sample), layout, style in product(samples.items(), LAYOUTS, STYLES):
        files = render(sample(), Options(layout=layout, style=style))
        tree = MemoryFiles({str(item.path): item.content for item in files})
        yield f"{name}, {layout}, {style}", load(tree)


def _checkouts(
    folder: Path, skipped: set[str], labels: Path | None
) -> Iterator[tuple[str, Program]]:
    for checkout in sorted(folder.iterdir()):
        label = labels / f"{checkout.name}.json" if labels else None
        wanted = label.is_file() if label else checkout.is_dir()
        if wanted and checkout.name not in skipped:
            root = json.loads(label.read_text(encoding="utf-8"))["root"] if label else "."
            yield checkout.name, load(read_tree(checkout / root))


def _measure(title: str, programs: Iterator[tuple[str, Program]], most: int | None) -> bool:
    fates: Counter[tuple[str, Fate]] = Counter()
    kept: Counter[tuple[str, bool]] = Counter()
    for name, program in programs:
        result = self_test(program, most=most)
        fates.update((trial.mutation.kind.value, trial.fate) for trial in result.trials)
        good = {Fate.CAUGHT, Fate.SECOND_LOCK}
        _tell(name, [trial for trial in result.trials if trial.fate not in good])
        tried = list(_rewritten(program, most))
        kept.update((trial.mutation.kind.value, _is_kept(trial)) for trial in tried)
        _tell(name, [trial for trial in tried if not _is_kept(trial)])
        print(f"{name}: {len(result.trials)} faults, {len(tried)} rewrites", flush=True)
    return _table(title, fates, kept)


def _rewritten(program: Program, most: int | None) -> Iterator[Trial]:
    report, facts = survey(program)
    bench = Bench(program=program, settings=AuditSettings(), before=report)
    for mutation in spread(rewrites(program, facts), most):
        yield bench.trial(mutation)


def _is_kept(trial: Trial) -> bool:
    return trial.fate is Fate.MISSED


def _tell(name: str, trials: list[Trial]) -> None:
    for trial in trials:
        words = " ".join(trial.mutation.title.split())
        kind = trial.mutation.kind.value
        print(f"  {name}: {trial.fate.value}: {kind}: {trial.mutation.span}: {words}: {trial.told}")


def _table(title: str, fates: Counter[tuple[str, Fate]], kept: Counter[tuple[str, bool]]) -> bool:
    print(f"\n{title}: faults")
    for kind in dict.fromkeys(kind for kind, _ in fates):
        print(f"  {kind:26}" + "".join(f"{fates[kind, fate]:5} {fate.value:12}" for fate in Fate))
    total = {fate: sum(n for (_, one), n in fates.items() if one is fate) for fate in Fate}
    real = sum(total.values()) - total[Fate.SECOND_LOCK]
    caught = total[Fate.CAUGHT] / max(1, real)
    print(
        f"{title}: {real} faults, {total[Fate.CAUGHT]} violated ({caught:.1%}), "
        f"{total[Fate.UNDECIDED]} unknown, {total[Fate.MISSED]} as before, "
        f"beside {total[Fate.SECOND_LOCK]} behind a second lock"
    )
    print(f"\n{title}: rewrites")
    for kind in dict.fromkeys(kind for kind, _ in kept):
        print(f"  {kind:26}{kept[kind, True]:5} of {kept[kind, True] + kept[kind, False]}")
    every = sum(kept.values())
    same = sum(number for (_, is_kept), number in kept.items() if is_kept) / max(1, every)
    print(f"{title}: {every} rewrites, {same:.1%} keep their verdicts\n", flush=True)
    return caught >= WANTED and same >= WANTED and not total[Fate.MISSED]


if __name__ == "__main__":
    sys.exit(main())
