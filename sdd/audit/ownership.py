"""Whose row is it: what the facts of one case say about owner, role and proof."""

import re
from collections.abc import Iterator, Sequence

from sdd.audit.cases import Case
from sdd.audit.logic import Eq, Exists, Formula, Holds, Proved, Truthy, parts_of
from sdd.audit.powers import claim_path, is_privileged, names_somebody, root_of
from sdd.audit.schema import Schema
from sdd.audit.tenants import fellow_member, through_tenant
from sdd.audit.tokens import is_client, is_remote, is_secret
from sdd.audit.values import NONE, Claims, Field, LibObject, Lit, Many, Ref, Row, Sym, Value

_SECRET_COLUMN = re.compile(
    r"token|secret|api_?key|^key$|code|hash|session|jti|otp|nonce|signature|digest", re.IGNORECASE
)
_PASSWORD_COLUMN = re.compile(r"pass|pwd|hash", re.IGNORECASE)
_ROLE = re.compile(
    r"role|admin|superuser|staff|permission|scope|privilege|is_root|group|access_level|moderator",
    re.IGNORECASE,
)
# A flag is true of few; a role, a scope or a group is a text that everybody may have.
_FLAG = re.compile(r"^(is|has|can)_|admin|superuser|staff|root|moderator", re.IGNORECASE)
_NAMES_ONE = re.compile(r"^(e?mail|(user)?name|login|id|uid|sub|.*_email|.*_name)$", re.IGNORECASE)
_PUBLIC = re.compile(r"public|shared|published|visib", re.IGNORECASE)
_IDENTIFIES = re.compile(r"id$|_id|uid|uuid|sub|email|username|login|name$|^id", re.IGNORECASE)
SENT_AS_CREDENTIAL = frozenset({"credentials", "header", "cookie"})


class Situation:
    """One case with the schema: answers who the caller is and what is theirs."""

    def __init__(self, case: Case, schema: Schema) -> None:
        self.case = case
        self.schema = schema
        self._groups: dict[Value, list[Value]] = {}
        self._rows: dict[Row, None] = {}
        self._owned: dict[tuple[Row, bool], str | None] = {}
        self._of_entity: dict[str, list[Row]] = {}
        self._by_key: dict[str, dict[object, list[Row]]] = {}
        self._compared: dict[Row, list[tuple[str, Value]]] | None = None
        for literal in case.literals:
            if isinstance(literal, Exists):
                self._rows[literal.row] = None
                self._of_entity.setdefault(literal.row.entity, []).append(literal.row)
            elif isinstance(literal, Eq):
                for side in (literal.left, literal.right):
                    self._groups.setdefault(case.canonical(side), []).append(side)

    # ------------------------------------------------------------ the caller

    def equals(self, value: Value) -> list[Value]:
        """Return every term known to be the same as this one, itself first."""
        canonical = self.case.canonical(value)
        return [value, canonical, *self._groups.get(canonical, ())]

    def authenticated(self) -> str | None:
        """Return how the caller is known, or None."""
        for literal in self.case.literals:
            if isinstance(literal, Proved) and literal.kind == "token":
                return getattr(literal.value, "how", "") or "verified token"
            if isinstance(literal, Proved) and literal.kind == "credentials":
                return "the password sent with the request"
            if isinstance(literal, Eq) and self._is_shared_secret(literal):
                return "shared secret"
        for row in self._rows:
            column = self.bearer_column(row)
            if column and column[1]:
                return f"{row.entity} found by its {column[0]}"
        return None

    def _is_shared_secret(self, fact: Eq) -> bool:
        for mine, theirs in ((fact.left, fact.right), (fact.right, fact.left)):
            sent = [part for part in parts_of(mine) if isinstance(part, Sym)]
            if (
                is_client(mine)
                and any(part.note in SENT_AS_CREDENTIAL or part.note == "body" for part in sent)
                and is_secret(theirs)
                and not is_secret(mine)
                and not isinstance(theirs, Lit)
            ):
                return True
        return False

    def bearer_column(self, row: Row) -> tuple[str, bool] | None:
        """Return the secret column by which the client found a row; and whether it was a header."""
        for name, theirs in self._comparisons(row):
            if _SECRET_COLUMN.search(name) and is_client(theirs):
                places = {
                    part.note
                    for part in parts_of(theirs)
                    if isinstance(part, Sym) and part.kind == "client"
                }
                return name, bool(places & SENT_AS_CREDENTIAL)
        return None

    def _comparisons(self, row: Row) -> Sequence[tuple[str, Value]]:
        """Return what a row's columns are compared with."""
        if self._compared is None:
            self._compared = {}
            for literal in self.case.literals:
                if isinstance(literal, Eq):
                    for mine, theirs in (
                        (literal.left, literal.right),
                        (literal.right, literal.left),
                    ):
                        if isinstance(mine, Field) and isinstance(mine.base, Row):
                            known = self._compared.setdefault(mine.base, [])
                            known.append((mine.name, theirs))
        return self._compared.get(row, ())

    def principal(self, value: Value) -> str | None:
        """Return why a value belongs to the caller's verified identity, or None."""
        for term in self.equals(value):
            root = root_of(term)
            if isinstance(root, Claims):
                return claim_path(term)
            if isinstance(root, Row) and term != root and isinstance(term, Field):
                if self._is_caller(root):
                    return f"{root.entity}.{term.name} of the signed-in user"
                secret = self.bearer_column(root)
                if secret and secret[1]:
                    return f"{root.entity}.{term.name} of the caller's session"
        return None

    def _is_caller(self, row: Row) -> bool:
        return self.schema.is_user(row.entity) and self.owned(row) is not None

    # ------------------------------------------------------------ rows

    def owned(self, row: Row, *, alone: bool = False) -> str | None:
        """Return why a row belongs to the caller, or None.

        With `alone`, that the caller is one of the members of a tenant is no reason.
        """
        asked = row, alone
        if asked in self._owned:
            return self._owned[asked]
        self._owned[asked] = None  # in a circle of references nobody owns anything
        reason = self._reason(row, alone=alone)
        self._owned[asked] = reason
        return reason

    def rows(self, entity: str) -> Sequence[Row]:
        """Return the rows of an entity that are known to be there."""
        return self._of_entity.get(entity, ())

    def _reason(self, row: Row, *, alone: bool) -> str | None:
        if self._proved_password(row) or self._password_matches(row):
            return "the caller proved the password"
        secret = self.bearer_column(row)
        if secret:
            return f"found by its secret {secret[0]}"
        if self.made_here(Field(row, self.schema.entity(row.entity).key_column)):
            return "it was made in this request"
        twin = self._twin(row, alone=alone)
        if twin is not None:
            return twin
        if self.schema.is_user(row.entity):
            return self._own_user_row(row) or (None if alone else fellow_member(self, row))
        for column in self.schema.owner_columns(row.entity):
            why = self.principal(Field(row, column))
            if why:
                return f"{row.entity}.{column} = {why}"
        return through_tenant(self, row, alone=alone)

    def made_here(self, value: Value) -> bool:
        """Whether a value comes from an object that this request has made."""
        return any(
            (isinstance(term, Field) and isinstance(term.base, Ref))
            or (isinstance(term, LibObject) and term.name == "random")
            for term in self.equals(value)
        )

    def _twin(self, row: Row, *, alone: bool) -> str | None:
        """Two names for one row: what is known of one holds for the other."""
        for other in self._same_rows(row):
            if other != row:
                why = self.owned(other, alone=alone)
                if why:
                    return why
        return None

    def _same_rows(self, row: Row) -> Iterator[Row]:
        if row.entity not in self._by_key:
            known = self._by_key[row.entity] = {}
            for other in self.rows(row.entity):
                for name in self._keys(other):
                    known.setdefault(name, []).append(other)
        known = self._by_key[row.entity]
        found = (other for name in self._keys(row) for other in known.get(name, ()))
        yield from dict.fromkeys(found)

    def _keys(self, row: Row) -> tuple[object, object]:
        """Return what two names for one row have in common: the row itself, or all of its key."""
        keys = self.schema.entity(row.entity).key_columns
        same = tuple([self.case.canonical(Field(row, key)) for key in keys])
        return self.case.canonical(row), same

    def _own_user_row(self, row: Row) -> str | None:
        key = self.schema.entity(row.entity).key_column
        if isinstance(root_of(self.case.canonical(row)), Claims):
            return "it is the signed-in user"
        for name in dict.fromkeys([key, *self._compared_columns(row)]):
            if name == key or _IDENTIFIES.search(name):
                why = self._is_own_value(row, name, is_key=name == key)
                if why:
                    return why
        return None

    def _compared_columns(self, row: Row) -> Iterator[str]:
        yield from (name for name, _ in self._comparisons(row))

    def _is_own_value(self, row: Row, name: str, *, is_key: bool) -> str | None:
        for term in self.equals(Field(row, name)):
            root = root_of(term)
            if isinstance(root, Claims):
                return f"{row.entity}.{name} = {claim_path(term)}"
            if is_remote(term):
                return f"{row.entity}.{name} comes from an identity provider's answer"
            if isinstance(root, Row) and root != row and is_key:
                why = self._by_reference(root, term)
                if why:
                    return why
        return None

    def _by_reference(self, root: Row, term: Value) -> str | None:
        if not isinstance(term, Field):
            return None
        if self.schema.is_user(root.entity):
            own = term.name == self.schema.entity(root.entity).key_column
            return "it is the signed-in user" if own and self.owned(root) else None
        secret = self.bearer_column(root)
        if secret:
            return f"the user of the {root.entity} found by its {secret[0]}"
        return None

    def _proved_password(self, row: Row) -> bool:
        return any(Proved(kind, row) in self.case.literals for kind in ("password", "credentials"))

    def _password_matches(self, row: Row) -> bool:
        return self.schema.is_user(row.entity) and any(
            _PASSWORD_COLUMN.search(name) and is_client(theirs)
            for name, theirs in self._comparisons(row)
        )

    # ------------------------------------------------------------ roles

    def privileged(self) -> str | None:
        """Return the role that the caller was checked to have, or None."""
        for literal in self.case.literals:
            why = self._role_in(literal)
            if why:
                return why
        return None

    def _role_in(self, literal: Formula) -> str | None:
        match literal:
            case Truthy(value=Field() as value) if _ROLE.search(value.name) and _FLAG.search(
                value.name
            ):
                return value.name if self._is_mine(value) else None
            case Eq():
                return self._compared_role(literal)
            case Holds(name="in", args=(item, collection)):
                return self._listed_role(item, collection)
            case _:
                return None

    def _compared_role(self, fact: Eq) -> str | None:
        for mine, theirs in ((fact.left, fact.right), (fact.right, fact.left)):
            if (
                isinstance(mine, Field)
                and _ROLE.search(mine.name)
                and is_privileged(theirs)
                and self._is_mine(mine)
            ):
                shown = theirs.value if isinstance(theirs, Lit) else theirs
                return f"{mine.name} {shown}"
            if (
                isinstance(mine, Field)
                and _NAMES_ONE.match(mine.name)
                and names_somebody(theirs)
                and self._is_mine(mine)
            ):
                return f"the caller is one whose {mine.name} stands in the code or the settings"
        return "shared secret" if self._is_shared_secret(fact) else None

    def _listed_role(self, item: Value, collection: Value) -> str | None:
        for part in parts_of(collection):
            if isinstance(part, Field) and _ROLE.search(part.name) and self._is_mine(part):
                return part.name if is_privileged(item) else None
            if isinstance(part, Row) and _ROLE.search(part.entity) and is_privileged(item):
                knows_caller = any(map(self._is_caller, self._rows))
                return f"a row of {part.entity}" if knows_caller else None
        named = isinstance(item, Field) and bool(_ROLE.search(item.name))
        if isinstance(item, Field) and named and isinstance(collection, Many):
            return item.name if self._is_mine(item) else None
        return None

    def _is_mine(self, value: Field) -> bool:
        root = root_of(self.case.canonical(value))
        if isinstance(root, Claims) or isinstance(root_of(value), Claims):
            return True
        return any(isinstance(one, Row) and self._is_caller(one) for one in (root, root_of(value)))

    def nobodys(self, row: Row) -> str | None:
        """Return why a row belongs to no user, or None: all owner columns were found to be NULL."""
        columns = self.schema.owner_columns(row.entity)
        if columns and all(self.case.same(Field(row, name), NONE) for name in columns):
            return f"{row.entity}.{columns[0]} is NULL: it belongs to no user"
        return None

    def public(self, row: Row) -> bool:
        """Whether the row was checked to be marked as public."""
        for literal in self.case.literals:
            match literal:
                case Truthy(value=Field(base=base, name=name)) if base == row:
                    if _PUBLIC.search(name):
                        return True
                case Eq(left=Field(base=base, name=name), right=Lit(value=flag)) if base == row:
                    if _PUBLIC.search(name) and flag not in {False, "private", None}:
                        return True
                case _:
                    pass
        return False
