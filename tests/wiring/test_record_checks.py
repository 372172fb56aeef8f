"""`sdd phr check` says the same with what it kept as without, whatever was changed between."""

import json
import os
import tempfile
from pathlib import Path, PurePosixPath

from hypothesis import given, settings
from hypothesis import strategies as st

from sdd.diagnostics import Diagnostic
from sdd.records.phr import default_template, file_name, render_phr
from sdd.records.phr_draft import Links, PhrRequest
from sdd.wiring.history import open_history
from sdd.wiring.record_checks import check_records

_NUMBERS = range(1, 5)
_CHANGES = st.sampled_from(
    [
        (b"stage: green", b"stage: groan"),  # as many bytes as before
        (b"stage: groan", b"stage: green"),
        (b"## Outcome", b"## Other"),
        (b"2026-03-04", b"2025-03-04"),
        (b"2026-03-04", b"some other day"),
        (b'id: "000', b'id: "100'),
    ]
)
_PATHS = {
    number: PurePosixPath(
        "history/prompts/001-items", file_name(f"{number:04d}", "Add the item list", "green")
    )
    for number in _NUMBERS
}


def _write(folder: Path) -> None:
    request = PhrRequest(
        title="Add the item list",
        stage="green",
        prompt="Add it.",
        feature="001-items",
        links=Links(spec="specs/001-items/spec.md"),
    )
    for number, path in _PATHS.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        data = render_phr(request, f"{number:04d}", "2026-03-04", default_template())
        (folder / path).write_bytes(data)


def _check(folder: Path, *, keep: bool = True) -> tuple[int, tuple[Diagnostic, ...]]:
    return check_records(open_history(folder), least_kept=1 if keep else 1000)


@settings(max_examples=25, deadline=None)
@given(
    edits=st.lists(st.tuples(st.sampled_from(_NUMBERS), _CHANGES), max_size=4),
    gone=st.sets(st.sampled_from(_NUMBERS), max_size=2),
    linked=st.booleans(),
)
def test_what_was_kept_never_lies(
    edits: list[tuple[int, tuple[bytes, bytes]]], gone: set[int], *, linked: bool
) -> None:
    """Edits that keep size and times, files gone, doubled or come: the answer is the full one."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _write(folder)
        _check(folder)
        for number, (old, new) in edits:
            place = folder / _PATHS[number]
            times = place.stat()
            place.write_bytes(place.read_bytes().replace(old, new))
            os.utime(place, ns=(times.st_atime_ns, times.st_mtime_ns))
        for number in gone:
            place = folder / _PATHS[number]
            place.rename(place.with_name(place.name.replace("000", "0001-again-")))
        if linked:
            (folder / "specs/001-items").mkdir(parents=True)
            (folder / "specs/001-items/spec.md").write_text("# Items\n")

        assert _check(folder) == _check(folder, keep=False)
        assert _check(folder) == _check(folder, keep=False)


def test_only_what_has_changed_is_checked_anew(tmp_path: Path) -> None:
    """What was kept is truly used: a finding put into it is told, until the record changes."""
    _write(tmp_path)
    _check(tmp_path)
    cache = tmp_path / ".sdd/cache/records.json"
    kept = json.loads(cache.read_bytes())
    seeded = ["seeded", "note", "Seeded", 1, None]
    for record in kept["records"].values():
        record[-1] = [seeded]
    cache.write_text(json.dumps(kept))
    place = tmp_path / _PATHS[2]
    place.write_bytes(place.read_bytes() + b"\n")

    _, found = _check(tmp_path)

    told = {item.span.path for item in found if item.rule == "seeded" and item.span}
    assert told == {str(path) for number, path in _PATHS.items() if number != 2}


def test_few_records_leave_nothing_behind(tmp_path: Path) -> None:
    """A folder with a handful of records gets no state of ours for reading them."""
    _write(tmp_path)

    check_records(open_history(tmp_path))

    assert not (tmp_path / ".sdd").exists()
