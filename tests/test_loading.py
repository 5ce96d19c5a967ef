"""Late imports: the collector is off while they run, and leaves alone what they brought."""

from __future__ import annotations

import gc

import pytest

from backend_specialist.loading import uncollected


def test_the_collector_is_off_inside_and_on_again_afterwards() -> None:
    with uncollected():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_what_was_brought_is_not_looked_at_again() -> None:
    before = gc.get_freeze_count()
    with uncollected():
        brought = [[number] for number in range(1000)]
    assert gc.get_freeze_count() >= before + len(brought)


def test_an_import_that_fails_leaves_the_collector_on() -> None:
    with pytest.raises(ImportError), uncollected():
        raise ImportError
    assert gc.isenabled()
