"""What a project tells the audit about itself."""

from sdd.audit.term import named_record


@named_record
class AuditSettings:
    """Settings of the audit, all with defaults.

    Attributes:
        public_routes: Routes declared public, as `METHOD /path`, `/path` or with a final `*`.
        trusted_verifiers: Dotted names of dependencies that verify the caller in ways the
            analysis cannot follow; what they return counts as the caller's identity.
        shared_tables: Tables whose rows belong to nobody, though columns may refer to users.
        api_prefix: What every route of the API starts with.
        harmless_paths: Last parts of paths that need no declaration to be public.
    """

    public_routes: tuple[str, ...] = ()
    trusted_verifiers: tuple[str, ...] = ()
    shared_tables: tuple[str, ...] = ()
    api_prefix: str = "/api/"
    harmless_paths: tuple[str, ...] = (
        "", "health", "healthz", "ready", "readyz", "live", "livez", "ping", "version", "metrics",
        "docs", "redoc", "openapi.json", "favicon.ico", "status", "health-check", "jwks.json",
    )  # fmt: skip

    def is_declared_public(self, method: str, path: str) -> bool:
        """Whether a route is declared public."""
        for pattern in self.public_routes:
            wanted_method, _, wanted = pattern.rpartition(" ")
            if wanted_method and wanted_method.upper() != method:
                continue
            if wanted == path or (wanted.endswith("*") and path.startswith(wanted[:-1])):
                return True
        return False
