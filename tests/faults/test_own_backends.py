"""Faults in what we generate are caught, and rewrites of it keep their verdicts."""

from itertools import product

import pytest
from generate.samples import SAMPLES
from memory_files import MemoryFiles

from sdd.audit import AuditSettings
from sdd.audit.survey import survey
from sdd.faults import rewrites
from sdd.generate import Options, render
from sdd.generate.layouts import LAYOUTS
from sdd.generate.styles import STYLES
from sdd.program import load
from sdd.workflow.self_test import Bench, Fate, self_test, spread

FORMS = [
    pytest.param(name, layout, style, id=f"{name}, {layout}, {style}")
    for name, layout, style in product(SAMPLES, LAYOUTS, STYLES)
]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "layout", "style"), FORMS)
def test_every_kind_of_fault_is_caught_in_every_form(name: str, layout: str, style: str) -> None:
    """One of each kind; the rest is measured by benchmarks/audit_faults.py."""
    files = render(SAMPLES[name](), Options(layout=layout, style=style))
    program = load(MemoryFiles({str(item.path): item.content for item in files}))

    result = self_test(program, most=1)

    assert result.count(Fate.CAUGHT) > result.count(Fate.SECOND_LOCK)
    assert result.is_passed
    report, facts = survey(program)
    bench = Bench(program=program, settings=AuditSettings(), before=report)
    for mutation in spread(rewrites(program, facts), 1):
        assert bench.trial(mutation).fate is Fate.MISSED, mutation.title
