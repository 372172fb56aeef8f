"""What a route's path says about its purpose."""

from sdd.audit.settings import AuditSettings


def is_harmless(path: str, settings: AuditSettings) -> bool:
    """Whether a path is one of those that are public everywhere: health, docs."""
    return path.rstrip("/").rpartition("/")[2] in settings.harmless_paths
