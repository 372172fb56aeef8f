"""The kinds of drift."""

from sdd.diagnostics import Severity
from sdd.diagnostics.rules import Rule

_SAY = "Make specs and code say the same, or accept the difference"

DRIFT_RULES = (
    *(
        Rule(id=name, severity=Severity.WARNING, title=title, remedy=f"{remedy}.")
        for name, title, remedy in (
            (
                "missing-table",
                "A table of the specs is not in the code",
                "Map it, or take it out of the specs",
            ),
            (
                "unspecified-table",
                "The code maps a table that no spec states",
                "State it, or take it out of the code",
            ),
            (
                "missing-column",
                "A column of the specs is not in the code",
                "Add it, or take it out of the specs",
            ),
            (
                "unspecified-column",
                "The code has a column that no spec states",
                "State it, or take it out of the code",
            ),
            ("renamed-column", "A column has another name in the code", _SAY),
            ("drifted-type", "A column has another type in the code", _SAY),
            ("drifted-length", "A column's text may be of another length in the code", _SAY),
            ("drifted-key", "A column is a key on one side only", _SAY),
            ("drifted-nullability", "A column may be null on one side only", _SAY),
            ("drifted-uniqueness", "A column is unique in the specs alone", _SAY),
            ("drifted-default", "A column has another default in the code", _SAY),
            (
                "drifted-reference",
                "A column refers to another table, or to none, in the code",
                _SAY,
            ),
            (
                "missing-endpoint",
                "An endpoint of the specs is not answered",
                "Implement it, or take it out of the specs",
            ),
            (
                "unspecified-endpoint",
                "The code answers what no spec states",
                "State it, or take it out of the code",
            ),
            ("moved-endpoint", "Endpoints have another base in the code", _SAY),
            ("renamed-endpoint", "An endpoint has another method or last word in the code", _SAY),
            ("drifted-status", "An endpoint succeeds with another status in the code", _SAY),
            ("drifted-query", "An endpoint takes other query parameters in the code", _SAY),
            ("drifted-body", "An endpoint takes another body in the code", _SAY),
            ("drifted-answer", "An endpoint answers something else in the code", _SAY),
        )
    ),
    Rule(
        id="drifted-access",
        severity=Severity.ERROR,
        title="An endpoint lets in others than the specs say",
        remedy="Put the code in order, or the specs.",
    ),
)
