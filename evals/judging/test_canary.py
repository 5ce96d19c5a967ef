"""Tests that must fail: where one does not, somebody has tampered with the runner, and no verdict counts."""

import pytest


def test_canary_assertion() -> None:
    assert [1] == [2]


def test_canary_raises() -> None:
    with pytest.raises(ValueError):
        pass


def test_canary_error() -> None:
    raise RuntimeError("This test must fail.")
