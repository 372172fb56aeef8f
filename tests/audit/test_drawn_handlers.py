"""Handlers drawn from a grammar: whatever they say, the audit ends with a verdict for each."""

import ast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from memory_files import MemoryFiles

from sdd.audit import audit
from sdd.audit.model import Verdict
from sdd.program import load

_NAMES = ("session", "me", "note", "body", "x", "y", "Note", "select", "helper", "Box", "print")
_ATTRIBUTES = ("id", "user_id", "text", "where", "exec", "first", "all", "get", "append", "commit",
               "add", "delete", "items", "model_dump", "x", "__class__", "__dict__")  # fmt: skip
_HEAD = """
from fastapi import FastAPI, HTTPException
from sqlmodel import select
from base import Note, SessionDep, UserId
app = FastAPI()
class Box:
    x = None
    def __init__(self, x=None, *more, **named):
        self.x = x
    def __enter__(self):
        return self
    def __exit__(self, *ended):
        return bool(self.x)
def helper(x, *more, y=None, **named):
    if x:
        return helper(y, *more, **named)
    return x
"""


def names() -> st.SearchStrategy[str]:
    return st.sampled_from(_NAMES)


def _compound(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    several = st.lists(inner, max_size=3)
    joined = several.map(", ".join)
    attribute = st.sampled_from(_ATTRIBUTES)
    operator = st.sampled_from(
        ("==", "!=", "is", "in", "not in", "<", "+", "*", "|", "&", "%", "and", "or")
    )
    return st.one_of(
        st.builds("({}).{}".format, inner, attribute),
        st.builds("({})({})".format, inner, joined),
        st.builds("({})(*({}), **({}))".format, inner, inner, inner),
        st.builds("({})({}=({}))".format, inner, names(), inner),
        st.builds("({})[{}]".format, inner, inner),
        st.builds("({})[{}:]".format, inner, inner),
        st.builds("({}) {} ({})".format, inner, operator, inner),
        st.builds("not ({})".format, inner),
        st.builds("({}) if ({}) else ({})".format, inner, inner, inner),
        st.builds("[{}]".format, joined),
        st.builds("{{'a': ({}), **({})}}".format, inner, inner),
        st.builds("[({}) for {} in ({}) if ({})]".format, inner, names(), inner, inner),
        st.builds("{{({}): y for y in ({})}}".format, inner, inner),
        st.builds("(lambda {}, *more: ({}))".format, names(), inner),
        st.builds("f'{{({})}} of {{({})!r}}'".format, names(), names()),
        st.builds("select(Note).where(Note.{} == ({}))".format, attribute, inner),
        st.builds("session.exec({}).{}()".format, inner, attribute),
        st.builds("(await ({}))".format, inner),
        st.builds("(x := ({}))".format, inner),
    )


EXPRESSIONS = st.recursive(
    st.one_of(names(), st.sampled_from(("None", "True", "0", "1", "'a'", "()", "[]", "{}", "..."))),
    _compound,
    max_leaves=8,
)


def _block(lines: list[str]) -> str:
    text = "\n".join(lines) or "pass"
    return "\n".join(f"    {line}" for line in text.splitlines())


def _nested(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    block = st.lists(inner, max_size=3).map(_block)
    return st.one_of(
        st.builds("if {}:\n{}\nelse:\n{}".format, EXPRESSIONS, block, block),
        st.builds("for {} in {}:\n{}\n    break".format, names(), EXPRESSIONS, block),
        st.builds("while {}:\n{}\n    continue".format, EXPRESSIONS, block),
        st.builds("try:\n{}\nexcept Exception as x:\n{}\nfinally:\n{}".format, block, block, block),
        st.builds("with {} as {}:\n{}".format, EXPRESSIONS, names(), block),
        st.builds("match {}:\n    case [x, *y]:\n        {}\n    case _:\n        pass".format,
                  EXPRESSIONS, EXPRESSIONS),
        st.builds("def {}(x, *y, **z):\n{}".format, names(), block),
        st.builds("class {}(Box):\n{}".format, names(), block),
    )  # fmt: skip


STATEMENTS = st.recursive(
    st.one_of(
        EXPRESSIONS,
        st.builds("{} = {}".format, names(), EXPRESSIONS),
        st.builds("x, *y = {}".format, EXPRESSIONS),
        st.builds("note.{} = {}".format, st.sampled_from(_ATTRIBUTES), EXPRESSIONS),
        st.builds("x[{}] = {}".format, EXPRESSIONS, EXPRESSIONS),
        st.builds("x += {}".format, EXPRESSIONS),
        st.builds("return {}".format, EXPRESSIONS),
        st.builds("raise HTTPException({})".format, EXPRESSIONS),
        st.builds("assert {}".format, EXPRESSIONS),
        st.builds("del {}".format, names()),
        st.just("global x"),
        st.builds("yield {}".format, EXPRESSIONS),
    ),
    _nested,
    max_leaves=6,
)


def _handler(statements: list[str]) -> str:
    head = """@app.get("/api/notes/{note}")
async def handler(note: int, me: UserId, session: SessionDep, body: dict):"""
    return f"{_HEAD}\n{head}\n{_block(statements)}\n"


def _parses(text: str) -> bool:
    try:
        ast.parse(text)
        compile(text, "drawn", "exec")
    except SyntaxError:
        return False
    return True


PROGRAMS = st.lists(STATEMENTS, min_size=1, max_size=5).map(_handler).filter(_parses)


@given(program=PROGRAMS)
@settings(max_examples=20, deadline=None)
def test_any_handler_ends_with_a_verdict(base_file: str, program: str) -> None:
    """Nested, nonsensical, recursive: a report with this one route, and no crash."""
    _audited(base_file, program)


@pytest.mark.slow
@given(program=PROGRAMS)
@settings(max_examples=150, deadline=None)
def test_many_handlers_end_with_a_verdict(base_file: str, program: str) -> None:
    """The same, often enough to meet what is rare."""
    _audited(base_file, program)


def _audited(base_file: str, program: str) -> None:
    report = audit(load(MemoryFiles({"main.py": program, "base.py": base_file})))

    [route] = report.routes
    assert route.verdict in Verdict
    assert not report.unreadable
