import os
from pathlib import Path

import pytest

from backend_specialist.adapters.file_tree import MAX_BYTES, TreeRefused, read_tree


def put(path: Path, text: str = "x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def every(path: str) -> bool:
    return True


def test_tree_gives_the_wanted_files_sorted(tmp_path: Path) -> None:
    for name in ("b.md", "a/c.md", "a/.hidden.md", "a/c.txt", "node_modules/x.md"):
        put(tmp_path / name, name)
    found = read_tree(str(tmp_path), wanted=lambda path: path.endswith(".md"))
    assert list(found.items()) == [
        ("a/.hidden.md", b"a/.hidden.md"), ("a/c.md", b"a/c.md"), ("b.md", b"b.md")
    ]  # fmt: skip


def test_tree_that_does_not_exist_is_empty(tmp_path: Path) -> None:
    assert read_tree(str(tmp_path / "none"), wanted=every) == {}


def test_tree_follows_links_only_when_told(tmp_path: Path) -> None:
    outside = put(tmp_path / "outside" / "secret.md")
    inside = tmp_path / "inside"
    put(inside / "a.md")
    (inside / "file.md").symlink_to(outside)
    (inside / "folder").symlink_to(outside.parent)
    (inside / "loop").symlink_to(inside)
    (inside / "nothing.md").symlink_to("nowhere")
    (tmp_path / "link").symlink_to(inside)
    assert list(read_tree(str(inside), wanted=every)) == ["a.md"]
    assert read_tree(str(tmp_path / "link"), wanted=every) == {}
    followed = read_tree(str(inside), wanted=every, follow_links=True)
    assert {"a.md", "file.md", "folder/secret.md"} <= set(followed)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no FIFOs here")
def test_tree_skips_devices_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.md")
    assert read_tree(str(tmp_path), wanted=every) == {}


def test_tree_reads_no_more_of_a_file_than_is_used(tmp_path: Path) -> None:
    (tmp_path / "big.md").write_bytes(b"x" * (MAX_BYTES + 10))
    assert len(read_tree(str(tmp_path), wanted=every)["big.md"]) == MAX_BYTES + 1


def test_tree_with_too_many_files_is_refused(tmp_path: Path) -> None:
    for number in range(501):
        (tmp_path / f"{number}.md").touch()
    with pytest.raises(TreeRefused, match="more than 500 files"):
        read_tree(str(tmp_path), wanted=every)
