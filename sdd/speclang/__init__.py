"""The spec reader: Markdown and OpenAPI documents in, `ir.Application` and diagnostics out."""

from sdd.speclang.catalog import ALL, Catalog, Feature, discover, documents_of
from sdd.speclang.checks import check_specs
from sdd.speclang.documents import Role
from sdd.speclang.listing import application_json
from sdd.speclang.reading import DocumentInfo, Reading, read_specs

__all__ = [
    "ALL",
    "Catalog",
    "DocumentInfo",
    "Feature",
    "Reading",
    "Role",
    "application_json",
    "check_specs",
    "discover",
    "documents_of",
    "read_specs",
]
