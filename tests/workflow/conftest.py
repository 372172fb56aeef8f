import pytest

from tests.workflow.harness import Rig


@pytest.fixture
def landed() -> Rig:
    """Return a project in which a first run has landed."""
    rig = Rig()
    assert rig.start().landed
    return rig
