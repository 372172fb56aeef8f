"""Requirements, stories, rules and open questions, each with an id and its place."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from sdd.ir import Question, Requirement
from sdd.names import slug
from sdd.speclang.answers import CLARIFICATION, question_id, question_in
from sdd.speclang.documents import Role
from sdd.speclang.inline import label_of, plain, unticked
from sdd.speclang.outline import Document
from sdd.text import Span
from sdd.text.markdown import Heading, Item, Paragraph, Table

_ID = re.compile(
    r"^\W*(?P<id>(?P<kind>[A-Z]{1,5})(?:-[A-Z]{2,8})?-\d{1,4}(?:\.\d+)?[a-z]?)\b(?P<rest>.*)$",
    re.DOTALL,
)
_KINDS = {
    "FR": "functional",
    "NFR": "functional",
    "REQ": "functional",
    "R": "functional",
    "F": "functional",
    "SC": "success",
    "US": "story",
    "BR": "rule",
    "VR": "rule",
    "AR": "rule",
    "DR": "rule",
    "SR": "rule",
    "AC": "scenario",
    "TC": "scenario",
    "ER": "rule",
    "CR": "rule",
    "IR": "rule",
    "PR": "rule",
}
_STORY = re.compile(
    r"^User Story\s+(?P<number>\d+)\s*[-\u2013—:]?\s*(?P<title>.*?)"
    r"(?:\s*\(Priority:?\s*P\d\))?\W*$",
    re.IGNORECASE,
)
_MUST = re.compile(
    r"(?<!each )(?<!every )(?<!\ba )(?<!the )\b(?:MUST|SHALL|NON-NEGOTIABLE|NEVER)\b"
)
_TEMPLATE = re.compile(
    r"(?i)specific question|^\s*\.\.\.|auth method not specified - email/password, sso, oauth"
    r"|your question|^\W*$"
)
_LONGEST_SCENARIO = 2_000
_SCENARIO = re.compile(r"(?i)\bgiven\b.*\bwhen\b.*\bthen\b")
_RULE_TITLE = re.compile(r"\b(?:business rules?|domain rules?|rules)\b")
_SCENARIO_TITLE = re.compile(r"\b(?:acceptance (?:criteria|scenarios?)|scenarios?)\b")
_STORY_TITLE = re.compile(r"\buser stor(?:y|ies)\b")


def read_requirements(document: Document, role: Role) -> list[Requirement]:
    """Read what a document requires, in order."""
    if role is Role.CONSTITUTION:
        return list(_constitution(document))
    if role in {
        Role.TASKS,
        Role.CHECKLIST,
        Role.PLAN,
        Role.RESEARCH,
        Role.QUICKSTART,
        Role.CONVENTIONS,
        Role.FOREIGN,
    }:
        return []
    reader = _Reader(document)
    return list(reader.read())


@dataclass(slots=True)
class _Reader:
    document: Document
    story: str = ""
    count: int = 0
    stories: int = 0
    listed: int = 0

    def read(self) -> Iterator[Requirement]:
        for index, block in enumerate(self.document.blocks):
            match block:
                case Heading():
                    yield from self._heading(block)
                case Item():
                    yield from self._item(index, block)
                case Paragraph():
                    yield from self._paragraph(block)
                case Table():
                    yield from self._table(block)
                case _:
                    pass

    def _heading(self, block: Heading) -> Iterator[Requirement]:
        shown = plain(block.text)
        story = _STORY.match(re.sub(r"^\d+(?:\.\d+)*\.?\s+", "", shown))
        if story:
            self.story, self.count = f"US{story['number']}", 0
            yield Requirement(
                id=self.story, text=story["title"] or shown, kind="story", span=block.span
            )
            return
        found = _identified(shown, block.span)
        if found is not None:
            self.story, self.count = found.id, 0
            yield found
        elif block.level <= 2:  # noqa: PLR2004 - a new chapter
            self.story = ""

    def _paragraph(self, block: Paragraph) -> Iterator[Requirement]:
        for at, line in enumerate(block.text.split("\n")):
            found = _identified(line, Span(path=block.span.path, line=block.span.line + at))
            if found is not None:
                yield found

    def _table(self, block: Table) -> Iterator[Requirement]:
        for row in block.rows:
            if len(row.cells) > 1 and "-" in row.cells[0]:
                found = _identified(f"{row.cells[0]}: {' — '.join(row.cells[1:])}", row.span)
                if found is not None:
                    yield found

    def _item(self, index: int, block: Item) -> Iterator[Requirement]:
        text = unticked(block.text)
        found = _identified(text, block.span)
        if found is not None:
            yield found
            return
        shown = " ".join(plain(text).split())
        titles = self.document.title_words(index)[:3]
        if _SCENARIO.search(shown[:_LONGEST_SCENARIO]):
            self.count += 1
            yield Requirement(
                id=f"{self.story or self._stem()}-AC{self.count}",
                text=shown,
                kind="scenario",
                span=block.span,
            )
        elif (
            self.story
            and re.match(r"(?:FR|NFR|REQ)-", self.story)
            and titles
            and self.story.casefold().replace("-", " ") in titles[0]
        ):
            self.count += 1
            yield Requirement(id=f"{self.story}.{self.count}", text=shown, span=block.span)
        elif re.match(r"(?i)as an?\b.*\b(?:i|we)\b", shown) and any(
            _STORY_TITLE.search(title) for title in titles
        ):
            self.stories += 1
            yield Requirement(
                id=f"{self._stem()}-story-{self.stories}", text=shown, kind="story", span=block.span
            )
        elif titles and _RULE_TITLE.search(titles[0]) and not _is_field(text):
            self.listed += 1
            yield Requirement(
                id=f"{self._stem()}-rule-{self.listed}", text=shown, kind="rule", span=block.span
            )
        elif any(_SCENARIO_TITLE.search(title) for title in titles):
            self.count += 1
            yield Requirement(
                id=f"{self._stem()}-AC{self.count}", text=shown, kind="scenario", span=block.span
            )

    def _stem(self) -> str:
        name = self.document.path.rpartition("/")[2].split(".")[0]
        return slug(name)


def _is_field(text: str) -> bool:
    label = label_of(text)
    return label is not None and text.lstrip().startswith("`")


def _identified(text: str, span: Span) -> Requirement | None:
    if "-" not in text:  # of most lines, and far cheaper than to read them
        return None
    found = _ID.match(plain(text))
    if found is None:
        return None
    kind = _KINDS.get(found["kind"])
    told = " ".join(found["rest"].strip(" :.\u2013—-\n)").split())
    if kind is None or not told or (found["rest"][:1] not in " :.\u2013—)-," and found["rest"]):
        return None
    return Requirement(id=found["id"], text=told, kind=kind, span=span)


def _constitution(document: Document) -> Iterator[Requirement]:
    """Yield the sentences with MUST, numbered in order."""
    number = 0
    for block in document.blocks:
        if not isinstance(block, Paragraph | Item):
            continue
        shown = " ".join(plain(block.text).split())
        check = re.search(r"\b(?:Checked|Enforced|Verified) by\b.*$", shown)
        shown = shown[: check.start()].strip() if check else shown
        for sentence in re.split(r"(?<=[.;])\s+(?=[A-Z])", shown):
            if _MUST.search(sentence):
                number += 1
                yield Requirement(
                    id=f"C-{number:03}",
                    text=f"{sentence} {check.group()}" if check else sentence,
                    kind="constitution",
                    span=block.span,
                )


def unique(requirements: list[Requirement]) -> tuple[Requirement, ...]:
    """Give requirements that share an id between documents a name of their document in front."""
    seen: dict[str, str] = {}
    result: list[Requirement] = []
    for item in requirements:
        path = item.span.path if item.span else ""
        id_ = item.id
        if id_ in seen and seen[id_] != path:
            parts = path.split("/")
            stem = parts[-1].split(".")[0]
            owner = parts[-2] if stem in {"spec", "specification"} and len(parts) > 1 else stem
            id_ = f"{owner}/{item.id}"
        number = 2
        while id_ in seen:
            if seen[id_] == path and id_ == item.id:
                id_ = f"{item.id}~{number}"
            elif "~" in id_:
                id_ = f"{id_.rpartition('~')[0]}~{number}"
            else:
                id_ = f"{id_}~{number}"
            number += 1
        seen[id_] = path
        result.append(item if id_ == item.id else replace(item, id=id_))
    return tuple(result)


def read_questions(document: Document, role: Role) -> list[Question]:
    """Read the marks for what a human still has to clarify; each blocks implementation."""
    if role in {
        Role.TASKS,
        Role.CHECKLIST,
        Role.PLAN,
        Role.RESEARCH,
        Role.CONSTITUTION,
        Role.CONVENTIONS,
        Role.FOREIGN,
    }:
        return []
    found: list[Question] = []
    for block in document.blocks:
        texts = [(block.text, block.span)] if isinstance(block, Paragraph | Item | Heading) else []
        if isinstance(block, Table):
            texts = [(" | ".join(row.cells), row.span) for row in block.rows]
        for text, span in texts:
            for mark in CLARIFICATION.finditer(text):
                question = question_in(mark)
                if not _TEMPLATE.search(question):
                    found.append(_question(question, text, span))
    return found


def _question(question: str, text: str, span: Span) -> Question:
    choices = _alternatives(question)
    statement = " ".join(plain(CLARIFICATION.sub("", text)).split())[:160]
    proposal = (
        choices[0] if choices else "Leave out what the statement asks for until it is decided."
    )
    return Question(
        id=question_id(question),
        text=question,
        places=(span,),
        proposal=proposal,
        consequence=f"It decides this statement: {statement}"
        if statement
        else "The statement it stands in is implemented that way.",
        choices=choices,
    )


def _alternatives(question: str) -> tuple[str, ...]:
    tail = re.split(r"[-\u2013—:?]\s+", question.rstrip("? "))[-1]
    parts = [part.strip(" ?.") for part in re.split(r",\s*(?:or\s+)?|\s+or\s+", tail)]
    words_in_longest = 6
    if len(parts) > 1 and all(0 < len(part.split()) <= words_in_longest for part in parts):
        return tuple(dict.fromkeys(parts))
    return ()
