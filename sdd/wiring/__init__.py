"""Settings, and the only place where ports are joined with adapters."""
