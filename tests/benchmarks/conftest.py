"""Loads the scripts below benchmarks/, which is a folder and no package."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


def load(name: str) -> ModuleType:
    """Import one script by its path."""
    spec = importlib.util.spec_from_file_location(f"benchmark_{name}", BENCHMARKS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def route_table() -> ModuleType:
    """The comparison of route tables."""
    return load("route_table")


@pytest.fixture(scope="session")
def route_dump() -> ModuleType:
    """The child that imports an application."""
    return load("route_dump")


@pytest.fixture(scope="session")
def audit_truth() -> ModuleType:
    """The comparison with labels."""
    return load("audit_truth")


@pytest.fixture(scope="session")
def suite_mutation() -> ModuleType:
    """Return the script that runs generated tests against faults."""
    return load("suite_mutation")


@pytest.fixture(scope="session")
def matrix() -> ModuleType:
    """The script that implements sets in combinations."""
    return load("matrix")
