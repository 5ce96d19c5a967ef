"""Bytes to the editor: in order and complete, however slowly it reads, and never waited for."""

from __future__ import annotations

import os
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend_specialist.lsp.transport import ThreadWriter

SIZES = st.lists(st.sampled_from([1, 100, 4_096, 4_097, 70_000, 300_000]), max_size=12)


def read_all(descriptor: int, found: list[bytes]) -> None:
    while piece := os.read(descriptor, 5_000):
        found.append(piece)


@settings(max_examples=40)
@given(SIZES)
def test_small_and_large_messages_arrive_in_order(sizes: list[int]) -> None:
    there, here = os.pipe()
    found: list[bytes] = []
    reading = threading.Thread(target=read_all, args=(there, found))
    reading.start()
    writer = ThreadWriter(here)
    sent = [bytes([65 + number]) * size for number, size in enumerate(sizes)]
    for message in sent:
        writer.write(message)
    writer.close()
    os.close(here)
    reading.join()
    os.close(there)
    assert b"".join(found) == b"".join(sent)


def test_an_editor_that_reads_nothing_holds_up_nobody() -> None:
    there, here = os.pipe()
    writer = ThreadWriter(here)
    sent = [b"%04d" % number * 500 for number in range(100)]
    for message in sent:
        writer.write(message)
    found: list[bytes] = []
    reading = threading.Thread(target=read_all, args=(there, found))
    reading.start()
    writer.close()
    os.close(here)
    reading.join()
    os.close(there)
    assert b"".join(found) == b"".join(sent)


@pytest.mark.parametrize("size", [10, 10_000])
def test_an_editor_that_has_gone_is_no_error(size: int) -> None:
    there, here = os.pipe()
    os.close(there)
    writer = ThreadWriter(here)
    writer.write(b"x" * size)
    writer.write(b"x" * size)
    writer.close()
    os.close(here)
