"""All rules, in the order in which they are asked to name a defect."""

from sdd.audit.rules import (
    client_identity,
    client_owner,
    debug_credential,
    default_secret,
    fake_authentication,
    foreign_attachment,
    leaking_error,
    leaking_response,
    mass_assignment,
    middleware_gap,
    missing_authentication,
    model_chosen_identity,
    mount_mismatch,
    optional_principal,
    outside_api_prefix,
    partial_ownership_check,
    raw_sql_unscoped,
    scope_outlier,
    skippable_scope,
    sql_injection,
    unbound_child,
    undecided,
    undeclared_public_route,
    unprivileged_admin_route,
    unproven_tenant,
    unreadable_source,
    unscoped_read,
    unscoped_write,
    unverified_token,
)
from sdd.audit.rules.rule import Rule

# The first rule that recognises a defect gives it its name: the particular before the general.
RULES: tuple[Rule, ...] = (
    unverified_token.RULE,
    debug_credential.RULE,
    optional_principal.RULE,
    fake_authentication.RULE,
    client_identity.RULE,
    missing_authentication.RULE,
    sql_injection.RULE,
    foreign_attachment.RULE,
    model_chosen_identity.RULE,
    mass_assignment.RULE,
    skippable_scope.RULE,
    partial_ownership_check.RULE,
    client_owner.RULE,
    unproven_tenant.RULE,
    unbound_child.RULE,
    raw_sql_unscoped.RULE,
    unscoped_read.RULE,
    unscoped_write.RULE,
    default_secret.RULE,
    leaking_error.RULE,
    leaking_response.RULE,
    mount_mismatch.RULE,
    middleware_gap.RULE,
    unprivileged_admin_route.RULE,
    scope_outlier.RULE,
    undeclared_public_route.RULE,
    outside_api_prefix.RULE,
    unreadable_source.RULE,
    undecided.RULE,
)


def rule(identifier: str) -> Rule:
    """Return a rule by its id."""
    return next(item for item in RULES if item.id == identifier)
