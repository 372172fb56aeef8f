from pathlib import Path

import pytest
from generate.samples import TREES

from sdd.generate import render

GOLDEN = Path(__file__).resolve().parent.parent / "golden"


@pytest.mark.parametrize("name", TREES)
def test_a_sample_is_rendered_as_its_golden_tree(name: str) -> None:
    """Byte for byte; `python tests/generate/update_golden.py` accepts a change."""
    folder = GOLDEN / name
    expected = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }

    sample, options = TREES[name]
    files = render(sample(), options)

    assert {str(item.path) for item in files} == set(expected)
    for item in files:
        assert item.content == expected[str(item.path)], item.path
