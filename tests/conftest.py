"""What holds for every test."""

import os

import pytest
from hypothesis import HealthCheck, settings

# How long an example takes says something about the machine, and fails where that is busy.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Two workers a core: most tests wait for processes, a server, an editor, half of their time."""
    return 2 * (os.cpu_count() or 1)
