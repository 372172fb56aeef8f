"""The forms in which commands report; apart from what prints them, which loads slowly."""

from enum import StrEnum


class Format(StrEnum):
    """How a command reports."""

    TEXT = "text"
    JSON = "json"


class ReportFormat(StrEnum):
    """How a command that CI reads reports."""

    TEXT = "text"
    JSON = "json"
    JUNIT = "junit"


class SpecFormat(StrEnum):
    """How commands on specs report, for people, build servers and code hosts."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    GITHUB = "github"


class AuditFormat(StrEnum):
    """How the audit reports, for people, build servers and code hosts."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    JUNIT = "junit"
    GITHUB = "github"
    MARKDOWN = "markdown"
    HTML = "html"
