"""Compares the reports of `sdd audit` with labels that a person wrote by reading the code.

Usage: python benchmarks/audit_truth.py LABELS CHECKOUTS [--reports DIR] [--details]

LABELS has a NAME.json for each project, CHECKOUTS a folder NAME with its code. Labels:

    {"root": "backend", "routes": [{"method", "path", "file", "line", "handler",
      "auth": "safe|vulnerable|public-by-design", "isolation": "safe|vulnerable|none", "why",
      "accesses": [{"entity", "operation", "file", "line", "safe": true|false}]}],
     "apps": ["src/main.py"], "findings": [{"rule", "file", "line", "why"}]}

`apps`, where given, names the files of the applications that are meant; others are not looked at.
A route with `debatable` (isolation) or `debatable_auth` is counted apart: a fair reader could
decide either way. With `moot`, isolation hangs on a broken authentication, and is counted only
where the checker did not report that.
"""

import argparse
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

WORST_FIRST = ("violated", "unknown", "public", "none", "proved", "missing")
SILENT = {"auth": ("proved", "public"), "isolation": ("proved", "none")}
FETCH_APART = 8
LINES_APART = 80  # a statement is built in one place and executed further down


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """One label beside the checker's verdict on the same thing."""

    project: str
    subject: str
    place: str
    aspect: str
    label: str
    verdict: str
    is_debatable: bool
    why: str
    because: str

    @property
    def is_wrong_proof(self) -> bool:
        """Whether the checker vouched for, or was silent about, something that can be attacked."""
        return self.label == "vulnerable" and self.verdict in SILENT.get(self.aspect, ("proved",))

    @property
    def is_false_alarm(self) -> bool:
        """Whether the checker accused something sound."""
        return self.label != "vulnerable" and self.verdict == "violated"

    @property
    def is_gap(self) -> bool:
        """Whether the checker could not decide, or did not see the thing at all."""
        return self.verdict in {"unknown", "missing"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What the numbers of one aspect come to."""

    judged: int
    wrong_proofs: int
    true_alarms: int
    false_alarms: int
    vulnerable: int
    unknown: int
    missing: int

    @property
    def precision(self) -> float | None:
        """The share of `violated` that is true."""
        alarms = self.true_alarms + self.false_alarms
        return self.true_alarms / alarms if alarms else None

    @property
    def recall(self) -> float | None:
        """The share of vulnerable things that are `violated`."""
        return self.true_alarms / self.vulnerable if self.vulnerable else None

    @property
    def unknown_rate(self) -> float | None:
        """The share of things on which no decision was made."""
        return self.unknown / self.judged if self.judged else None


def score(judgements: list[Judgement]) -> Score:
    """Count one aspect."""
    return Score(
        judged=len(judgements),
        wrong_proofs=sum(item.is_wrong_proof for item in judgements),
        true_alarms=sum(
            item.label == "vulnerable" and item.verdict == "violated" for item in judgements
        ),
        false_alarms=sum(item.is_false_alarm for item in judgements),
        vulnerable=sum(item.label == "vulnerable" for item in judgements),
        unknown=sum(item.verdict == "unknown" for item in judgements),
        missing=sum(item.verdict == "missing" for item in judgements),
    )


def plain(path: str) -> str:
    """Take the converters out of a path: `{file:path}` is `{file}`."""
    head, *pieces = path.split("{")
    parts = (piece.partition("}") for piece in pieces)
    return head + "".join("{" + name.partition(":")[0] + "}" + tail for name, _, tail in parts)


def matching(label: dict[str, Any], routes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Find the rows of a labelled route: the same handler, or else the same method and path."""
    same = [
        row
        for row in routes
        if row["method"] == label["method"] and plain(row["path"]) == plain(label["path"])
    ]
    place = label["file"], label["line"]
    return [row for row in same if (row["file"], row["line"]) == place] or [
        row for row in same if row["file"] == label["file"]
    ]


def worst(rows: list[dict[str, Any]], aspect: str) -> tuple[str, str]:
    """Return the worst verdict that a route got on any of its mounts, and the reason for it."""
    verdicts = [(row[aspect]["verdict"], str(reason(row[aspect]))) for row in rows]
    return min(verdicts, key=lambda item: WORST_FIRST.index(item[0]), default=("missing", ""))


def reason(aspect: dict[str, Any]) -> str:
    """Say why the checker judged so: its own sentence, or those of the accesses that matter."""
    if "because" in aspect:
        return str(aspect["because"])
    return "; ".join(
        f"{access['entity']} {access['operation']} line {access['line']}: {access['because']}"
        for access in aspect.get("accesses", ())
        if access["verdict"] == aspect["verdict"]
    )


def meant(labels: dict[str, Any], report: dict[str, Any]) -> list[dict[str, Any]]:
    """Leave out the routes of applications that the labels do not speak of."""
    apps = labels.get("apps")
    return [
        row
        for row in report["routes"]
        if not apps or str(row.get("app", "")).partition(":")[0] in apps
    ]


def judge(project: str, labels: dict[str, Any], report: dict[str, Any]) -> Iterator[Judgement]:
    """Set every label of a project beside the report."""
    routes = meant(labels, report)
    for label in labels["routes"]:
        rows = matching(label, routes)
        auth, _ = worst(rows, "auth")
        for aspect in ("auth", "isolation"):
            if aspect == "isolation" and label.get("moot") and auth == "violated":
                continue
            verdict, because = worst(rows, aspect)
            flag = "debatable_auth" if aspect == "auth" else "debatable"
            yield Judgement(
                project=project,
                subject=f"{label['method']} {label['path']}",
                place=f"{label['file']}:{label['line']}",
                aspect=aspect,
                label=label[aspect],
                verdict=verdict,
                is_debatable=bool(label.get(flag)),
                why=label["why"],
                because=because,
            )
        if not (label.get("moot") and auth == "violated"):
            yield from judge_accesses(project, label, rows)


def judge_accesses(
    project: str, label: dict[str, Any], rows: list[dict[str, Any]]
) -> Iterator[Judgement]:
    """Set every labelled access of a route beside the nearest one that the checker saw."""
    seen = [access for row in rows for access in row["isolation"].get("accesses", ())]
    for access in label["accesses"]:
        found = nearest(access, seen)
        yield Judgement(
            project=project,
            subject=f"{label['method']} {label['path']}: {access['entity']} {access['operation']}",
            place=f"{access['file']}:{access['line']}",
            aspect="access",
            label="safe" if access["safe"] else "vulnerable",
            verdict=found["verdict"] if found else "missing",
            is_debatable=bool(label.get("debatable")),
            why=access["why"],
            because=str(found["because"]) if found else "",
        )


def nearest(access: dict[str, Any], seen: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Find the checker's access to the same entity, same operation first, closest line first."""
    near = [
        other
        for other in seen
        if other["entity"].rpartition(".")[2] == access["entity"]
        and other["file"] == access["file"]
        and abs(other["line"] - access["line"]) <= LINES_APART
    ]
    return min(
        near,
        key=lambda other: (
            other["operation"] != access["operation"],
            abs(other["line"] - access["line"]),
        ),
        default=None,
    )


def unlabelled(labels: dict[str, Any], report: dict[str, Any]) -> int:
    """Count the checker's routes that nobody labelled."""
    routes = meant(labels, report)
    known = [row for label in labels["routes"] for row in matching(label, routes)]
    return sum(row not in known for row in routes)


def findings(labels: dict[str, Any], report: dict[str, Any]) -> Iterator[tuple[str, bool]]:
    """Yield the rule of each finding beside the routes, and whether the checker reports it too."""
    for finding in labels.get("findings", ()):
        said = [item for item in report["diagnostics"] if item["rule"] == finding["rule"]]
        places = [place for item in said for place in (item, *item.get("related", ()))]
        yield finding["rule"], any(is_near(place, finding) for place in places)


def is_near(place: dict[str, Any], finding: dict[str, Any]) -> bool:
    """Whether two places are one statement, or a statement and the fetch before it."""
    apart = abs(int(place["line"]) - int(finding["line"]))
    return bool(place["file"] == finding["file"] and apart <= FETCH_APART)


def audit(folder: Path) -> dict[str, Any]:
    """Run the checker on a folder."""
    command = [sys.executable, "-m", "sdd", "audit", str(folder), "--format", "json"]
    text = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    report: dict[str, Any] = json.loads(text)
    return report


def show(aspect: str, judgements: list[Judgement]) -> None:
    """Print the confusion of one aspect and what it comes to."""
    table = Counter((item.label, item.verdict) for item in judgements)
    labels = sorted({label for label, _ in table})
    verdicts = sorted({verdict for _, verdict in table}, key=WORST_FIRST.index)
    print(f"\n{aspect}: {len(judgements)}")
    print(f"{'':18}" + "".join(f"{verdict:>10}" for verdict in verdicts))
    for label in labels:
        print(f"{label:18}" + "".join(f"{table[label, verdict]:10}" for verdict in verdicts))
    result = score(judgements)
    print(
        f"wrong proofs {result.wrong_proofs}, false alarms {result.false_alarms}, "
        f"precision {share(result.precision)}, recall {share(result.recall)}, "
        f"unknown {share(result.unknown_rate)}, missing {result.missing}"
    )


def share(value: float | None) -> str:
    """Write a share in per cent."""
    return "-" if value is None else f"{100 * value:.1f} %"


def show_details(judgements: list[Judgement]) -> None:
    """Print every disagreement, the gravest first."""
    kinds = (
        ("WRONG PROOF", lambda item: item.is_wrong_proof),
        ("FALSE ALARM", lambda item: item.is_false_alarm),
        ("GAP", lambda item: item.is_gap),
    )
    for title, belongs in kinds:
        for item in filter(belongs, judgements):
            mark = " (debatable)" if item.is_debatable else ""
            print(f"\n{title}{mark} {item.aspect}: {item.project} {item.subject} {item.place}")
            print(f"    label {item.label}: {item.why}")
            print(f"    verdict {item.verdict}: {item.because}")


def main() -> None:
    """Judge all labelled projects and print the numbers."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("labels", type=Path)
    parser.add_argument("checkouts", type=Path)
    parser.add_argument("--reports", type=Path, help="read NAME.json instead of running the audit")
    parser.add_argument("--details", action="store_true", help="print every disagreement")
    options = parser.parse_args()
    judgements: list[Judgement] = []
    found: Counter[tuple[str, bool]] = Counter()
    others = projects = 0
    for file in sorted(options.labels.glob("*.json")):
        labels = json.loads(file.read_text(encoding="utf-8"))
        if options.reports:
            report = json.loads((options.reports / file.name).read_text(encoding="utf-8"))
        else:
            report = audit(options.checkouts / file.stem / labels["root"])
        judgements += judge(file.stem, labels, report)
        found.update(findings(labels, report))
        others += unlabelled(labels, report)
        projects += 1
    if options.details:
        show_details(judgements)
    print(f"\nprojects {projects}, routes of the checker that nobody labelled {others}")
    for aspect in ("auth", "isolation", "access"):
        group = [item for item in judgements if item.aspect == aspect]
        show(aspect, [item for item in group if not item.is_debatable])
        if any(item.is_debatable for item in group):
            show(f"{aspect}, debatable", [item for item in group if item.is_debatable])
    print("\nfindings by rule: reported of labelled")
    for rule in sorted({rule for rule, _ in found}):
        print(f"{rule:26}{found[rule, True]:4} of {found[rule, True] + found[rule, False]}")


if __name__ == "__main__":
    main()
