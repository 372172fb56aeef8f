"""Recognises at one look records that the program wrote and nothing is wrong with.

Thousands of records are checked for one command, and most stand as they were written. Whatever
differs in the least is left to the reader and its rules; tests hold both to the same answer.
"""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from sdd.records.checking import LIKE_A_PATH, Link, is_date, may_name_a_place, slug_words
from sdd.records.fences import read_fence
from sdd.records.library_checking import CheckedRecord
from sdd.records.phr_draft import TITLE_WORDS
from sdd.records.redaction import find_secrets
from sdd.records.stages import FEATURE_STAGES, HISTORY, STAGES

_TEXT = r'(?:[A-Za-z][\w ./+()-]*|"[ !#-?A-\[\]-~]*")'
_PATH = r'(?:[\w.][\w. /-]*|"[\w.][\w. /-]*")'
_LIST = rf"(?:(?:  - {_PATH}\n)+|  \[\]\n)"
_LABEL = r'"[ !#-\[\]-~]*"'
_HEAD = re.compile(
    rf"""---
id: "(?P<id>\d{{4}})"
title: (?P<quote>"?)[A-Za-z][A-Za-z0-9.,]*(?: [A-Za-z0-9][A-Za-z0-9.,]*){{2,6}}(?P=quote)
stage: (?P<stage>{"|".join(STAGES)})
date: (?P<date>\d{{4}}-\d\d-\d\d)
surface: {_TEXT}
model: {_TEXT}
feature: (?P<feature>{_TEXT})
branch: {_TEXT}
user: {_TEXT}
command: {_TEXT}
labels: \[(?:{_LABEL}(?:, {_LABEL})*)?\]
links:
  spec: (?P<spec>{_PATH})
  ticket: {_PATH}
  adr: (?P<adr>{_PATH})
  pr: {_PATH}
files:
{_LIST}tests:
{_LIST}---

## Prompt

(?P<fence>`{{3,}}|~{{3,}})text
""",
    re.ASCII,
)
_NAME = re.compile(
    r"(?P<id>\d{4})-(?P<slug>[a-z0-9]+(?:-[a-z0-9]+)*)\.(?P<stage>[a-z]+)\.prompt\.md"
)
_LINKS_LINE = 13
_RESPONSE = "\n\n## Response snapshot\n\n"
_OUTCOME = "\n\n## Outcome\n\n"
_EVALUATION = "\n\n## Evaluation notes (flywheel)\n\n"
_NO_PROMPT = frozenset({"", "$ARGUMENTS"})
_NO_LINK = frozenset({"null", "none"})


def recognise(data: bytes, path: PurePosixPath) -> CheckedRecord | None:
    """Return a record without a flaw as the check returns it; None: the check has to look."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    head = _HEAD.match(text)
    if (
        head is None
        or not _is_in_its_place(head, path)
        or not is_date(head["date"])
        or not _is_whole(text, head.start("fence"))
        or "{{" in text
        or may_name_a_place(text)
        or any(True for _ in find_secrets(text))
    ):
        return None
    return CheckedRecord(
        path=path,
        diagnostics=(),
        number=int(head["id"]),
        date=head["date"],
        links=tuple(_links(head)),
    )


def _is_in_its_place(head: re.Match[str], path: PurePosixPath) -> bool:
    name = _NAME.fullmatch(path.name)
    stage, feature = head["stage"], head["feature"].strip('"')
    folder = feature if stage in FEATURE_STAGES else stage
    return (
        name is not None
        and (name["id"], name["stage"]) == (head["id"], stage)
        and slug_words(name["slug"]) in TITLE_WORDS
        and (stage == folder or folder not in STAGES)
        and str(path) == f"{HISTORY}/{folder}/{path.name}"
    )


def _is_whole(text: str, prompt: int) -> bool:
    """Tell whether prompt, response, outcome and evaluation follow each other, each once."""
    fenced = read_fence(text, prompt)
    if fenced is None or fenced.text.strip() in _NO_PROMPT:
        return False
    if not text.startswith(_RESPONSE, fenced.end):
        return False
    start = fenced.end + len(_RESPONSE)
    response = read_fence(text, start)
    end = text.find(_OUTCOME, start) if response is None else response.end
    if not text.startswith(_OUTCOME, end) or end < start:
        return False
    # An answer may have parts of its own, from the third level on.
    said = "" if response is not None else f"\n{text[start:end]}".replace("\n###", "\n")
    rest = text[end + len(_OUTCOME) :]
    return (
        not _has_marks(said)
        and rest.count(_EVALUATION) == 1
        and not _has_marks("\n" + rest.replace(_EVALUATION, "\n\n"))
    )


def _has_marks(text: str) -> bool:
    """Tell whether there may be a heading or a fence."""
    return "\n#" in text or "```" in text or "~~~" in text


def _links(head: re.Match[str]) -> Iterator[Link]:
    for key in ("spec", "adr"):
        target = head[key].strip('"')
        if target.lower() not in _NO_LINK and LIKE_A_PATH.search(target):
            yield Link(key, target, _LINKS_LINE)
