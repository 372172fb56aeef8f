"""Dynamic gates: a running backend is asked whether it keeps its contract."""
