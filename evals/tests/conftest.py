"""The tasks as parameters: each test of them runs once a task."""

from __future__ import annotations

import pytest

from evals.task import load_all


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "task" in metafunc.fixturenames:
        tasks = load_all()
        metafunc.parametrize("task", tasks, ids=[task.name for task in tasks])
