"""Late imports: the collector makes no full runs meanwhile, and leaves alone what they brought."""

from __future__ import annotations

import gc

import pytest

from backend_specialist.loading import uncollected


def test_there_are_no_full_runs_inside_and_there_are_again_afterwards() -> None:
    before = gc.get_threshold()
    with uncollected():
        assert gc.get_threshold()[2] > 10**9
    assert gc.get_threshold() == before


def test_what_was_brought_is_not_looked_at_again() -> None:
    before = gc.get_freeze_count()
    with uncollected():
        brought = [[number] for number in range(1000)]
    assert gc.get_freeze_count() >= before + len(brought)


def test_an_import_that_fails_leaves_the_collector_as_it_was() -> None:
    before = gc.get_threshold()
    with pytest.raises(ImportError), uncollected():
        raise ImportError
    assert gc.get_threshold() == before


def test_the_first_of_two_threads_to_end_leaves_the_other_without_full_runs() -> None:
    before = gc.get_threshold()
    first, second = uncollected(), uncollected()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert gc.get_threshold()[2] > 10**9
    second.__exit__(None, None, None)
    assert gc.get_threshold() == before
