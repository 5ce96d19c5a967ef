"""Runs in the judged process: the hidden tests of a Python task, and what became of each.

Called as ``python -I -B run_pytest.py WORKSPACE HIDDEN STACK``; its input says where the report goes, and has a secret
word that the report must carry; it is read before any code of the workspace runs. The workspace comes last on the path,
so that no file of it stands in for pytest, the framework or the standard library; its own conftest.py and pytest.ini
are never read.
"""

from __future__ import annotations

import json
import sys

import pytest


class Recorder:
    """The outcomes of every test: ``[outcome, message]`` by the name of its function."""

    def __init__(self) -> None:
        self.tests: dict[str, list[list[str]]] = {}
        self.errors: list[str] = []

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Keep why a file of tests cannot be loaded."""
        if report.failed:
            self.errors.append(_last_lines(report.longreprtext))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep what a test came to; only a failure counts while it is set up or torn down."""
        if report.when != "call" and report.passed:
            return
        name = report.nodeid.partition("::")[2].partition("[")[0]
        outcome = "expected to fail" if hasattr(report, "wasxfail") else report.outcome
        self.tests.setdefault(name, []).append([outcome, _last_lines(report.longreprtext)])


def _last_lines(text: str) -> str:
    """The lines that pytest marks as the error, bounded."""
    marked = [line[1:].strip() for line in text.splitlines() if line.startswith("E ")]
    return "\n".join(marked[:6] or text.splitlines()[-3:])[:1000]


def main() -> int:
    """Run the tests, then write the report."""
    workspace, hidden, stack = sys.argv[1:]
    given = json.load(sys.stdin)
    sys.path.append(workspace)
    recorder = Recorder()
    django = ("-p", "pytest_django.plugin", "--ds=config.settings") if stack == "django" else ()
    options = (
        *("--rootdir", hidden, "--confcutdir", hidden, "-c", f"{hidden}/pytest.ini"),
        *("-p", "no:cacheprovider", "--import-mode=importlib", "--color=no", "-q"),
        # Tests that cannot be loaded are told as such, and the canaries still sing.
        "--continue-on-collection-errors",
    )
    code = pytest.main([*options, *django, hidden], plugins=[recorder])
    with open(given["report"], "w", encoding="utf-8") as file:
        report = {"secret": given["secret"], "tests": recorder.tests, "errors": recorder.errors}
        json.dump(report, file)
    return int(code)


if __name__ == "__main__":
    sys.exit(main())
