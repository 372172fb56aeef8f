import json
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

import jsonschema
from audit_reports import finding, make_report, proved_route, violated_route

from sdd.audit.baseline import ACCEPTED
from sdd.audit.catalog import HOUSEKEEPING, RuleText, rule_texts
from sdd.audit.output.sarif import sarif
from sdd.audit.output.view import View
from sdd.diagnostics import Diagnostic, Edit, Severity
from sdd.text import Span

LEVEL = {"enum": ["none", "note", "warning", "error"]}
TEXT = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string"}}}
NUMBER = {"type": "integer", "minimum": 1}
REGION = {
    "type": "object",
    "required": ["startLine", "startColumn"],
    "properties": {
        "startLine": NUMBER,
        "startColumn": NUMBER,
        "endLine": NUMBER,
        "endColumn": NUMBER,
    },
    "additionalProperties": False,
}
LOCATION = {
    "type": "object",
    "required": ["physicalLocation"],
    "properties": {
        "id": {"type": "integer", "minimum": 0},
        "message": TEXT,
        "physicalLocation": {
            "type": "object",
            "required": ["artifactLocation"],
            "properties": {
                "artifactLocation": {
                    "type": "object",
                    "required": ["uri"],
                    "properties": {
                        "uri": {"type": "string", "pattern": "^[^ \\\\]+$"},
                        "uriBaseId": {"type": "string"},
                    },
                    "additionalProperties": False,
                },
                "region": REGION,
            },
            "additionalProperties": False,
        },
    },
    "additionalProperties": False,
}
RESULT = {
    "type": "object",
    "required": ["message", "ruleId", "level", "locations", "partialFingerprints"],
    "properties": {
        "ruleId": {"type": "string"},
        "ruleIndex": {"type": "integer", "minimum": 0},
        "level": LEVEL,
        "message": TEXT,
        "locations": {"type": "array", "minItems": 1, "items": LOCATION},
        "relatedLocations": {"type": "array", "items": LOCATION},
        "partialFingerprints": {"additionalProperties": {"type": "string"}},
        "rank": {"type": "number", "minimum": 0, "maximum": 100},
        "properties": {"type": "object"},
        "fixes": {"type": "array", "items": {"required": ["artifactChanges"]}},
        "suppressions": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["kind"],
                "properties": {
                    "kind": {"enum": ["inSource", "external"]},
                    "status": {"enum": ["accepted", "underReview", "rejected"]},
                    "justification": {"type": "string"},
                },
                "additionalProperties": False,
            },
        },
    },
    "additionalProperties": False,
}
RULE = {
    "type": "object",
    "required": ["id", "shortDescription", "help"],
    "properties": {
        "id": {"type": "string"},
        "name": {"type": "string", "pattern": "^[A-Za-z]+$"},
        "shortDescription": TEXT,
        "fullDescription": TEXT,
        "help": TEXT,
        "helpUri": {"type": "string", "pattern": "^https://"},
        "defaultConfiguration": {"properties": {"level": LEVEL}},
        "properties": {
            "properties": {
                "tags": {"type": "array", "items": {"type": "string"}, "uniqueItems": True},
                "precision": {"enum": ["very-high", "high", "medium", "low"]},
                "security-severity": {"type": "string", "pattern": r"^\d+\.\d$"},
            }
        },
    },
    "additionalProperties": False,
}
ESSENTIALS = {
    "type": "object",
    "required": ["version", "runs"],
    "properties": {
        "version": {"const": "2.1.0"},
        "$schema": {"type": "string"},
        "runs": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["tool", "results"],
                "properties": {
                    "tool": {
                        "required": ["driver"],
                        "properties": {
                            "driver": {
                                "required": ["name"],
                                "properties": {"rules": {"type": "array", "items": RULE}},
                            }
                        },
                    },
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "results": {"type": "array", "items": RESULT},
                    "invocations": {
                        "type": "array",
                        "items": {
                            "required": ["executionSuccessful"],
                            "properties": {"executionSuccessful": {"type": "boolean"}},
                        },
                    },
                },
            },
        },
    },
    "additionalProperties": False,
}
RULES = {
    item.id: item
    for item in (
        *HOUSEKEEPING,
        RuleText(
            id="unscoped-read",
            severity=Severity.ERROR,
            title="rows are read that may belong to others",
            hint="Compare the owner with the caller.",
            cwe=639,
            owasp="API1:2023",
        ),
    )
}


def _run(*items: Diagnostic, prefix: str = "backend") -> Any:  # noqa: ANN401 - JSON
    report = make_report(*items, routes=(proved_route(), violated_route()))
    text = sarif(View(report=report, prefix=PurePosixPath(prefix), rules=RULES))
    data = json.loads(text)
    jsonschema.validate(data, ESSENTIALS)
    assert sarif(View(report=report, prefix=PurePosixPath(prefix), rules=RULES)) == text
    return data["runs"][0]


def test_a_result_names_rule_place_and_route() -> None:
    """Paths count from the top of the repository, as code scanning wants them."""
    run = _run(finding())
    (result,) = run["results"]
    place = result["locations"][0]["physicalLocation"]

    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == "unscoped-read"
    assert result["level"] == "error"
    assert place["artifactLocation"]["uri"] == "backend/routes.py"
    assert place["region"] == {"startLine": 8, "startColumn": 12, "endLine": 8, "endColumn": 20}
    assert result["message"]["text"].startswith("GET /api/notes/{note_id}: read of Note")
    assert result["relatedLocations"][0]["message"]["text"] == "reached from there"


def test_rules_carry_help_and_tags() -> None:
    """Weakness and risk are searchable; the level follows the rule."""
    run = _run()
    rule = next(item for item in run["tool"]["driver"]["rules"] if item["id"] == "unscoped-read")

    assert {"security", "external/cwe/cwe-639", "external/owasp/API1:2023"} <= set(
        rule["properties"]["tags"]
    )
    assert "Compare the owner" in rule["help"]["text"]
    assert "639" in rule["helpUri"]


def test_every_rule_of_the_audit_has_a_valid_entry() -> None:
    """The whole table, as it is shipped."""
    data = json.loads(sarif(View(report=make_report(), rules=rule_texts())))

    jsonschema.validate(data, ESSENTIALS)
    assert len(data["runs"][0]["tool"]["driver"]["rules"]) == len(rule_texts())


def test_what_is_suppressed_is_shown_as_suppressed() -> None:
    """Dropping it would open and close alerts; the comment and the baseline differ in kind."""
    run = _run(
        replace(finding(), suppressed="shared on purpose"), replace(finding(), suppressed=ACCEPTED)
    )

    assert [item["suppressions"][0]["kind"] for item in run["results"]] == ["inSource", "external"]
    assert run["results"][0]["suppressions"][0]["justification"] == "shared on purpose"


def test_fingerprints_do_not_depend_on_lines_and_are_unique() -> None:
    """A second finding of one kind on one route is not taken for the first."""
    before = [item["partialFingerprints"] for item in _run(finding(), finding(line=9))["results"]]
    after = [
        item["partialFingerprints"] for item in _run(finding(line=90), finding(line=91))["results"]
    ]

    assert before == after
    assert before[0]["primaryLocationLineHash"] != before[1]["primaryLocationLineHash"]


def test_a_finding_without_a_place_is_a_remark_about_the_run() -> None:
    """A result without a place would be refused on upload."""
    run = _run(replace(finding(None), span=None, related=()))

    assert run["results"] == []
    assert run["invocations"][0]["toolExecutionNotifications"][0]["level"] == "error"


def test_odd_names_are_escaped_and_empty_ranges_left_out() -> None:
    """Blanks in a path, and an end that is not behind the start."""
    span = Span(path="my routes/ä.py", line=3, column=5, end_line=3, end_column=5)
    (result,) = _run(replace(finding(), span=span, related=()), prefix="")["results"]
    place = result["locations"][0]["physicalLocation"]

    assert place["artifactLocation"]["uri"] == "my%20routes/%C3%A4.py"
    assert place["region"] == {"startLine": 3, "startColumn": 5}


def test_edits_become_fixes() -> None:
    """The mechanical remedy can be applied from the alert."""
    edit = Edit(span=Span(path="routes.py", line=8, column=3), new_text="x")
    (result,) = _run(replace(finding(), edits=(edit,)))["results"]
    change = result["fixes"][0]["artifactChanges"][0]["replacements"][0]

    assert change["insertedContent"] == {"text": "x"}
    assert change["deletedRegion"]["endColumn"] == 3
