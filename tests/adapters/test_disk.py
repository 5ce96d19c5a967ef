"""The real disk: what is read, and what is refused without hanging."""

from __future__ import annotations

import asyncio
import os
import socket

import pytest

from backend_specialist.adapters.disk import LIMIT, LocalDisk
from backend_specialist.domain.document import Unreadable

disk = LocalDisk()


async def refusal(path) -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        await asyncio.wait_for(disk.read(str(path)), 5)
    return caught.value


async def test_read_keeps_newlines_and_tells_the_format(tmp_path):
    file = tmp_path / "a.txt"
    file.write_bytes(b"\xef\xbb\xbfone\r\ntwo\r\n")
    text, form = await disk.read(str(file))
    assert text == "one\r\ntwo\r\n"
    assert (form.encoding, form.bom, form.newline) == ("utf-8", True, "\r\n")


async def test_read_of_nothing_says_missing(tmp_path):
    (tmp_path / "file").write_text("x")
    assert (await refusal(tmp_path / "none")).kind == "missing"
    assert (await refusal(tmp_path / "file" / "below")).kind == "missing"
    assert (await refusal("a\0b")).kind == "missing"


async def test_read_refuses_a_directory(tmp_path):
    assert (await refusal(tmp_path)).kind == "directory"


async def test_read_refuses_a_fifo_without_waiting_for_a_writer(tmp_path):
    os.mkfifo(tmp_path / "fifo")
    assert (await refusal(tmp_path / "fifo")).kind == "special"


async def test_read_refuses_devices_and_sockets(tmp_path, monkeypatch):
    assert (await refusal("/dev/zero")).kind == "special"
    with socket.socket(socket.AF_UNIX) as listener:
        monkeypatch.chdir(tmp_path)
        listener.bind("s")
        assert (await refusal(tmp_path / "s")).kind == "special"


async def test_read_of_a_huge_file_names_its_size(tmp_path):
    file = tmp_path / "huge"
    with file.open("wb") as stream:
        stream.truncate(LIMIT + 5 * 1024 * 1024)
    error = await refusal(file)
    assert error.kind == "too-large"
    assert "15.0 MB" in str(error)


async def test_read_gives_a_file_of_exactly_the_limit(tmp_path):
    file = tmp_path / "full"
    file.write_bytes(b"a" * LIMIT)
    text, _ = await disk.read(str(file))
    assert len(text) == LIMIT


async def test_read_stops_at_the_limit_of_a_file_that_hides_its_size(tmp_path, monkeypatch):
    # As a file that grows after it was measured, or one of /proc.
    monkeypatch.setattr("backend_specialist.adapters.disk._refuse", lambda status: None)
    (tmp_path / "grown").write_bytes(b"a" * (LIMIT + 1))
    assert (await refusal(tmp_path / "grown")).kind == "too-large"


async def test_read_of_binary_is_refused(tmp_path):
    (tmp_path / "b").write_bytes(b"a\0b")
    assert (await refusal(tmp_path / "b")).kind == "binary"


async def test_read_of_a_symlink_loop_says_so(tmp_path):
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    error = await refusal(tmp_path / "a")
    assert error.kind == "failed"
    assert "circle" in str(error)


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
async def test_read_without_permission_says_so(tmp_path):
    (tmp_path / "locked").write_text("x")
    (tmp_path / "locked").chmod(0)
    assert "permit" in str(await refusal(tmp_path / "locked"))


async def test_kind_follows_symlinks(tmp_path):
    (tmp_path / "file").write_text("x")
    (tmp_path / "link").symlink_to("file")
    (tmp_path / "dangling").symlink_to("nothing")
    os.mkfifo(tmp_path / "fifo")
    kinds = [await disk.kind(str(tmp_path / name)) for name in ("file", "link", "dangling", "fifo")]
    assert kinds == ["file", "file", "missing", "special"]
    assert await disk.kind(str(tmp_path)) == "directory"


async def test_entries_are_sorted_and_do_not_follow_symlinks(tmp_path):
    (tmp_path / "b").mkdir()
    (tmp_path / "a").write_text("x")
    (tmp_path / "out").symlink_to("/etc")
    assert await disk.entries(str(tmp_path)) == ("a", "b/", "out")


async def test_entries_of_what_is_no_directory_fail(tmp_path):
    with pytest.raises(Unreadable):
        await disk.entries(str(tmp_path / "none"))


async def test_real_path_resolves_what_exists_of_a_path(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    given = str(tmp_path / "link" / "new" / "file")
    (names, (*_, home)) = await disk.spellings(given, str(tmp_path))
    assert names == (given, f"{home}/real/new/file")
