"""Specs as documents in, an application and diagnostics out."""

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from types import MappingProxyType

from sdd.diagnostics import Diagnostic, by_place
from sdd.ir import Application, AuthPolicy, Question, Requirement, Shape
from sdd.speclang.access import AccessRule, rules_of
from sdd.speclang.answers import with_answers
from sdd.speclang.assemble import Assembled, Read, assemble, holders_of
from sdd.speclang.conventions import read_conventions
from sdd.speclang.documents import Role, precedence, role_of
from sdd.speclang.endpoints import Statement, read_statements
from sdd.speclang.error_policy import read_errors
from sdd.speclang.findings import Findings
from sdd.speclang.granting import with_access
from sdd.speclang.limits import compare_limits
from sdd.speclang.named import Names, resolve, shapes_in
from sdd.speclang.openapi import Contract, read_openapi
from sdd.speclang.outline import Document, parse_document, title_of
from sdd.speclang.owners import decide_owners
from sdd.speclang.requirements import read_questions, read_requirements, unique
from sdd.speclang.schema import Drafts, read_schema, read_shapes
from sdd.speclang.schema.entities import Schema, build_entities
from sdd.speclang.sources import check_text, is_markdown, role_in_place, tell_nothing_read
from sdd.speclang.token_policy import read_auth
from sdd.text import SourceText, Span
from sdd.text.markdown import Heading, Item, Paragraph

_POLICY_ORDER = (
    Role.TOKENS,
    Role.CONTRACT,
    Role.OPENAPI,
    Role.CONVENTIONS,
    Role.BEHAVIOUR,
    Role.SCHEMA,
    Role.SPEC,
    Role.CONSTITUTION,
    Role.PLAN,
    Role.DATA_MODEL,
    Role.QUICKSTART,
    Role.OTHER,
)
_ERROR_ORDER = (
    Role.CONTRACT,
    Role.OPENAPI,
    Role.TOKENS,
    Role.BEHAVIOUR,
    Role.CONVENTIONS,
    Role.SPEC,
    Role.CONSTITUTION,
)
_ENDPOINT_ROLES = frozenset(
    {
        Role.CONTRACT,
        Role.OPENAPI,
        Role.BEHAVIOUR,
        Role.TOKENS,
        Role.SPEC,
        Role.OTHER,
        Role.PLAN,
        Role.QUICKSTART,
        Role.CONVENTIONS,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentInfo:
    """A document as it was read.

    Attributes:
        found: What was found in it: how many endpoints, tables, requirements, …
    """

    path: str
    role: Role
    bytes: int
    found: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What specs state.

    Attributes:
        application: Before `complete`: what the specs leave open is None.
        documents: The documents in order of precedence.
    """

    application: Application
    diagnostics: tuple[Diagnostic, ...]
    documents: tuple[DocumentInfo, ...]


def read_specs(
    documents: Sequence[SourceText], answers: Mapping[str, str] = MappingProxyType({})
) -> Reading:
    """Read spec documents into an application; their order does not matter, their paths do.

    Args:
        documents: The documents.
        answers: What a human answered, by question id; what is answered is no question any more.
    """
    with _uncollected():
        return _read(documents, answers)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Hold the cycle collector: what is read is a tree of values, and it would only walk them."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def _read(documents: Sequence[SourceText], answers: Mapping[str, str]) -> Reading:
    findings = Findings()
    told = (with_answers(source, answers) for source in documents)
    ordered = sorted(told, key=lambda source: precedence(PurePosixPath(source.path)))
    parsed = [
        (source, parse_document(source), role_in_place(source))
        for source in ordered
        if is_markdown(source, findings)
    ]
    for source, document, role in parsed:
        check_text(source, document, role, findings)
    contracts = [
        contract
        for source in ordered
        if role_in_place(source) is Role.OPENAPI
        and (contract := read_openapi(source, findings)) is not None
    ]
    reads = [*_contract_reads(contracts), *_reads(parsed, findings)]
    reads.sort(key=lambda read: precedence(PurePosixPath(read.document.path)))
    reads = _with_roles(reads)
    drafts = _drafts(reads, findings)
    schema = build_entities([(read.document, draft) for read, draft in drafts], findings, answers)
    compare_limits(_by_role(reads, (Role.BEHAVIOUR, Role.SPEC)), schema.entities, findings)
    names = _names(reads, schema, contracts)
    reads = [
        replace(read, statements=tuple(resolve(list(read.statements), names))) for read in reads
    ]
    assembled = assemble([read for read in reads if read.role in _ENDPOINT_ROLES], findings)
    rules = {
        read.document.path: rules_of(read.document, read.holders)
        for read in reads
        if read.role in _ENDPOINT_ROLES or read.role is Role.CONSTITUTION
    }
    endpoints = with_access(assembled, reads, rules, findings)
    if not endpoints and not schema.entities:
        tell_nothing_read([(read.document, read.role) for read in reads], findings)
    required = {read.document.path: read_requirements(read.document, read.role) for read in reads}
    application = Application(
        entities=schema.entities,
        endpoints=endpoints,
        auth=_auth(reads, rules, findings),
        errors=read_errors(
            _by_role(reads, _ERROR_ORDER),
            (error for statement in assembled.statements for error in statement.errors),
            findings,
        ),
        requirements=unique([item for stated in required.values() for item in stated]),
        questions=_questions(reads, schema),
        base_path=assembled.base_path,
        title=_title(reads),
        conventions=read_conventions(_by_role(reads, (Role.CONVENTIONS,))),
    )
    application, unowned = decide_owners(_traced(application), answers, lambda: _prose(reads))
    application = replace(application, questions=(*application.questions, *unowned))
    return Reading(
        application=application,
        diagnostics=by_place(findings.diagnostics),
        documents=_infos(ordered, reads, assembled, required, dict_of(drafts)),
    )


def dict_of(drafts: list[tuple[Read, Drafts]]) -> dict[str, Drafts]:
    """Return drafts by their document's path."""
    return {read.document.path: draft for read, draft in drafts}


def _reads(parsed: list[tuple[SourceText, Document, Role]], findings: Findings) -> list[Read]:
    reads: list[Read] = []
    for _, document, role in parsed:
        statements: list[Statement] = []
        if role in _ENDPOINT_ROLES:
            heard = findings if role in {Role.CONTRACT, Role.OTHER} else Findings()
            statements = read_statements(document, heard)
        reads.append(
            Read(
                document=document,
                role=role,
                statements=tuple(statements),
                holders=holders_of(document, statements),
            )
        )
    return reads


def _with_roles(reads: list[Read]) -> list[Read]:
    """Let a document whose name tells nothing be the contract if the project has no other."""
    if any(read.role in {Role.CONTRACT, Role.OPENAPI} and read.statements for read in reads):
        return reads
    fewest = 2
    return [
        replace(read, role=Role.CONTRACT)
        if read.role is Role.OTHER and sum(item.strong for item in read.statements) >= fewest
        else read
        for read in reads
    ]


def _drafts(reads: list[Read], findings: Findings) -> list[tuple[Read, Drafts]]:
    """Read the schema where it belongs; elsewhere only if there is none.

    Columns of tables without a name are told elsewhere, too, if nothing else is there to read.
    """
    unnamed = Findings()
    for roles in (
        {Role.SCHEMA, Role.DATA_MODEL},
        {Role.OTHER, Role.CONTRACT},
        {Role.SPEC, Role.BEHAVIOUR, Role.PLAN, Role.CONVENTIONS},
    ):
        chosen = [read for read in reads if read.role in roles]
        heard = [
            findings if Role.SCHEMA in roles else Findings() if read.statements else unnamed
            for read in chosen
        ]
        drafts = [
            (read, _apart(read, read_schema(read.document, told)))
            for read, told in zip(chosen, heard, strict=True)
        ]
        if any(draft.tables for _, draft in drafts):
            return drafts
    for diagnostic in unnamed.diagnostics:
        findings.add(diagnostic)
    return []


def _apart(read: Read, drafts: Drafts) -> Drafts:
    """Leave out lists of fields that belong to an endpoint: its parameters, its body."""
    taken = {statement.section for statement in read.statements if statement.strong}
    if taken:
        drafts.tables[:] = [
            draft
            for draft in drafts.tables
            if draft.section not in taken or draft.form in {"ddl", "sqlmodel"}
        ]
    return drafts


def _contract_reads(contracts: list[Contract]) -> list[Read]:
    return [
        Read(
            document=contract.document,
            role=Role.OPENAPI,
            statements=contract.statements,
            holders=frozenset({0}),
        )
        for contract in contracts
    ]


def _names(reads: list[Read], schema: Schema, contracts: list[Contract]) -> Names:
    shapes: dict[str, Shape] = {}
    for contract in contracts:
        shapes.update(
            {name: shape for name, shape in contract.shapes.items() if name not in shapes}
        )
    for read in reads:
        if read.role in {
            Role.CONTRACT,
            Role.OTHER,
            Role.BEHAVIOUR,
            Role.SCHEMA,
            Role.DATA_MODEL,
            Role.SPEC,
        }:
            for name, shape in read_shapes(read.document).items():
                shapes.setdefault(name.casefold(), shape)
            if read.role in {Role.CONTRACT, Role.OTHER, Role.DATA_MODEL}:
                for name, shape in shapes_in(read.document).items():
                    shapes.setdefault(name, shape)
    return Names(shapes=shapes, entities=schema.entities)


def _by_role(reads: list[Read], order: tuple[Role, ...]) -> list[Document]:
    return [read.document for role in order for read in reads if read.role is role]


def _auth(reads: list[Read], rules: dict[str, list[AccessRule]], findings: Findings) -> AuthPolicy:
    policy = read_auth(_by_role(reads, _POLICY_ORDER), findings)
    blanket = next(
        (
            rule
            for stated in rules.values()
            for rule in stated
            if rule.auth and rule.section is None and (rule.is_blanket or "/api/*" in rule.paths)
        ),
        None,
    )
    if blanket is None:
        return policy
    return replace(policy, required=True, span=policy.span or blanket.span)


def _questions(reads: list[Read], schema: Schema) -> tuple[Question, ...]:
    found: dict[str, Question] = {}
    for question in [
        *(item for read in reads for item in read_questions(read.document, read.role)),
        *schema.questions,
    ]:
        known = found.get(question.id)
        found[question.id] = (
            question if known is None else replace(known, places=(*known.places, *question.places))
        )
    return tuple(found.values())


def _prose(reads: list[Read]) -> Iterator[tuple[str, Span]]:
    """Yield the sentences of the documents, paragraphs and items as a whole."""
    for read in reads:
        for block in read.document.blocks:
            if isinstance(block, Paragraph | Item):
                yield block.text, block.span


def _title(reads: list[Read]) -> str | None:
    for read in reads:
        if read.role is Role.CONTRACT:
            for block in read.document.blocks:
                if isinstance(block, Heading):
                    return title_of(block.text) or None
    return None


def _traced(application: Application) -> Application:
    """Note on each endpoint the requirements that name its route."""
    from sdd.speclang.routes import find_routes, shape_of  # noqa: PLC0415 - beside its only use

    named: dict[tuple[str, str], list[str]] = {}
    for requirement in application.requirements:
        for route in find_routes(requirement.text):
            for method in route.methods:
                named.setdefault((method, shape_of(route.path)), []).append(requirement.id)
    if not named:
        return application
    return replace(
        application,
        endpoints=tuple(
            replace(
                endpoint,
                requirements=tuple(
                    dict.fromkeys(named.get((endpoint.method, shape_of(endpoint.path)), ()))
                ),
            )
            for endpoint in application.endpoints
        ),
    )


def _infos(
    sources: Sequence[SourceText],
    reads: list[Read],
    assembled: Assembled,
    required: dict[str, list[Requirement]],
    drafts: dict[str, Drafts],
) -> tuple[DocumentInfo, ...]:
    roles = {read.document.path: read.role for read in reads}
    routes: dict[str, set[tuple[str, str]]] = {}
    for statement in assembled.statements:
        route = statement.endpoint.method, statement.endpoint.path
        routes.setdefault(statement.document, set()).add(route)
    infos: list[DocumentInfo] = []
    for source in sources:
        path = source.path
        stated = drafts[path].tables if path in drafts else []
        counted = (
            ("endpoints", len(routes.get(path, ()))),
            ("tables", len({table.entity for table in stated})),
            ("requirements", len(required.get(path, ()))),
        )
        infos.append(
            DocumentInfo(
                path=path,
                role=roles.get(path, role_of(PurePosixPath(path))),
                bytes=len(source.text.encode()),
                found=tuple((name, count) for name, count in counted if count),
            )
        )
    return tuple(infos)
