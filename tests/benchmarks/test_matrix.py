import json
from itertools import combinations, product
from pathlib import Path
from types import ModuleType


def test_every_pair_of_choices_is_in_a_row(matrix: ModuleType) -> None:
    """Whoever runs six sets has seen each pair of layout, style, auth mode and database."""
    rows = matrix.combinations()
    for one, other in combinations(range(len(matrix.CHOICES)), 2):
        values = list(matrix.CHOICES.values())
        assert set(product(values[one], values[other])) <= {(row[one], row[other]) for row in rows}


def test_what_a_run_said_it_leaves_out_is_told_apart(matrix: ModuleType, tmp_path: Path) -> None:
    """An endpoint and a field that were named explain what the contract misses, nothing else."""
    notes = [
        "POST /chat cannot be compiled and is left out (No table.)",
        "The answer's field 'page.size' has no known source and is left out (No column.)",
    ]
    messages = [
        "POST /chat: is in the specs but not in the application",
        "GET /notes: the answer: size: is missing",
        "GET /chat: is in the specs but not in the application",
    ]
    follow_ups = [{"kind": "unsupported", "text": text} for text in notes]
    gate = {
        "gate": "contract",
        "diagnostics": [{"message": text, "severity": "error"} for text in messages],
    }
    (tmp_path / "report.json").write_text(json.dumps({"follow_ups": follow_ups}))
    (tmp_path / "verify.out").write_text(json.dumps({"gates": [gate]}))

    assert matrix.differences(tmp_path) == (2, 1)
