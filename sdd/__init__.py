"""`sdd`: from Markdown specs to a FastAPI backend whose user isolation is checked."""

__version__ = "0.1.0"
