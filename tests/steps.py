"""Counts what a piece of work does, so that tests can hold how it grows without a clock."""

import re._constants as sre
import re._parser as sre_parser
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from types import FrameType
from typing import Any

_SINGLE = {sre.LITERAL, sre.NOT_LITERAL, sre.ANY, sre.IN}
_CATEGORIES: dict[object, Callable[[str], bool]] = {
    sre.CATEGORY_DIGIT: str.isdecimal,
    sre.CATEGORY_SPACE: str.isspace,
    sre.CATEGORY_NOT_SPACE: lambda sign: not sign.isspace(),
    sre.CATEGORY_WORD: lambda sign: sign.isalnum() or sign == "_",
}


def calls(work: Callable[[], object]) -> Counter[str]:
    """Run something; return how often it called what, built-in functions among it, by name."""
    counted: Counter[str] = Counter()

    def note(frame: FrameType, event: str, called: Any) -> None:  # noqa: ANN401 - Python's own
        if event == "call":
            counted[frame.f_code.co_name] += 1
        elif event == "c_call":
            counted[called.__name__] += 1

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(before)
    return counted


def matching_steps(form: str, text: str, starts: Sequence[int] | None = None) -> int:
    """Return how many steps a backtracking matcher takes to find all matches of a form.

    Args:
        form: A regular expression.
        text: Where it is looked for.
        starts: The only places where a match is tried; else everywhere.
    """
    matcher, position = _Matcher(form, text), 0
    for start in range(len(text)) if starts is None else starts:
        if start >= position:
            end = matcher.match(start)
            position = max(end or 0, position)
    return matcher.steps


_Then = Callable[[int], int | None]


class _Matcher:
    """Tries a form at a place, as `re` does, a step for each sign or part that is looked at."""

    def __init__(self, form: str, text: str) -> None:
        self._parts = list(sre_parser.parse(form))
        self._text = text
        self._groups: dict[int, str] = {}
        self.steps = 0

    def match(self, start: int) -> int | None:
        """Return where a match that begins there ends."""
        return self._all(self._parts, start, lambda end: end)

    def _all(self, parts: Sequence[Any], at: int, then: _Then) -> int | None:
        if not parts:
            return then(at)
        self.steps += 1
        (kind, value), rest = parts[0], parts[1:]

        def go_on(end: int) -> int | None:
            return self._all(rest, end, then)

        if kind in {sre.MAX_REPEAT, sre.MIN_REPEAT}:
            return self._repeat(value, at, go_on, greedy=kind is sre.MAX_REPEAT)
        if kind is sre.SUBPATTERN:
            return self._group(value[0], list(value[3]), at, go_on)
        if kind is sre.BRANCH:
            ends = (self._all(list(branch), at, go_on) for branch in value[1])
            return next((end for end in ends if end is not None), None)
        end = self._past(kind, value, at)
        return None if end is None else go_on(end)

    def _past(self, kind: object, value: Any, at: int) -> int | None:  # noqa: ANN401 - re's own
        if kind in _SINGLE:
            return at + 1 if self._fits(kind, value, at) else None
        if kind is sre.GROUPREF:
            said = self._groups[value]
            return at + len(said) if self._text.startswith(said, at) else None
        return at if self._holds(kind, value, at) else None

    def _holds(self, kind: object, value: Any, at: int) -> bool:  # noqa: ANN401 - re's own
        if kind is sre.AT:
            around = [self._text[place : place + 1] for place in (at - 1, at) if place >= 0]
            words = [_is_word(sign) for sign in around]
            return words[0] != words[-1] if len(words) > 1 else words[0]
        direction, parts = value
        width = parts.getwidth()[0] if direction < 0 else 0
        seen = at >= width and self._all(list(parts), at - width, lambda end: end) is not None
        return seen is (kind is sre.ASSERT)

    def _group(self, number: int | None, parts: list[Any], at: int, then: _Then) -> int | None:
        def closed(end: int) -> int | None:
            if number is not None:
                self._groups[number] = self._text[at:end]
            return then(end)

        return self._all(parts, at, closed)

    def _repeat(self, value: Any, at: int, then: _Then, *, greedy: bool) -> int | None:  # noqa: ANN401
        low, high, parts = value
        ends = list(self._ends(list(parts), at, int(high)))[low:]
        for end in reversed(ends) if greedy else ends:
            found = then(end)
            if found is not None:
                return found
        return None

    def _ends(self, parts: list[Any], at: int, most: int) -> Iterator[int]:
        """Yield where each repetition ends, none first."""
        yield at
        for _ in range(min(most, len(self._text) - at)):
            self.steps += 1
            end = self._all(parts, at, lambda end: end)
            if end is None or end == at:
                return
            at = end
            yield at

    def _fits(self, kind: object, value: Any, at: int) -> bool:  # noqa: ANN401 - re's own
        if at >= len(self._text):
            return False
        sign = self._text[at]
        if kind is sre.ANY:
            return sign != "\n"
        if kind is not sre.IN:
            return (ord(sign) == value) is (kind is sre.LITERAL)
        negated = value[0][0] is sre.NEGATE
        return any(_is_in(item, sign) for item in value[negated:]) is not negated


def _is_word(sign: str) -> bool:
    return bool(sign) and _CATEGORIES[sre.CATEGORY_WORD](sign)


def _is_in(item: tuple[object, Any], sign: str) -> bool:
    kind, value = item
    if kind is sre.LITERAL:
        return ord(sign) == int(value)
    if kind is sre.RANGE:
        return bool(value[0] <= ord(sign) <= value[1])
    return _CATEGORIES[value](sign)
