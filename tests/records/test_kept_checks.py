"""What is kept of a check is what the check would say again, or nothing."""

import json
from pathlib import PurePosixPath
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdd.records.kept_checks import content_hash, kept_data, kept_record
from sdd.records.library_checking import check_record
from sdd.records.reading import read_phr

_PATH = PurePosixPath("history/prompts/001-items/0003-add-the-item-list.green.prompt.md")
_PIECES = st.sampled_from(
    [
        *("---\n", "id: 0010\n", 'id: "3"\n', "title: one\n", "stage: later\n", "date: soon\n"),
        *(
            "files: a\n",
            "links:\n  spec: gone.md\n",
            "## Prompt\n",
            "\n",
            "{{LEFT}}\n",
            "/home/me/x\n",
        ),
        *("user: a@b\n", "## Response snapshot\n", "é", 'API_KEY="q8Zk2Lw9Xv4Tn7Bc"\n'),
    ]
)


@given(pieces=st.lists(_PIECES, max_size=20))
def test_what_was_kept_equals_what_was_found(pieces: list[str]) -> None:
    """Through JSON and back nothing is lost of what a check found, whatever the record holds."""
    data = "".join(pieces).encode()
    checked = check_record(read_phr(data, _PATH))

    kept = json.loads(json.dumps(kept_data([(content_hash(data), checked)])))

    assert kept_record(kept, _PATH, content_hash(data)) == checked


@pytest.mark.parametrize(
    "kept",
    [
        {},
        {str(_PATH): []},
        {str(_PATH): "text"},
        {str(_PATH): ["other bytes", 3, "", [], []]},
        {str(_PATH): ["same", "3", "", [], []]},
        {str(_PATH): ["same", 3, "", [["spec"]], []]},
        {str(_PATH): ["same", 3, "", [], [["rule", "grave", "message", 1, None]]]},
        {str(_PATH): ["same", 3, "", [], [["rule"]]]},
    ],
)
def test_damaged_or_older_data_counts_as_none(kept: dict[str, Any]) -> None:
    """A record is checked anew where what was kept is not of it, or not whole."""
    assert kept_record(kept, _PATH, "same") is None
